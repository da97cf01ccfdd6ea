"""One step of the long short-term memory.

Forward there are a gate (12), its product and a sum, tanh (8), and a product; backward
the derivative of tanh and a product (3), a sum, and the derivative of a gate with two
products (4).
"""

from tests.reference.golden.counterparts import recurrent

FORWARD, BACKWARD = 23, 8


def depth(operation, arrays):
    return recurrent.depth(arrays, 1, FORWARD, BACKWARD)


def weights(torch, operation, tensors):
    order = [operation.gate_order.index(letter) for letter in "ifgo"]
    return recurrent.weights(torch, tensors, order)


def forward(torch, operation, tensors):
    held = weights(torch, operation, tensors)
    return torch.lstm_cell(tensors["x"], (tensors["h"], tensors["c"]), *held)
