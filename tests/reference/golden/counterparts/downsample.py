"""Downsampling: a slice with a step; nothing is rounded."""


def depth(operation, arrays):
    return 0


def forward(torch, operation, tensors):
    each = (slice(None, None, operation.factor),) * operation.dimensions
    return tensors["x"][(..., *each)]
