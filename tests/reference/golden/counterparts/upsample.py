"""Upsampling: nearest neighbour, or a transposed convolution with a kernel of one."""


def depth(operation, arrays):
    if operation.fill == "zeros":
        return 0
    return operation.factor**operation.dimensions


def forward(torch, operation, tensors):
    x, functional = tensors["x"], torch.nn.functional
    if operation.fill == "repeat":
        return functional.interpolate(x, scale_factor=operation.factor, mode="nearest")
    transposed = {1: functional.conv_transpose1d, 2: functional.conv_transpose2d}
    channels = x.shape[1]
    kernel = torch.ones(channels, 1, *(1,) * operation.dimensions, dtype=x.dtype)
    return transposed[operation.dimensions](
        x, kernel, stride=operation.factor, groups=channels
    )
