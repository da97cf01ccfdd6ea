"""The gated recurrent unit: as one step, and a sum of two gradients."""

from tests.reference.golden.counterparts import gru_cell, recurrent

knows = gru_cell.knows


def depth(operation, arrays):
    steps = arrays["x"].shape[1]
    return recurrent.depth(arrays, steps, gru_cell.FORWARD, gru_cell.BACKWARD + 1)


def forward(torch, operation, tensors):
    held = gru_cell.weights(torch, operation, tensors)
    # Biases, one layer, no dropout, no training, one direction, batch first.
    options = (True, 1, 0.0, False, False, True)
    return torch.gru(tensors["x"], tensors["h0"][None], held, *options)[0]
