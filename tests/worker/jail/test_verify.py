"""The look from outside: anything that is not as the lock should leave it, is told."""

import os

import pytest

from grader.contract.limits import Limits
from grader.errors import SandboxUnavailableError
from worker.jail.verify import limit_problems, status_problems, verify

ZERO = "0" * 16
OWN = "Seccomp_filters:\t0\n"
STATUS = (
    "Name:\tpython\nPPid:\t77\nUid:\t65534\t65534\t65534\t65534\n"
    f"Gid:\t65534\t65534\t65534\t65534\nThreads:\t1\nCapInh:\t{ZERO}\nCapPrm:\t{ZERO}\n"
    f"CapEff:\t{ZERO}\nCapBnd:\t{ZERO}\nCapAmb:\t{ZERO}\nNoNewPrivs:\t1\nSeccomp:\t2\n"
    "Seccomp_filters:\t1\n"
)
LIMITS = Limits(memory_bytes=1 << 30, cpu_seconds=20)
TABLE = """\
Limit                     Soft Limit           Hard Limit           Units
Max cpu time              20                   21                   seconds
Max file size             0                    0                    bytes
Max stack size            8388608              8388608              bytes
Max core file size        0                    0                    bytes
Max open files            32                   32                   files
Max locked memory         0                    0                    bytes
Max address space         1073741824           1073741824           bytes
Max msgqueue size         0                    0                    bytes
"""


def test_a_locked_child_has_no_problems() -> None:
    assert status_problems(STATUS, OWN, 77) == []
    assert limit_problems(TABLE, LIMITS) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Seccomp:\t2", "Seccomp:\t0"),
        ("Seccomp:\t2\n", ""),
        ("Seccomp_filters:\t1", "Seccomp_filters:\t0"),
        ("NoNewPrivs:\t1", "NoNewPrivs:\t0"),
        ("Threads:\t1", "Threads:\t2"),
        (f"CapEff:\t{ZERO}", "CapEff:\t0000000000000001"),
        (f"CapPrm:\t{ZERO}", "CapPrm:\t0000000000000001"),
        ("PPid:\t77", "PPid:\t1"),
        ("Uid:\t65534", "Uid:\t0"),
        ("Uid:\t65534\t65534\t65534", "Uid:\t65534\t65534\t0"),
        ("Gid:\t65534", "Gid:\t0"),
        ("Uid:", "Other:"),
    ],
)
def test_each_difference_in_the_status_is_told(old: str, new: str) -> None:
    assert old in STATUS
    assert len(status_problems(STATUS.replace(old, new), OWN, 77)) == 1


def test_the_filter_of_a_container_is_not_taken_for_ours() -> None:
    own = "Seccomp_filters:\t1\n"
    assert status_problems(STATUS, own, 77) == ["Seccomp_filters is 1"]


def test_a_kernel_that_does_not_count_filters_is_taken_at_its_word() -> None:
    status = STATUS.replace("Seccomp_filters:\t1\n", "")
    assert status_problems(status, "", 77) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1073741824           1073741824", "1073741824           unlimited "),
        ("20                   21", "20                   22"),
        ("32                   32", "32                   64"),
        ("Max file size             0 ", "Max file size             1 "),
        ("Max core file size", "Max something else"),
    ],
)
def test_each_limit_that_is_too_high_or_missing_is_told(old: str, new: str) -> None:
    assert old in TABLE
    assert len(limit_problems(TABLE.replace(old, new), LIMITS)) == 1


def test_lower_limits_are_fine() -> None:
    assert limit_problems(TABLE.replace("1073741824", "1000000000"), LIMITS) == []


def test_an_ordinary_process_is_refused() -> None:
    with pytest.raises(SandboxUnavailableError, match="not locked as it should be"):
        verify(os.getpid(), os.getppid(), LIMITS)


def test_a_process_that_is_gone_is_refused() -> None:
    with pytest.raises(SandboxUnavailableError, match="could not be examined"):
        verify(2**22 + 1, 1, LIMITS)
