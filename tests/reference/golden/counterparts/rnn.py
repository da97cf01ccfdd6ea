"""The plain recurrent network: as one step, and a sum of two gradients."""

from tests.reference.golden.counterparts import recurrent


def depth(operation, arrays):
    return recurrent.depth(arrays, arrays["x"].shape[1], forward=8, backward=4)


def forward(torch, operation, tensors):
    layer = getattr(torch, f"rnn_{operation.nonlinearity}")
    held = recurrent.weights(torch, tensors)
    # Biases, one layer, no dropout, no training, one direction, batch first.
    options = (True, 1, 0.0, False, False, True)
    return layer(tensors["x"], tensors["h0"][None], held, *options)[0]
