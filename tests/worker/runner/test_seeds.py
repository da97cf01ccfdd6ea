"""The same seed gives the same numbers, whichever way they are drawn."""

import random

import numpy as np
import pytest

from worker.runner import seeds

pytestmark = pytest.mark.usefixtures("clean_randomness")


def draws() -> list[float]:
    return [
        random.random(),
        float(np.random.rand()),  # noqa: NPY002
        float(np.random.default_rng().random()),
        float(np.random.default_rng().random()),
        float(np.random.default_rng(5).random()),
    ]


def test_the_same_seed_repeats_every_draw() -> None:
    seeds.reseed(11)
    first = draws()
    seeds.reseed(11)
    assert draws() == first


def test_another_seed_changes_all_but_what_the_student_seeded() -> None:
    seeds.reseed(11)
    first = draws()
    seeds.reseed(12)
    second = draws()
    assert [a == b for a, b in zip(first, second, strict=True)] == [False] * 4 + [True]


def test_two_generators_without_a_seed_differ() -> None:
    seeds.reseed(11)
    _, _, one, two, _ = draws()
    assert one != two


def test_a_seed_may_be_large() -> None:
    seeds.reseed(2**80 + 1)
    assert len(draws()) == 5
