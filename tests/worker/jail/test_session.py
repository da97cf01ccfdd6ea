"""Loading, several calls, deadlines and the end of a session, in every tier."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grader.contract.codec import Frame, FrameKind
from grader.contract.jail import Jail
from grader.contract.limits import Limits
from grader.contract.messages import Bundle, Call, Case, Observation, Outcome, Phase
from grader.errors import SandboxUnavailableError
from tests.worker.runner.bindings.asking import LINEAR
from worker.jail.conversation import Conversation
from worker.jail.selection import TieredJail

LIMITS = Limits(load_seconds=30, wall_seconds=30)
RNG = np.random.default_rng(2)
ARRAYS = {
    "x": RNG.normal(size=(4, 5)),
    "weight": RNG.normal(size=(5, 7)),
    "bias": RNG.normal(size=7),
    "grad_out": RNG.normal(size=(4, 7)),
}
OPTIONS = {
    "family": "layer",
    "component": "Linear",
    "construct": [5, 7],
    "parameters": ["weight", "bias"],
}
LAYER = Call("linear", ARRAYS, OPTIONS)
BINDING = b"""
import time
def first(student): return {"out": student.before()}
def then_hang(student):
    yield {"out": 1.0}
    yield {"grad_x": 2.0}
    while True: pass
