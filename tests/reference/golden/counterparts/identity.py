"""The identity: nothing is rounded."""


def depth(operation, arrays):
    return 0


def forward(torch, operation, tensors):
    return torch.nn.Identity()(tensors["x"])
