"""Make the student's random numbers repeatable."""

import random
from typing import Any

import numpy as np
from numpy.random import bit_generator

# Stands for what the system would have given, wherever a generator gets no seed.
_entropy = random.Random(0)  # noqa: S311 - repeatable is what it is for
_seed_generator = random.Random.seed
# Bound here, so that it is this one whatever a student puts in its place.
_seed_legacy = np.random.seed  # noqa: TID251


def take_over() -> None:
    """Let generators without a seed derive from the seed of the call.

    These are ``default_rng()``, ``RandomState()``, ``random.Random()``, all bit
    generators of NumPy, and seeding with nothing. To bypass it (``os.urandom``, the
    time) is easy and hurts only the repeatability of one's own result.
    """
    bit_generator.randbits = _entropy.getrandbits  # type: ignore[attr-defined]
    random.Random.seed = _seed  # type: ignore[method-assign]
    # The module's own function was bound before.
    random.seed = random._inst.seed


def _seed(self: random.Random, a: Any = None, version: int = 2) -> None:
    """Initialize internal state from a seed."""
    _seed_generator(self, _entropy.getrandbits(128) if a is None else a, version)


def reseed(seed: int) -> None:
    """Seed ``random``, ``numpy.random`` and the generators made from now on."""
    random.seed(seed)
    # Students use the old interface, so its state is what must be repeatable. To seed
    # it costs a twentieth of setting a state that was made before.
    _seed_legacy(seed & 0xFFFFFFFF)
    # Last, as NumPy draws some above; both streams must not have the same bits.
    _entropy.seed(f"entropy {seed}")
