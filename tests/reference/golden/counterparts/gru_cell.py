"""One step of the gated recurrent unit, which PyTorch has with the reset afterwards.

Forward there are a gate (12), a product with it, a sum, tanh (8), and the mixture (3);
backward the mixture (2), two derivatives (3 each) and a product.
"""

from tests.reference.golden.counterparts import recurrent

FORWARD, BACKWARD = 25, 9


def knows(operation):
    return operation.reset == "after"


def depth(operation, arrays):
    return recurrent.depth(arrays, 1, FORWARD, BACKWARD)


def weights(torch, operation, tensors):
    """Return the parameters; z that keeps the new is one minus z that keeps the old.

    One minus the logistic function is that of the opposite sum.
    """
    held = recurrent.weights(torch, tensors)
    if operation.update == "keeps_old":
        return held
    hidden = len(tensors["weight_h"])
    one = tensors["bias"].new_ones(hidden)
    signs = torch.cat([one, -one, one])
    weights_and_biases = (signs[:, None], signs[:, None], signs, signs)
    return tuple(a * b for a, b in zip(weights_and_biases, held, strict=True))


def forward(torch, operation, tensors):
    held = weights(torch, operation, tensors)
    return torch.gru_cell(tensors["x"], tensors["h"], *held)
