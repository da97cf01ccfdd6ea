"""Limits that no jail could be started under are refused when they are written."""

import pytest
from pydantic import ValidationError

from grader.assignments.spec import LEAST_MEMORY, LimitsSpec


def test_less_memory_than_numpy_needs_is_refused() -> None:
    with pytest.raises(ValidationError, match="memory_bytes"):
        LimitsSpec(memory_bytes=LEAST_MEMORY - 1)


def test_just_enough_memory_is_accepted() -> None:
    assert (
        LimitsSpec(memory_bytes=LEAST_MEMORY).to_limits().memory_bytes == LEAST_MEMORY
    )
