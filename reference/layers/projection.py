"""Products of many rows with one matrix, whatever axes the rows are arranged in."""

from reference.protocols import Array


def rows(array: Array) -> Array:
    """Return (..., K) as a matrix with K columns."""
    return array.reshape(-1, array.shape[-1])


def project(array: Array, weight: Array) -> Array:
    """Return ``array @ weight`` for (..., K) and (K, M), as a single product."""
    return (rows(array) @ weight).reshape(*array.shape[:-1], weight.shape[1])
