"""Wrong moments of initialisers are those of code that draws so."""

import numpy as np
import pytest

from tests.reference.misconceptions.finding import wrong

SHAPE = (16, 400)
DRAWS = 200_000


def rand(rng):
    return rng.random(DRAWS)


@pytest.mark.parametrize(
    ("name", "number", "formula", "conventions", "draw"),
    [
        (
            "kaiming",
            "M151",
            "the variance as",
            {},
            lambda rng: rng.normal(0, 2 / 16, DRAWS),
        ),
        (
            "kaiming",
            "M151",
            "the variance as",
            {"distribution": "uniform"},
            lambda rng: rng.uniform(-6 / 16, 6 / 16, DRAWS),
        ),
        ("kaiming", "M151", "/ sqrt(fan)", {}, lambda rng: rng.normal(0, 2 / 4, DRAWS)),
        (
            "kaiming",
            "M238",
            "fan-out",
            {},
            lambda rng: rng.normal(0, (2 / 400) ** 0.5, DRAWS),
        ),
        (
            "kaiming",
            "M239",
            "one standard deviation",
            {},
            lambda rng: rng.uniform(-((2 / 16) ** 0.5), (2 / 16) ** 0.5, DRAWS),
        ),
        (
            "kaiming",
            "M239",
            "never negative",
            {},
            lambda rng: rand(rng) * (2 / 16) ** 0.5,
        ),
        (
            "kaiming",
            "M239",
            "never negative",
            {"distribution": "uniform"},
            lambda rng: rand(rng) * (6 / 16) ** 0.5,
        ),
        (
            "kaiming",
            "M239",
            "(rand - 0.5)",
            {},
            lambda rng: (rand(rng) - 0.5) * (2 / 16) ** 0.5,
        ),
        ("xavier", "M151", "", {}, lambda rng: rng.normal(0, 2 / 416, DRAWS)),
        (
            "xavier",
            "M238",
            "1/out",
            {"variance": "1/in"},
            lambda rng: rng.normal(0, 1 / 20, DRAWS),
        ),
        (
            "inverse_root",
            "M151",
            "the variance as",
            {"distribution": "normal"},
            lambda rng: rng.normal(0, 1 / 16, DRAWS),
        ),
        (
            "inverse_root",
            "M151",
            "the variance as",
            {},
            lambda rng: rng.uniform(-1 / 16, 1 / 16, DRAWS),
        ),
        (
            "inverse_root",
            "M151",
            "variance = m**-0.5",
            {},
            lambda rng: rng.normal(0, 0.25**0.5, DRAWS),
        ),
        (
            "inverse_root",
            "M239",
            "in place of the bound",
            {},
            lambda rng: rng.normal(0, 0.25, DRAWS),
        ),
        (
            "small_normal",
            "M151",
            "the variance as",
            {"std": 0.25},
            lambda rng: rng.normal(0, 0.25**2, DRAWS),
        ),
        (
            "small_normal",
            "M151",
            "variance = std",
            {"std": 0.25},
            lambda rng: rng.normal(0, 0.25**0.5, DRAWS),
        ),
        (
            "uniform",
            "M239",
            "low + high",
            {"low": -0.25, "high": 1.0},
            lambda rng: -0.25 + 1.0 * rand(rng),
        ),
        (
            "uniform",
            "M239",
            "standard deviation",
            {"low": -3.0, "high": 3.0},
            lambda rng: rng.normal(0, 3, DRAWS),
        ),
        ("constant", "M152", "uniform", {"value": -3.0}, lambda rng: -3.0 * rand(rng)),
        ("zeros", "M152", "uniform", {}, rand),
    ],
)
def test_the_moments_are_those_of_the_wrong_code(
    name, number, formula, conventions, draw
):
    values = draw(np.random.default_rng(0))
    found = wrong(name, number, formula, conventions=conventions, shape=SHAPE)
    assert found["variance"] == pytest.approx(values.var(), rel=0.02)
    if "mean" in found:
        assert found["mean"] == pytest.approx(values.mean(), rel=0.02)
    else:
        assert abs(values.mean()) < 0.02 * values.std()


def test_a_kernel_counts_as_many_times_as_it_has_entries():
    found = wrong(
        "kaiming",
        "M238",
        "kernel",
        conventions={"weight": "kernel"},
        shape=(9, 7, 5, 3),
    )
    assert found["variance"] == pytest.approx(2 / 7)


@pytest.mark.parametrize(
    ("name", "number", "formula", "conventions"),
    [
        ("kaiming", "M146", "", {"gain": "linear"}),
        ("kaiming", "M151", "/ sqrt(fan)", {"gain": "linear"}),
        ("kaiming", "M238", "kernel", {}),
        ("small_normal", "M146", "", {"std": 1.0}),
        ("small_normal", "M151", "the variance as", {"std": 1.0}),
        ("constant", "M146", "1 everywhere", {"value": 1.0}),
        ("constant", "M152", "normal", {"value": 0.0}),
        ("xavier", "M238", "1/out", {}),
    ],
)
def test_what_gives_the_right_moments_is_no_mistake(name, number, formula, conventions):
    assert wrong(name, number, formula, conventions=conventions, shape=SHAPE) == {}
