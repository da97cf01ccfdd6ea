"""Max pooling of images: comparisons, and a sum over the windows of an entry."""

from math import prod

from tests.reference.golden.counterparts.windows import edges


def depth(operation, arrays):
    return prod(operation.example.windows.kernel)


def forward(torch, operation, tensors):
    windows = operation.example.windows
    return getattr(torch.nn.functional, operation.name)(
        tensors["x"],
        windows.kernel,
        windows.stride,
        edges(windows),
        ceil_mode=windows.ragged,
    )
