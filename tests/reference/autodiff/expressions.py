"""Expressions that PyTorch and this engine evaluate from the same lines.

Each takes ``ops``, the functions of either side under common names, and three inputs:
``x`` (2, 3), ``y`` (3,) and ``z`` (2, 1), all positive and below 3.
"""

import numpy as np

ROWS, COLUMNS = np.array([1, 0, 1, 1]), np.array([2, 2, 0, 2])
PLACES = np.array([[2, 2], [0, 1]])
MASK = np.array([[True, False, True], [False, False, True]])


def softmax_cross_entropy(ops, x, y, z):
    scores = x * y - z
    return (ops.logsumexp(scores, 1) - ops.gather(scores, PLACES, 1)[:, 0]) ** 2


def two_layers(ops, x, y, z):
    hidden = ops.tanh(ops.matmul(x, ops.transpose(x, (1, 0))) - z)
    return ops.sigmoid(ops.matmul(ops.transpose(hidden, (1, 0)), x) - y)


def normalised_rows(ops, x, y, z):
    centred = x - ops.mean(x, 1, keepdims=True)
    return y * centred / ops.sqrt(ops.mean(centred**2, (1,), keepdims=True) + 0.1) + z


def powers(ops, x, y, z):
    return x**y + 2**z - y**3 + z**-1.5 + (x / z) ** 0.5


def oscillations(ops, x, y, z):
    return ops.sin(x * y) * ops.cos(z) + ops.exp(-x) / (1 + ops.log(y + 1))


def reversed_operands(ops, x, y, z):
    return (2 - x) / (3 / y - 10) * (1.5 - z)


def batched_products(ops, x, y, z):
    stacked = ops.stack([x, x * z, x - y], 0)
    left = ops.transpose(stacked, (1, 2, 0))
    return ops.matmul(left, ops.reshape(x, (1, 3, 2)))


def vectors(ops, x, y, z):
    return ops.matmul(y, ops.matmul(ops.transpose(x, (1, 0)), z)) * ops.matmul(x, y)


def permutations(ops, x, y, z):
    cube = ops.broadcast_to(x * z, (4, 2, 3))
    turned = ops.transpose(ops.reshape(cube, (2, 4, 3)), (2, 0, 1))
    return ops.sum(turned * y[:, None, None] ** 2, (0, -1))


def joined(ops, x, y, z):
    wide = ops.concatenate([x, z, x * x], 1)
    return wide[:, 1:5] * ops.sum(wide, None)


def indexed(ops, x, y, z):
    return x[ROWS, COLUMNS] ** 2 * ops.sum(y[COLUMNS]) + z[ROWS, 0]


def chosen(ops, x, y, z):
    return ops.where(MASK, x * z, ops.relu(x - y) ** 2) * ops.maximum(x, y)


def extremes(ops, x, y, z):
    return ops.max(x * y, 1, keepdims=True) * ops.absolute(z - 1) + ops.max(y, None)


def shared(ops, x, y, z):
    u = x * z
    v = u + ops.tanh(u)
    return v * u - v / (u + v)


EXPRESSIONS = {
    function.__name__: function
    for function in (
        softmax_cross_entropy,
        two_layers,
        normalised_rows,
        powers,
        oscillations,
        reversed_operands,
        batched_products,
        vectors,
        permutations,
        joined,
        indexed,
        chosen,
        extremes,
        shared,
    )
}
SHAPES = {"x": (2, 3), "y": (3,), "z": (2, 1)}


def inputs():
    """Return the inputs, all entries different, and a direction for each."""
    rng = np.random.default_rng(7)
    ladder = 0.25 + rng.permutation(11) / 4
    parts = dict(zip(SHAPES, np.split(ladder, [6, 9]), strict=True))
    points = {name: parts[name].reshape(shape) for name, shape in SHAPES.items()}
    along = {name: on_grid(rng.normal(size=shape)) for name, shape in SHAPES.items()}
    return points, along


def upstream(shape):
    """Return the gradient that is handed to an output of this shape."""
    return on_grid(np.random.default_rng(11).normal(size=shape))


def on_grid(values):
    return np.asarray(np.round(values * 2.0**10) / 2.0**10)
