"""One deadline for both directions, with a child that is only three pipes."""

import os
import time
from collections.abc import Iterator

import numpy as np
import pytest

from grader.contract.codec import Bounds, Frame, FrameError, FrameKind, encode
from worker.jail.conversation import (
    Conversation,
    DeadlineError,
    EndedError,
    FloodError,
)
from worker.jail.server import Child

BOUNDS = Bounds(array_bytes=1 << 20)
LARGE = Frame(1, FrameKind.CALL, {"x": np.zeros(1 << 17)}, {})
SMALL = Frame(1, FrameKind.CALL, {}, {})
ANSWER = b"".join(encode(Frame(1, FrameKind.COMPLETED, {"out": np.ones(2)}, {})))


class Pipes:
    """Both ends: the driver's in ``child``, the student's as plain numbers."""

    def __init__(self) -> None:
        self.request, request = os.pipe2(os.O_NONBLOCK)
        reply, self.reply = os.pipe2(os.O_NONBLOCK)
        log, self.log = os.pipe2(os.O_NONBLOCK)
        self.child = Child(0, os.dup(0), request, reply, log)
        self.talk = Conversation(self.child, kept_bytes=10, fatal_bytes=5000)

    def receive(self, seconds: float = 20.0) -> Frame:
        return self.talk.receive(BOUNDS, 1, time.monotonic() + seconds)


@pytest.fixture
def pipes() -> Iterator[Pipes]:
    made = Pipes()
    yield made
    made.child.close()
    for end in (made.request, made.reply, made.log):
        try:
            os.close(end)
        except OSError:
            continue


def test_an_answer_is_received(pipes: Pipes) -> None:
    pipes.talk.send([SMALL])
    os.write(pipes.log, b"hello")
    with pytest.raises(DeadlineError):
        pipes.receive(0.01)
    os.write(pipes.reply, ANSWER)
    assert pipes.receive().arrays["out"].tolist() == [1, 1]
    pipes.talk.drain()
    assert pipes.talk.log == b"hello"


def test_many_small_frames_go_out_in_one_write(
    pipes: Pipes, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = Frame(1, FrameKind.CALL, {"x": np.ones(5), "y": np.ones(3)}, {})
    sizes = []
    real = os.writev

    def writev(descriptor: int, parts: list[memoryview]) -> int:
        sizes.append(real(descriptor, parts))
        return sizes[-1]

    monkeypatch.setattr("worker.jail.conversation.os.writev", writev)
    pipes.talk.send([frame] * 60)
    with pytest.raises(DeadlineError):
        pipes.receive(0.01)

    assert sizes == [60 * sum(len(part) for part in encode(frame))]
    assert os.read(pipes.request, 1 << 16) == b"".join(encode(frame)) * 60


def test_what_is_larger_than_the_pipe_arrives_in_order(pipes: Pipes) -> None:
    many = [Frame(n, FrameKind.CALL, {"x": np.full(3000, n)}, {}) for n in range(9)]
    wanted = b"".join(part for frame in many for part in encode(frame))
    pipes.talk.send(many)
    got = b""
    while len(got) < len(wanted):
        with pytest.raises(DeadlineError):
            pipes.receive(0.001)
        got += os.read(pipes.request, 50_000)

    assert got == wanted
    assert pipes.talk.sent_at > 0


def test_a_child_that_reads_nothing_costs_only_the_deadline(pipes: Pipes) -> None:
    pipes.talk.send([LARGE])
    with pytest.raises(DeadlineError):
        pipes.receive(0.05)


def test_an_answer_before_the_request_was_read_is_refused(pipes: Pipes) -> None:
    pipes.talk.send([LARGE])
    os.write(pipes.reply, ANSWER)
    with pytest.raises(FrameError, match="before the request was read"):
        pipes.receive()


def test_a_child_that_ends_before_it_has_read_everything_has_ended(
    pipes: Pipes,
) -> None:
    pipes.talk.send([LARGE])
    for end in (pipes.request, pipes.reply, pipes.log):
        os.close(end)
    with pytest.raises(EndedError):
        pipes.receive()


def test_a_child_that_only_stops_reading_may_still_answer(pipes: Pipes) -> None:
    pipes.talk.send([LARGE])
    os.close(pipes.request)
    with pytest.raises(DeadlineError):
        pipes.receive(0.05)
    os.write(pipes.reply, ANSWER)
    assert pipes.receive().kind is FrameKind.COMPLETED


def test_a_flood_is_told_and_only_its_beginning_kept(pipes: Pipes) -> None:
    os.write(pipes.log, b"x" * 6000)
    with pytest.raises(FloodError):
        pipes.receive()
    assert pipes.talk.log == b"x" * 10
    assert pipes.talk.log_total == 6000
    os.write(pipes.log, b"x" * 6000)
    pipes.talk.drain()
    assert pipes.talk.log == b"x" * 10


def test_a_closed_log_is_no_answer(pipes: Pipes) -> None:
    os.close(pipes.log)
    with pytest.raises(DeadlineError):
        pipes.receive(0.05)
    os.write(pipes.reply, ANSWER)
    assert pipes.receive().kind is FrameKind.COMPLETED
