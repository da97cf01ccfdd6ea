"""One request for each case, and what is made of the answers, without any process."""

from collections.abc import Iterable

import numpy as np
import pytest

from grader.contract.codec import (
    MOST_CALLS,
    Bounds,
    Frame,
    FrameError,
    FrameKind,
    answer_nonce,
)
from grader.contract.limits import Limits
from grader.contract.messages import Array, Bundle, Call, Case, Outcome, Phase
from worker.jail import dialogue as dialogue_module
from worker.jail.conversation import DeadlineError
from worker.jail.dialogue import Dialogue
from worker.jail.outcomes import Ending, Stop
from worker.jail.requests import calls_request

BUNDLE = Bundle({"mlp.py": b""}, "mlp.py")
LIMITS = Limits(load_seconds=100, wall_seconds=7, reply_bytes=1000)
CALLS = tuple(Call("f", {"x": np.full(2, number)}) for number in range(3))


class Clock:
    """A time that passes only when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


class Talk:
    """A child that answers each request with one frame for each call, by a script.

    Its processor time is a tenth of the time that passes.

    Parameters
    ----------
    seconds
        How long each final answer to a call takes.
    """

    def __init__(self, clock: Clock, seconds: Iterable[float] = (1.0,) * 99) -> None:
        self.clock = clock
        self.seconds = iter(seconds)
        self.sent_at = 0.0
        self.events: list[str] = []
        self.deadlines: list[float] = []
        self.bounds: list[int] = []
        self.arrays: dict[str, Array] = {}
        self.kind = FrameKind.COMPLETED
        self.texts: dict[str, str] = {}

    def send(self, frames: Iterable[Frame]) -> None:
        self.events += [frame.kind.name for frame in frames]
        # The child takes its time to read.
        self.clock.now += 50.0
        self.sent_at = self.clock.now

    def cpu_seconds(self) -> float | None:
        return self.clock.now / 10

    def receive(self, bounds: Bounds, nonce: int, deadline: float) -> Frame:
        self.bounds.append(bounds.array_bytes)
        self.deadlines.append(deadline)
        if self.events[-1] == "LOAD":
            self.events.append("loaded")
            return Frame(nonce, FrameKind.COMPLETED)
        self.clock.now += next(self.seconds)
        self.events.append("answer")
        return Frame(nonce, self.kind, self.arrays, self.texts)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(dialogue_module, "time", made)
    return made


def run(
    talk: Talk, *calls: Call, one_by_one: bool = False
) -> tuple[Dialogue, Ending | None]:
    dialogue = Dialogue(talk, LIMITS)  # type: ignore[arg-type]
    ending = dialogue.run(BUNDLE, Case(calls, LIMITS, one_by_one))
    return dialogue, ending


@pytest.mark.parametrize("count", [1, 3, 60])
def test_all_calls_of_a_case_are_one_request(clock: Clock, count: int) -> None:
    talk = Talk(clock)
    run(talk, *CALLS[:1] * count)

    asked = ["LOAD", "loaded", *["CALL"] * count, "RUN"]
    assert talk.events == [*asked, *["answer"] * count]


def test_calls_may_be_asked_one_by_one(clock: Clock) -> None:
    talk = Talk(clock)
    dialogue, _ = run(talk, *CALLS, one_by_one=True)

    assert talk.events == ["LOAD", "loaded", *["CALL", "RUN", "answer"] * 3]
    assert [reply.seconds for reply in dialogue.replies] == [1.0] * 3


def test_processor_time_is_taken_from_answer_to_answer(clock: Clock) -> None:
    dialogue, _ = run(Talk(clock, [0.25, 4.0, 0.5]), *CALLS)

    found = [reply.cpu_seconds for reply in dialogue.replies]
    assert found == pytest.approx([0.025, 0.4, 0.05])


def test_processor_time_may_be_unknown(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Talk, "cpu_seconds", lambda self: None)
    dialogue, _ = run(Talk(clock), *CALLS)

    assert [reply.cpu_seconds for reply in dialogue.replies] == [None] * 3


def test_a_case_without_calls_asks_for_nothing(clock: Clock) -> None:
    talk = Talk(clock)
    dialogue, ending = run(talk)

    assert (dialogue.replies, ending) == ([], None)
    assert talk.events == ["LOAD", "loaded"]


def test_seconds_run_from_the_end_of_the_request_then_from_answer_to_answer(
    clock: Clock,
) -> None:
    dialogue, _ = run(Talk(clock, [0.25, 4.0, 0.5]), *CALLS)

    assert [reply.seconds for reply in dialogue.replies] == [0.25, 4.0, 0.5]


def test_each_call_has_its_own_deadline_from_the_answer_before(clock: Clock) -> None:
    talk = Talk(clock, [0.25, 4.0, 0.5])
    run(talk, *CALLS)

    # Two requests took 50 s to read each; then the answers came.
    begun = [1100.0, 1100.25, 1104.25]
    assert talk.deadlines[1:] == [start + LIMITS.wall_seconds for start in begun]


def test_a_call_that_is_given_up_tells_how_long_it_was_awaited(clock: Clock) -> None:
    class Late(Talk):
        def receive(self, bounds: Bounds, nonce: int, deadline: float) -> Frame:
            if self.events[-1] == "answer":
                self.clock.now = deadline
                raise DeadlineError
            return super().receive(bounds, nonce, deadline)

    dialogue, ending = run(Late(clock), *CALLS)

    assert ending == Ending(Stop.DEADLINE, Phase.CALL)
    assert len(dialogue.replies) == 1
    assert dialogue.attempt.seconds == LIMITS.wall_seconds


def test_all_answers_of_a_case_together_are_bounded(clock: Clock) -> None:
    talk = Talk(clock)
    talk.arrays = {"out": np.zeros(900, np.uint8)}
    run(talk, *CALLS[:1] * 5)

    assert talk.bounds[1:] == [1000, 1000, 1000, 1000, 4000 - 4 * 900]


@pytest.mark.parametrize(
    ("said", "believed"),
    [("mlp.py", ("mlp.py", 3)), ("/etc/passwd", ("", 0)), ("binding.py", ("", 0))],
)
def test_a_fault_lies_in_a_file_of_the_submission_or_in_none(
    clock: Clock, said: str, believed: tuple[str, int]
) -> None:
    talk = Talk(clock)
    talk.kind = FrameKind.RAISED
    talk.texts = {"fault.file": said, "fault.line": "3"}
    dialogue, _ = run(talk, CALLS[0])

    fault = dialogue.replies[0].fault
    assert fault is not None
    assert (fault.file, fault.line) == believed


def test_a_fault_of_one_call_does_not_end_the_case(clock: Clock) -> None:
    talk = Talk(clock)
    talk.kind = FrameKind.RAISED
    dialogue, ending = run(talk, *CALLS)

    assert ending is None
    assert [reply.outcome for reply in dialogue.replies] == [Outcome.RAISED] * 3


def test_a_frame_that_is_no_answer_ends_the_case(clock: Clock) -> None:
    talk = Talk(clock)
    talk.kind = FrameKind.CALL
    dialogue, ending = run(talk, *CALLS)

    assert ending == Ending(Stop.UNREADABLE, Phase.CALL, "frame: CALL is no answer")
    assert dialogue.replies == []


def test_every_answer_has_a_nonce_of_its_own_that_comes_last() -> None:
    *calls, run_frame = calls_request(CALLS)

    answers = {answer_nonce(run_frame.nonce, number) for number in range(len(calls))}
    assert len(answers) == len(calls)
    # Nothing of it can be known before the last frame.
    assert {frame.nonce for frame in calls} == {0}


def test_the_nonces_stay_in_their_bits() -> None:
    assert answer_nonce(2**63 - 1, 0) == 2**63 - 1
    assert answer_nonce(2**63 - 1, 1) == 0


def test_a_case_may_not_be_larger_than_a_child_reads() -> None:
    large = Call("f", {"x": np.broadcast_to(np.zeros(1), (1 << 26,))})

    with pytest.raises(ValueError, match="case: its calls take 1024 MB"):
        calls_request([large, large, *CALLS])
    with pytest.raises(ValueError, match="case: 4097 calls are more than 4096"):
        calls_request(CALLS[:1] * (MOST_CALLS + 1))


def test_an_answer_under_another_nonce_is_refused_by_the_reader() -> None:
    from grader.contract.codec import decode, encode

    raw = b"".join(encode(Frame(answer_nonce(5, 1), FrameKind.COMPLETED)))
    view = memoryview(raw)

    def read_into(buffer: memoryview) -> None:
        nonlocal view
        buffer[:], view = view[: len(buffer)], view[len(buffer) :]

    with pytest.raises(FrameError, match="wrong nonce"):
        decode(read_into, Bounds(array_bytes=0), answer_nonce(5, 0))
