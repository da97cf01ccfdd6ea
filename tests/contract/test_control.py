"""Limits that the runner sets and the driver checks, and what a fork server says."""

import math
import resource
import signal

import pytest

from grader.contract.codec import FrameError
from grader.contract.control import EXIT_LAYOUT, child_limits, read_exit, read_ready


def test_nothing_can_be_written_and_memory_is_bounded() -> None:
    limits = child_limits(1 << 30, 20)
    assert limits[resource.RLIMIT_FSIZE] == (0, 0)
    assert limits[resource.RLIMIT_AS] == (1 << 30, 1 << 30)
    assert limits[resource.RLIMIT_CPU] == (20, 21)


EXIT = (b"X", 0, 0.25, 0.5, 30_000)


def test_what_a_server_says_when_it_is_ready_is_read() -> None:
    assert read_ready(b'R{"landlock": 7}') == {"landlock": 7}


@pytest.mark.parametrize(
    "message",
    [
        b"R",
        b"R[]",
        b"R7",
        b"R\xff\xfe",
        b"R" + b"[" * 4000,
        b'R{"landlock": ',
        b'R{"landlock": [1]}',
        b'R{"landlock": 1e999}',
        b'R{"landlock": NaN}',
        b'R{"landlock": "%s"}' % (b"x" * 300),
        b'R{"%s": 1}' % (b"x" * 300),
        b'R{"landlock": ' + b"9" * 40 + b"}",
        b"B",
    ],
)
def test_a_server_that_says_no_facts_is_not_believed(message: bytes) -> None:
    with pytest.raises(FrameError, match="control: "):
        read_ready(message)


@pytest.mark.parametrize("status", [0, 1 << 8, signal.SIGKILL, 0x80 | signal.SIGSEGV])
def test_how_a_child_ended_is_read(status: int) -> None:
    message = EXIT_LAYOUT.pack(*EXIT[:1], status, *EXIT[2:])
    assert read_exit(message) == (status, 0.75, 30_000 * 1024)


@pytest.mark.parametrize(
    "message",
    [
        b"X",
        EXIT_LAYOUT.pack(*EXIT) + b"\0",
        EXIT_LAYOUT.pack(b"R", *EXIT[1:]),
        # Stopped, continued, negative, and more than the kernel ever says.
        EXIT_LAYOUT.pack(b"X", 0x137F, *EXIT[2:]),
        EXIT_LAYOUT.pack(b"X", 0xFFFF, *EXIT[2:]),
        EXIT_LAYOUT.pack(b"X", -1, *EXIT[2:]),
        EXIT_LAYOUT.pack(b"X", 1 << 16, *EXIT[2:]),
        EXIT_LAYOUT.pack(b"X", 0, math.nan, 0.0, 1),
        EXIT_LAYOUT.pack(b"X", 0, 0.0, math.inf, 1),
        EXIT_LAYOUT.pack(b"X", 0, -1.0, 0.0, 1),
        EXIT_LAYOUT.pack(b"X", 0, 0.0, 0.0, 1 << 60),
    ],
)
def test_an_end_that_cannot_be_is_not_believed(message: bytes) -> None:
    with pytest.raises(FrameError, match="control: "):
        read_exit(message)
