"""The logistic sigmoid: an exponential, a sum, a quotient, and two products."""


def depth(operation, arrays):
    return 12


def forward(torch, operation, tensors):
    return torch.sigmoid(tensors["x"])
