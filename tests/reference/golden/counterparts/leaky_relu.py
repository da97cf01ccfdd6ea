"""The leaky rectified linear unit: one product."""


def depth(operation, arrays):
    return 1


def forward(torch, operation, tensors):
    return torch.nn.functional.leaky_relu(tensors["x"], operation.slope)
