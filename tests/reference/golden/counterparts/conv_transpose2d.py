"""Transposed convolution of images."""

from tests.reference.golden.counterparts.windows import edges, longest_sum


def depth(operation, arrays):
    return longest_sum(arrays, operation.example.windows.kernel) + 1


def forward(torch, operation, tensors):
    windows = operation.example.windows
    return getattr(torch.nn.functional, operation.name)(
        tensors["x"],
        tensors["weight"],
        tensors.get("bias"),
        windows.stride,
        edges(windows),
        operation.example.output_padding,
    )
