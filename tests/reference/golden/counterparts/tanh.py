"""The hyperbolic tangent: an elementary function, a square, a difference, a product."""


def depth(operation, arrays):
    return 11


def forward(torch, operation, tensors):
    return torch.tanh(tensors["x"])