def take(student, x): return {"out": x.sum()}
"""


def observe(
    jail: TieredJail, source: str, *calls: Call, limits: Limits = LIMITS
) -> Observation:
    with jail.open(Bundle({"mlp.py": source.encode()}, "mlp.py")) as session:
        return session.observe(Case(calls or (LAYER,), limits))


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_jail_is_what_the_engine_expects(jail: TieredJail) -> None:
    checked: Jail = jail
    assert checked is jail


def test_a_right_layer_gives_right_numbers(jail: TieredJail) -> None:
    seen = observe(jail, LINEAR)
    assert seen.outcome is Outcome.COMPLETED
    got = seen.replies[0].arrays
    np.testing.assert_allclose(
        got["out"], ARRAYS["x"] @ ARRAYS["weight"] + ARRAYS["bias"]
    )
    np.testing.assert_allclose(got["grad_bias"], ARRAYS["grad_out"].sum(axis=0))
    assert seen.usage.cpu_seconds > 0
    assert seen.usage.wall_seconds > 0
    assert seen.usage.peak_memory_bytes > 1 << 20


def test_every_call_of_a_case_is_answered_even_after_a_fault(
    any_jail: TieredJail,
) -> None:
    wrong = replace(LAYER, options={**OPTIONS, "component": "Missing"})
    seen = observe(any_jail, LINEAR, LAYER, wrong, LAYER)
    assert [reply.outcome for reply in seen.replies] == [
        "completed",
        "raised",
        "completed",
    ]
    assert seen.outcome is Outcome.RAISED
    assert seen.fault is not None
    assert seen.fault.phase is Phase.CONSTRUCT


def test_a_case_is_one_request_after_loading(
    any_jail: TieredJail, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = []
    real = Conversation.send

    def send(talk: Conversation, frames: Iterable[Frame]) -> None:
        requests.append([frame.kind for frame in frames])
        real(talk, frames)

    monkeypatch.setattr(Conversation, "send", send)
    seen = observe(any_jail, LINEAR, *[LAYER] * 60)

    assert requests == [[FrameKind.LOAD], [FrameKind.CALL] * 60 + [FrameKind.RUN]]
    assert len(seen.replies) == 60
    assert seen.outcome is Outcome.COMPLETED
    # The first one may be read late and the next ones then at once, never the reverse.
    assert all(reply.seconds > 0 for reply in seen.replies)
    assert sum(r.seconds for r in seen.replies) < seen.usage.wall_seconds


def test_answers_before_the_request_are_no_answers(any_jail: TieredJail) -> None:
    forging = (
        "import sys\nimport numpy as np\n"
        "child = sys.modules['worker.runner.child']\n"
        "child._send(child.FrameKind.COMPLETED, {}, {})\n"
        "for number in range(9):\n"
        "    child._send(child.FrameKind.COMPLETED, {'out': np.ones(3)}, {})\n"
    )
    seen = observe(any_jail, forging)

    assert seen.outcome is Outcome.BAD_OUTPUT
    assert [dict(reply.arrays) for reply in seen.replies] == [{}]


def test_what_forward_returned_survives_a_loop_in_backward(
    any_jail: TieredJail,
) -> None:
    source = LINEAR.replace(
        "return grad_out", "while True: pass\n        return grad_out"
    )
    seen = observe(any_jail, source, limits=replace(LIMITS, wall_seconds=0.4))
    assert seen.outcome is Outcome.TIMED_OUT
    assert list(seen.replies[0].arrays) == ["out"]
    assert seen.fault is not None
    assert seen.fault.phase is Phase.BACKWARD
    assert seen.fault.message.startswith("backward did not return within 0.4 s.")


@pytest.mark.parametrize(
    ("source", "outcome", "sentence"),
    [
        ("while True: pass", Outcome.TIMED_OUT, "did not finish loading within 0.5 s"),
        ("def f(:", Outcome.RAISED, "invalid syntax"),
        ("import flask", Outcome.RAISED, "No module named 'flask'. Only NumPy"),
        ("import sys; sys.exit(0)", Outcome.RAISED, "Your code called exit()"),
        ("import os; os._exit(3)", Outcome.NO_REPLY, "exit status 3"),
        ("x = bytearray(8 << 30)", Outcome.OUT_OF_MEMORY, "more memory"),
    ],
)
def test_what_goes_wrong_while_loading_is_one_reply_in_that_phase(
    any_jail: TieredJail, source: str, outcome: Outcome, sentence: str
) -> None:
    seen = observe(any_jail, source, limits=replace(LIMITS, load_seconds=0.5))
    assert seen.outcome is outcome
    assert len(seen.replies) == 1
    assert seen.fault is not None
    assert seen.fault.phase is Phase.LOAD
    assert sentence in seen.fault.message


def test_a_submission_may_have_several_files(any_jail: TieredJail) -> None:
    files = {
        "mlp.py": b"from parts.linear import Linear",
        "parts/linear.py": LINEAR.encode(),
        "notes.txt": b"not code",
        "empty.py": b"",
    }
    with any_jail.open(Bundle(files, "mlp.py")) as session:
        assert session.observe(Case((LAYER,), LIMITS)).outcome is Outcome.COMPLETED


def test_a_case_without_calls_only_loads(any_jail: TieredJail) -> None:
    with any_jail.open(Bundle({"mlp.py": b"print('here')"}, "mlp.py")) as session:
        seen = session.observe(Case((), LIMITS))
    assert (seen.outcome, seen.replies, seen.log) == ("completed", (), "here\n")


def test_a_large_request_to_a_sleeper_ends_at_the_deadline(
    any_jail: TieredJail,
) -> None:
    # The child reads nothing any more; a blocking write would never return.
    bundle = Bundle(
        {"mlp.py": b""},
        "mlp.py",
        binding_source=BINDING + b"import sys\n"
        b"runner = sys.modules['worker.runner.child']\n"
        b"runner._read_into = lambda buffer: time.sleep(100)\n",
    )
    large = Call("take", {"x": np.zeros(4 << 20)})
    with any_jail.open(bundle) as session:
        seen = session.observe(Case((large,), replace(LIMITS, wall_seconds=0.5)))
    assert [reply.outcome for reply in seen.replies] == ["timed_out"]
    assert seen.usage.wall_seconds < 10


def test_a_large_request_arrives_whole(any_jail: TieredJail) -> None:
    bundle = Bundle({"mlp.py": b""}, "mlp.py", binding_source=BINDING)
    with any_jail.open(bundle) as session:
        seen = session.observe(Case((Call("take", {"x": np.ones(1 << 20)}),), LIMITS))
    assert float(seen.replies[0].arrays["out"]) == 1 << 20


def test_a_fault_of_the_binding_is_in_no_file_of_the_student(
    any_jail: TieredJail,
) -> None:
    bundle = Bundle({"mlp.py": b""}, "mlp.py", binding_source=b"def f(student): 1 / 0")
    with any_jail.open(bundle) as session:
        fault = session.observe(Case((Call("f"),), LIMITS)).fault
    assert fault is not None
    assert (fault.kind, fault.file, fault.line) == ("Binding", "", 0)


@pytest.mark.parametrize(
    "bundle",
    [
        Bundle({"mlp.py": b""}, "other.py"),
        Bundle({"mlp.py": b"", "a\nb.py": b""}, "mlp.py"),
        Bundle({"mlp.py": b"", "x" * 300: b""}, "mlp.py"),
    ],
    ids=["no-entry", "control-character", "long-name"],
)
def test_a_bundle_that_makes_no_sense_is_our_mistake(
    any_jail: TieredJail, bundle: Bundle
) -> None:
    with pytest.raises(ValueError, match="bundle"):
        any_jail.open(bundle)


@pytest.mark.parametrize(
    "call",
    [
        Call("f", options={"long": "x" * 20_000}),
        Call("f", {"x": np.array([None])}),
    ],
    ids=["options", "dtype"],
)
def test_a_call_that_cannot_be_sent_is_our_mistake(
    any_jail: TieredJail, call: Call
) -> None:
    with (
        any_jail.open(Bundle({"mlp.py": b""}, "mlp.py")) as session,
        pytest.raises(ValueError, match=r"call|frame"),
    ):
        session.observe(Case((call,), LIMITS))


def test_processor_time_is_limited_as_well(any_jail: TieredJail) -> None:
    seen = observe(any_jail, "while True: pass", limits=replace(LIMITS, cpu_seconds=1))
    assert seen.outcome is Outcome.TIMED_OUT
    assert seen.fault is not None
    assert "1 s of processor time" in seen.fault.message
    assert seen.usage.cpu_seconds > 0.5


def test_nothing_is_left_after_a_session(jail: TieredJail) -> None:
    with jail.open(Bundle({"mlp.py": b""}, "mlp.py")) as session:
        pid = session._server.pid
        starter = session._server._process.pid
        assert alive(pid)
    assert not alive(pid)
    assert not alive(starter)


def test_descriptors_are_all_given_back(any_jail: TieredJail) -> None:
    before = len(os.listdir("/proc/self/fd"))
    observe(any_jail, LINEAR)
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_jail_dies_with_the_process_that_started_it(jail: TieredJail) -> None:
    program = (
        "import sys, os, signal\n"
        "from grader.contract.messages import Bundle\n"
        "from worker.jail import JailSettings, create_jail\n"
        f"jail = create_jail(JailSettings(tiers=({jail.tier!r},)))\n"
        "session = jail.open(Bundle({'mlp.py': b''}, 'mlp.py'))\n"
        "print(session._server.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    pid = int(done.stdout)
    # The kernel has sent the signal; a handle tells when the process is gone.
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    import select

    poll = select.poll()
    poll.register(handle, select.POLLIN)
    assert poll.poll(20_000)
    os.close(handle)


def test_a_dead_jail_is_our_failure_and_not_the_students(
    any_jail: TieredJail,
) -> None:
    with any_jail.open(Bundle({"mlp.py": b""}, "mlp.py")) as session:
        session._server._process.kill()
        session._server._process.wait()
        with pytest.raises(SandboxUnavailableError):
            session.observe(Case((), LIMITS))


def test_a_child_that_is_not_locked_gets_no_byte_of_a_student(
    any_jail: TieredJail, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = []

    def refuse(pid: int, server: int, limits: Limits) -> None:
        raise SandboxUnavailableError("Seccomp is 0")

    with any_jail.open(Bundle({"mlp.py": b"print('ran')"}, "mlp.py")) as session:
        with monkeypatch.context() as patch:
            patch.setattr("worker.jail.session.verify", refuse)
            patch.setattr(
                "worker.jail.session.Conversation.send",
                lambda self, frames: sent.extend(frames),
            )
            with pytest.raises(SandboxUnavailableError, match="Seccomp is 0"):
                session.observe(Case((), LIMITS))
        assert sent == []
        assert session.observe(Case((), LIMITS)).log == "ran\n"


def test_processor_time_of_a_call_is_seen_from_outside(any_jail: TieredJail) -> None:
    busy = LINEAR.replace(
        "self.x = x\n", "self.x = x\n        sum(range(300_000 * int(x[0, 0])))\n"
    )
    calls = [
        replace(LAYER, arrays={**ARRAYS, "x": np.full((4, 5), turns)})
        for turns in (0.0, 0.0, 30.0, 0.0)
    ]
    with any_jail.open(Bundle({"mlp.py": busy.encode()}, "mlp.py")) as session:
        seen = session.observe(Case(tuple(calls), LIMITS, one_by_one=True))

    seconds = [reply.cpu_seconds for reply in seen.replies]
    assert None not in seconds
    # What runs beside this on the machine takes none of the child's own time.
    assert seconds.index(max(seconds)) == 2
    assert sum(seconds) <= seen.usage.cpu_seconds


def test_a_child_that_is_gone_has_no_processor_time(any_jail: TieredJail) -> None:
    with any_jail.open(Bundle({"mlp.py": b""}, "mlp.py")) as session:
        child = session._server.fork(LIMITS)
        assert child.cpu_seconds() is not None
        child.kill()
        session._server.reap()
        assert child.cpu_seconds() is None
        child.close()
