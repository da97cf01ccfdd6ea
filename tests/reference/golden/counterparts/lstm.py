"""The long short-term memory: as one step, and a sum of two gradients."""

from tests.reference.golden.counterparts import lstm_cell, recurrent


def depth(operation, arrays):
    steps = arrays["x"].shape[1]
    return recurrent.depth(arrays, steps, lstm_cell.FORWARD, lstm_cell.BACKWARD + 1)


def forward(torch, operation, tensors):
    h0 = tensors["h0"]
    states = (h0[None], tensors.get("c0", torch.zeros_like(h0))[None])
    held = lstm_cell.weights(torch, operation, tensors)
    # Biases, one layer, no dropout, no training, one direction, batch first.
    options = (True, 1, 0.0, False, False, True)
    return torch.lstm(tensors["x"], states, held, *options)[0]
