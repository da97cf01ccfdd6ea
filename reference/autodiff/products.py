"""The matrix product, of stacks of matrices and of vectors as well."""

from __future__ import annotations

from reference.autodiff import counts, graph, shapes
from reference.errors import ShapeError


def matmul(a: graph.Operand, b: graph.Operand) -> graph.Node:
    """Return ``a @ b``.

    Notes
    -----
    ``a`` is (..., N, K) and ``b`` is (..., K, M); the axes in front broadcast. With
    ``g`` for the result, ``a`` receives ``g @ b.T`` and ``b`` receives ``a.T @ g``,
    summed over the axes along which they were copied. A vector on the left is a
    matrix of one row and on the right one of one column.

    Examples
    --------
    >>> np.array([[1.0, 2.0]]) @ graph.Node(np.array([3.0, 5.0]))
    Node([13.0], reshape)
    """
    x, y = graph.operands("matmul", a, b)
    inner = y.shape[-2:][:1]
    if x.shape[-1:] != inner or not inner:
        raise ShapeError(
            "matmul: the last axis on the left must be as long as the first of a "
            f"matrix on the right, got {x.shape} and {y.shape}"
        )
    if x.ndim > 1 and y.ndim > 1:
        return _matrices(x, y)
    left = x if x.ndim > 1 else shapes.reshape(x, (1, x.size))
    right = y if y.ndim > 1 else shapes.reshape(y, (y.size, 1))
    product = _matrices(left, right)
    kept = (*x.shape[:-1], *y.shape[:-2], *y.shape[1:][-1:])
    return shapes.reshape(product, kept)


def _matrices(x: graph.Node, y: graph.Node) -> graph.Node:
    shapes.require_broadcast("matmul", x.shape[:-2], y.shape[:-2])
    value = x.value @ y.value
    for count in counts.active():
        count.multiply_adds += value.size * x.shape[-1]
    return graph.record(
        "matmul",
        value,
        graph.Edge(
            x,
            push=lambda t, out: _matrices(t, y),
            pull=lambda g, out: shapes.sum_to(_matrices(g, _flipped(y)), x.shape),
        ),
        graph.Edge(
            y,
            push=lambda t, out: _matrices(x, t),
            pull=lambda g, out: shapes.sum_to(_matrices(_flipped(x), g), y.shape),
        ),
    )


def _flipped(x: graph.Node) -> graph.Node:
    """Transpose each matrix of a stack."""
    front = range(x.ndim - 2)
    return shapes.transpose(x, (*front, x.ndim - 1, x.ndim - 2))
