"""Convolution of images: sums over a window and its channels, or over all windows."""

import warnings

from tests.reference.golden.counterparts.windows import edges, longest_sum


def depth(operation, arrays):
    return longest_sum(arrays, operation.windows.kernel) + 1


def forward(torch, operation, tensors):
    windows = operation.windows
    weight = tensors["weight"]
    if operation.kind == "convolution":
        weight = weight.flip(*range(2, weight.ndim))
    # The word goes to PyTorch: it decides on which side the extra zero comes.
    padding = "same" if operation.padding == "same" else edges(windows)
    with warnings.catch_warnings():
        # It says that an uneven padding costs a copy.
        warnings.filterwarnings("ignore", message="Using padding='same'")
        return getattr(torch.nn.functional, operation.name)(
            tensors["x"],
            weight,
            tensors.get("bias"),
            windows.stride,
            padding,
            windows.dilation,
            operation.groups,
        )
