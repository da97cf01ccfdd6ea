"""Average pooling of images: a sum over a window, and one over the windows of an entry.

Each share is a quotient as well.
"""

from math import prod

from tests.reference.golden.counterparts.windows import edges


def depth(operation, arrays):
    return prod(operation.example.windows.kernel) + 1


def forward(torch, operation, tensors):
    return averaged(torch, operation, tensors["x"])


def averaged(torch, operation, images, added=()):
    """Ask PyTorch; ``added`` holds a one for each axis before the windows."""
    windows = operation.example.windows
    entries = prod(windows.kernel)
    return torch.nn.functional.avg_pool2d(
        images,
        (*added, *windows.kernel),
        (*added, *windows.stride),
        (*(0 for _ in added), *edges(windows)),
        ceil_mode=windows.ragged,
        count_include_pad=operation.divisor == "padded",
        divisor_override=entries if operation.divisor == "kernel" else None,
    )
