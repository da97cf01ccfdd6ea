"""Make the student's random numbers repeatable."""

import random
from functools import lru_cache, wraps
from typing import Any

import numpy as np

_seed = 0
_generators = 0
_real_default_rng = np.random.default_rng


def take_over() -> None:
    """Make ``default_rng()`` without a seed derive from the seed of the call.

    To bypass it is easy and hurts only the repeatability of one's own result.
    """
    np.random.default_rng = _default_rng


@wraps(_real_default_rng)
def _default_rng(seed: Any = None) -> np.random.Generator:
    global _generators  # noqa: PLW0603 - one process, one thread, one stream
    if seed is None:
        _generators += 1
        seed = np.random.SeedSequence([_seed, _generators])
    return _real_default_rng(seed)


def reseed(seed: int) -> None:
    """Seed ``random``, ``numpy.random`` and the generators made from now on."""
    global _seed, _generators
    _seed, _generators = seed & (1 << 64) - 1, 0
    random.seed(seed)
    # Students use the old interface, so its state is what must be repeatable.
    np.random.set_state(_legacy_state(seed & 0xFFFFFFFF))  # noqa: NPY002


@lru_cache(maxsize=1)
def _legacy_state(seed: int) -> dict[str, Any]:
    """Return the old interface's state after seeding; calls often share a seed."""
    return np.random.RandomState(seed).get_state(legacy=False)
