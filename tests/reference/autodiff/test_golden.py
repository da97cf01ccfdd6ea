"""PyTorch agrees about values, gradients and second derivatives."""

from importlib import resources
from types import SimpleNamespace

import numpy as np
import pytest

from reference.autodiff import (
    elementwise,
    indexing,
    products,
    reductions,
    selection,
    shapes,
)
from reference.autodiff.graph import Node
from reference.autodiff.reverse import gradient
from tests.reference.autodiff.expressions import EXPRESSIONS, inputs, upstream
from tests.reference.numerical import UNIT

OPS = SimpleNamespace(
    **{
        name: getattr(module, name)
        for module, names in {
            elementwise: "exp log sqrt tanh sigmoid sin cos",
            selection: "relu absolute maximum where",
            shapes: "reshape transpose broadcast_to concatenate stack",
            reductions: "logsumexp",
            products: "matmul",
            indexing: "gather",
        }.items()
        for name in names.split()
    },
    sum=reductions.sum_over,
    mean=reductions.mean_over,
    max=reductions.max_over,
)

ROUNDINGS = 64
"""The expressions are a dozen operations deep; an elementary function counts for 8."""

JITTER = 2.0**-26

every_expression = pytest.mark.parametrize("name", EXPRESSIONS)


def answer(name, points):
    """Return the output, the gradients and the Hessian times the directions."""
    leaves = [Node(array) for array in points.values()]
    out = EXPRESSIONS[name](OPS, *leaves)
    found = gradient(out, leaves, upstream(out.shape))
    along = inputs()[1].values()
    change = sum((g * v).sum() for g, v in zip(found, along, strict=True))
    twice = gradient(change, leaves)
    return {
        "out": out.value,
        **{f"grad_{key}": node.value for key, node in zip(points, found, strict=True)},
        **{
            f"hessian_{key}": node.value
            for key, node in zip(points, twice, strict=True)
        },
    }


def stored(name):
    file = resources.files("tests.reference.autodiff") / "golden.npz"
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
        return {
            key.removeprefix(f"{name}/"): arrays[key]
            for key in arrays.files
            if key.startswith(f"{name}/")
        }


def bounds(name):
    """Return how far each quantity moves when every input is rounded 64 times."""
    points, _ = inputs()
    right = answer(name, points)
    sizes = {key: np.max(np.abs(value)) for key, value in right.items()}
    for seed in range(3):
        rng = np.random.default_rng(seed)
        moved = {
            key: value * (1 + JITTER * rng.choice([-1.0, 1.0], value.shape))
            for key, value in points.items()
        }
        for key, value in answer(name, moved).items():
            change = np.max(np.abs(value - right[key])) / JITTER
            sizes[key] = max(sizes[key], change)
    return {key: 2 * ROUNDINGS * UNIT * size for key, size in sizes.items()}


@every_expression
def test_the_engine_agrees_with_the_golden_file(name):
    expected, found, allowed = stored(name), answer(name, inputs()[0]), bounds(name)
    assert found.keys() == expected.keys()
    for key, value in found.items():
        assert value.shape == expected[key].shape
        error = np.max(np.abs(value - expected[key]))
        assert error <= allowed[key], f"{key}: off by {error}, got {allowed[key]}"


@every_expression
def test_the_golden_file_says_something(name):
    expected, allowed = stored(name), bounds(name)
    assert np.any(expected["hessian_x"])
    for key, value in expected.items():
        largest = np.max(np.abs(value))
        assert allowed[key] <= 1e-11 * max(largest, 1.0), key
