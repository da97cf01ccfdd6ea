"""Convolution and pooling as the lectures print them: one scalar at a time."""

import numpy as np


def pad(x, rows, columns):
    """Add zeros on both sides of the last two axes of ``x``."""
    count, channels, height, width = x.shape
    padded = np.zeros((count, channels, height + 2 * rows, width + 2 * columns))
    for n, c, p, q in np.ndindex(*x.shape):
        padded[n, c, p + rows, q + columns] = x[n, c, p, q]
    return padded


def conv_forward(x, weight, bias, stride, padding, dilation=(1, 1), groups=1):
    """CS231n, assignment 2: slide without turning, one sum for each output."""
    padded = pad(x, *padding)
    filters, depth, high, wide = weight.shape
    rows = (padded.shape[2] - dilation[0] * (high - 1) - 1) // stride[0] + 1
    columns = (padded.shape[3] - dilation[1] * (wide - 1) - 1) // stride[1] + 1
    out = np.zeros((len(x), filters, rows, columns))
    for n, f, i, j in np.ndindex(*out.shape):
        total = bias[f]
        first = f // (filters // groups) * depth
        for c, a, b in np.ndindex(depth, high, wide):
            p, q = stride[0] * i + dilation[0] * a, stride[1] * j + dilation[1] * b
            total += weight[f, c, a, b] * padded[n, first + c, p, q]
        out[n, f, i, j] = total
    return out


def conv_backward(grad_out, x, weight, stride, padding, dilation=(1, 1), groups=1):
    """Send each ``grad_out`` to all that took part in its output."""
    padded = pad(x, *padding)
    grad_padded = np.zeros(padded.shape)
    grad_weight = np.zeros(weight.shape)
    grad_bias = np.zeros(len(weight))
    filters, depth, high, wide = weight.shape
    for n, f, i, j in np.ndindex(*grad_out.shape):
        upstream = grad_out[n, f, i, j]
        grad_bias[f] += upstream
        first = f // (filters // groups) * depth
        for c, a, b in np.ndindex(depth, high, wide):
            p, q = stride[0] * i + dilation[0] * a, stride[1] * j + dilation[1] * b
            grad_weight[f, c, a, b] += upstream * padded[n, first + c, p, q]
            grad_padded[n, first + c, p, q] += upstream * weight[f, c, a, b]
    height, width = x.shape[2:]
    rows, columns = padding
    grad_x = grad_padded[:, :, rows : rows + height, columns : columns + width]
    return grad_x, grad_weight, grad_bias


def window_of(side, kernel, stride, padding, index):
    """Return the entries of one axis that window number ``index`` holds."""
    first = index * stride - padding
    return [at for at in range(first, first + kernel) if 0 <= at < side]


def pool_windows(shape, counts, kernel, stride, padding=(0, 0)):
    """Yield each window as an index of the output with the entries it holds."""
    for n, c, i, j in np.ndindex(*shape[:2], *counts):
        rows = window_of(shape[2], kernel[0], stride[0], padding[0], i)
        columns = window_of(shape[3], kernel[1], stride[1], padding[1], j)
        yield (n, c, i, j), [(n, c, p, q) for p in rows for q in columns]
