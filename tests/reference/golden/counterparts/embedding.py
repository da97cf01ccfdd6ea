"""A table: at most all places look up the same row, whose gradient is their sum."""


def depth(operation, arrays):
    return arrays["indices"].size


def forward(torch, operation, tensors):
    return torch.nn.functional.embedding(tensors["indices"], tensors["weight"])
