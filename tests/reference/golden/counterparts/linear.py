"""The affine layer; a folded bias is a column of ones in front of or behind ``x``."""


def depth(operation, arrays):
    return max(*arrays["weight"].shape, len(arrays["x"])) + 1


def forward(torch, operation, tensors):
    x, weight = tensors["x"], tensors["weight"]
    one = torch.ones(len(x), 1, dtype=x.dtype)
    if operation.bias == "folded_first":
        x = torch.cat([one, x], dim=1)
    elif operation.bias == "folded_last":
        x = torch.cat([x, one], dim=1)
    return torch.nn.functional.linear(x, weight.T, tensors.get("bias"))
