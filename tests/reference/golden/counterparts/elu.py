"""The exponential linear unit: an elementary function and two products."""


def depth(operation, arrays):
    return 8 + 2


def forward(torch, operation, tensors):
    return torch.nn.functional.elu(tensors["x"], operation.alpha)
