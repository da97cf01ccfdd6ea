"""Limits that the runner sets and the driver checks."""

import resource

from grader.contract.control import child_limits


def test_nothing_can_be_written_and_memory_is_bounded() -> None:
    limits = child_limits(1 << 30, 20)
    assert limits[resource.RLIMIT_FSIZE] == (0, 0)
    assert limits[resource.RLIMIT_AS] == (1 << 30, 1 << 30)
    assert limits[resource.RLIMIT_CPU] == (20, 21)
