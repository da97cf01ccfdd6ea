"""One plain recurrent step: tanh, its square, a difference, and a product."""

from tests.reference.golden.counterparts import recurrent


def depth(operation, arrays):
    return recurrent.depth(arrays, 1, forward=8, backward=3)


def forward(torch, operation, tensors):
    step = getattr(torch, f"rnn_{operation.nonlinearity}_cell")
    return step(tensors["x"], tensors["h"], *recurrent.weights(torch, tensors))
