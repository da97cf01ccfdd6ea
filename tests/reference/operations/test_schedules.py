"""Which steps a schedule is asked about."""

import numpy as np
import pytest

from reference.operations import create

# Both reach a rate of exactly 0 within the first 17 steps.
TO_NOTHING = (
    ("warm_up", {"start": 0.0, "then": "cosine"}),
    ("cosine", {"minimum": 0.0}),
)


@pytest.mark.parametrize(("name", "conventions"), TO_NOTHING)
def test_a_single_step_is_one_with_a_rate(name, conventions):
    operation = create(name, **conventions)
    every = operation.answer(operation.draw(np.random.default_rng(0)))["rate"]
    assert np.min(every) == 0.0
    for seed in range(40):
        arrays = operation.draw(np.random.default_rng(seed), variant=2)
        assert arrays["step"].shape == (1,)
        assert operation.answer(arrays)["rate"][0] > np.max(every) / 1024
