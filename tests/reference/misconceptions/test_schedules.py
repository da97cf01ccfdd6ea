"""Wrong rates, worked out by hand, and where a mistake cannot be made."""

import numpy as np
import pytest

from tests.reference.misconceptions.finding import wrong


def rates(name, number, formula="", count=4, **conventions):
    found = wrong(name, number, formula, conventions=conventions, step=np.arange(count))
    return found.get("rate")


@pytest.mark.parametrize(
    ("number", "formula", "expected"),
    [
        ("M158", "(step + 1)", [1.0, 0.25, 0.25, 0.0625]),
        ("M158", "max(step - 1, 0)", [1.0, 1.0, 1.0, 0.25]),
        ("M158", "1 + floor", [0.25, 0.25, 0.0625, 0.0625]),
        ("M232", "", [1.0, 1.0, 0.75, 0.75]),
        ("M233", "factor * floor", [0.0, 0.0, 0.25, 0.25]),
        ("M233", "factor**(step / every)", [1.0, 0.5, 0.25, 0.125]),
        ("M233", "at every step", [1.0, 1.0, 0.25, 0.0625]),
    ],
)
def test_step_decay(number, formula, expected):
    found = rates("step_decay", number, formula, lr=1.0, factor=0.25, every=2)
    assert found == expected


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("(1 + cos(...))", [4.0, 2.0, 0.0, 0.0]),
        ("cos(2*pi", [2.0, 0.0, 2.0, 2.0]),
        ("1 - cos", [0.0, 1.0, 2.0, 2.0]),
        ("rate = lr - ", [2.0, 1.0, 0.0, 0.0]),
    ],
)
def test_cosine(formula, expected):
    found = rates("cosine", "M234", formula, lr=2.0, steps=2, minimum=0.0)
    np.testing.assert_allclose(found, expected, atol=1e-15)


@pytest.mark.parametrize(
    ("number", "formula", "expected"),
    [
        ("M158", "step + 1", [0.75, 1.0, 1.0, 1.0]),
        ("M234", "share = min(start", [0.5, 1.0, 1.0, 1.0]),
        ("M234", "until step", [0.5, 0.5, 1.0, 1.0]),
        ("M235", "without min", [0.5, 0.75, 1.0, 1.25]),
    ],
)
def test_warm_up(number, formula, expected):
    found = rates("warm_up", number, formula, lr=1.0, steps=2, start=0.5)
    assert found == expected


@pytest.mark.parametrize(
    ("name", "number", "formula", "conventions"),
    [
        ("step_decay", "M146", "", {"factor": 0.1}),
        ("constant_rate", "M146", "0.001", {"lr": 0.001}),
        ("cosine", "M234", "minimum + lr/2", {"minimum": 0.0}),
        ("cosine", "M158", "steps - 1", {"steps": 1}),
        ("warm_up", "M158", "steps - 1", {"steps": 1}),
        ("exponential_decay", "M232", "", {"decay": 0.5}),
    ],
)
def test_what_is_asked_for_is_no_mistake(name, number, formula, conventions):
    assert rates(name, number, formula, **conventions) is None
