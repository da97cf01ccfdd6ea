"""The rectified linear unit."""


def depth(operation, arrays):
    return 1


def forward(torch, operation, tensors):
    return torch.relu(tensors["x"])
