"""The threshold, which PyTorch knows by the name of Heaviside: nothing is rounded."""


def depth(operation, arrays):
    return 0


def forward(torch, operation, tensors):
    x = tensors["x"]
    return torch.heaviside(x, torch.tensor(operation.value_at_zero, dtype=x.dtype))
