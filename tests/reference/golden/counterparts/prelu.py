"""The unit with a learned slope: a product, and a sum over entries with one slope."""


def depth(operation, arrays):
    return arrays["x"].size // arrays["slope"].size + 1


def forward(torch, operation, tensors):
    return torch.nn.functional.prelu(tensors["x"], tensors["slope"].reshape(-1))
