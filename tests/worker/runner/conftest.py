"""Loading a submission changes the interpreter; put it back after each test."""

import linecache
import random
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.random import bit_generator

from worker.runner import seeds


@pytest.fixture
def clean_interpreter() -> Iterator[None]:
    modules, finders = dict(sys.modules), list(sys.meta_path)
    lines = dict(linecache.cache)
    yield
    sys.meta_path[:] = finders
    for name in set(sys.modules) - set(modules):
        del sys.modules[name]
    sys.modules.update(modules)
    linecache.cache.clear()
    linecache.cache.update(lines)


@pytest.fixture
def clean_randomness() -> Iterator[None]:
    state, legacy = random.getstate(), np.random.get_state()  # noqa: NPY002
    method, function = random.Random.seed, random.seed
    bits = bit_generator.randbits
    seeds.take_over()
    yield
    random.Random.seed, random.seed = method, function
    bit_generator.randbits = bits
    random.setstate(state)
    np.random.set_state(legacy)  # noqa: NPY002
