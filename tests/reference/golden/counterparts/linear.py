"""The affine layer."""


def depth(operation, arrays):
    return max(*arrays["weight"].shape, len(arrays["x"])) + 1


def forward(torch, operation, tensors):
    return torch.nn.functional.linear(
        tensors["x"], tensors["weight"].T, tensors["bias"]
    )
