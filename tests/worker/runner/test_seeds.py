"""The same seed gives the same numbers, whichever way they are drawn."""

import random

import numpy as np
import pytest

from worker.runner import seeds

pytestmark = pytest.mark.usefixtures("clean_randomness")


def of_python() -> float:
    return random.Random().random()


def seeded_with_nothing() -> float:
    random.seed()
    return random.random()


def of_the_old_interface() -> float:
    return float(np.random.RandomState().rand())


def of_the_old_interface_seeded_with_nothing() -> float:
    np.random.seed()  # noqa: NPY002, TID251 - as students do
    return float(np.random.rand())  # noqa: NPY002


UNSEEDED = [
    random.random,
    of_python,
    seeded_with_nothing,
    lambda: float(np.random.rand()),  # noqa: NPY002
    of_the_old_interface,
    of_the_old_interface_seeded_with_nothing,
    lambda: float(np.random.default_rng().random()),
    lambda: float(np.random.Generator(np.random.SFC64()).random()),
    lambda: float(np.random.Generator(np.random.MT19937()).random()),
    lambda: float(np.random.SeedSequence().generate_state(1)[0]),
]


@pytest.mark.parametrize("draw", UNSEEDED)
def test_the_same_seed_repeats_every_draw_and_another_one_changes_it(draw) -> None:
    drawn = []
    for seed in (11, 11, 12):
        seeds.reseed(seed)
        drawn.append(draw())
    assert drawn[0] == drawn[1] != drawn[2]


@pytest.mark.parametrize("draw", UNSEEDED)
def test_two_draws_in_one_call_differ(draw) -> None:
    seeds.reseed(11)
    assert draw() != draw()


def test_what_the_student_seeded_stays_as_it_is() -> None:
    seeds.reseed(11)
    drawn = [
        random.Random(5).random(),
        float(np.random.default_rng(5).random()),
        float(np.random.RandomState(5).rand()),
    ]
    assert drawn == [0.6229016948897019, 0.8050029237453802, 0.22199317108973948]


def test_the_two_streams_of_a_call_have_nothing_in_common() -> None:
    seeds.reseed(11)
    assert random.getrandbits(128) != np.random.bit_generator.randbits(128)


def test_the_generators_keep_their_classes() -> None:
    assert isinstance(np.random.default_rng(), np.random.Generator)
    assert isinstance(random.SystemRandom().random(), float)


def test_a_seed_may_be_large() -> None:
    seeds.reseed(2**80 + 1)
    large = np.random.default_rng().random()
    seeds.reseed(1)
    assert np.random.default_rng().random() != large
