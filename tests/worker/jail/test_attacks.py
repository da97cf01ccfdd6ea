"""What hostile and broken code comes to, in every tier that holds here."""

from dataclasses import replace

import numpy as np
import pytest

from grader.contract.limits import Limits
from grader.contract.messages import Call, Case, Fault, Observation, Outcome, Phase
from worker.jail.session import Session

PATIENT = Limits(load_seconds=30, wall_seconds=30, memory_bytes=320 << 20)
HASTY = replace(PATIENT, wall_seconds=0.4)
FLOOD = replace(PATIENT, log_bytes_fatal=1 << 20)


def observe(
    session: Session, name: str, limits: Limits = PATIENT, seed: int = 0
) -> Observation:
    call = Call("attack", options={"name": name}, seed=seed)
    return session.observe(Case((call,), limits))


def fault_of(seen: Observation) -> Fault:
    assert seen.fault is not None
    return seen.fault


@pytest.fixture(autouse=True)
def the_next_case_is_untouched(session: Session) -> object:
    yield
    seen = observe(session, "remember")
    assert (seen.outcome, int(seen.replies[0].arrays["out"])) == ("completed", 1)


@pytest.mark.parametrize(
    "name",
    [
        "right",
        "environment",
        "imports",
        "standard_library",
        "kill_others",
        "kill_itself",
        "raise_limits",
    ],
)
def test_what_is_harmless_or_denied_runs_on(session: Session, name: str) -> None:
    seen = observe(session, name)
    assert seen.fault is None
    assert seen.outcome is Outcome.COMPLETED


def test_numbers_come_back_exactly(session: Session) -> None:
    seen = observe(session, "right")
    np.testing.assert_array_equal(
        seen.replies[0].arrays["out"], np.arange(6.0).reshape(2, 3)
    )


def test_the_process_is_nobody(session: Session) -> None:
    ids = observe(session, "identity").replies[0].arrays["out"]
    assert 0 not in ids[:6].tolist()


def test_only_the_three_pipes_and_an_empty_input_are_open(session: Session) -> None:
    found = observe(session, "descriptors").replies[0].arrays["out"]
    assert found.tolist() == [0, 1, 2, 3, 4]


def test_the_same_seed_repeats_every_draw(session: Session) -> None:
    draws = [
        observe(session, "draws", seed=seed).replies[0].arrays["out"].tolist()
        for seed in (5, 5, 6)
    ]
    assert draws[0] == draws[1] != draws[2]


@pytest.mark.parametrize(
    ("name", "kind", "sentence"),
    [
        ("fork", "PermissionError", "The system refuses this here"),
        ("spawn", "PermissionError", "Other processes cannot be started here."),
        ("pool", "PermissionError", "Other processes cannot be started here."),
        ("thread", "RuntimeError", "Threads are not available here."),
        ("connect", "PermissionError", "The network is not available here."),
        ("read_passwd", None, "Files cannot be read or written here"),
        ("read_proc", None, "Files cannot be read or written here"),
        ("write_file", None, "Files cannot be read or written here"),
        ("keyboard", "EOFError", "There is no keyboard here."),
        ("leave", "SystemExit", "Your code called exit()"),
    ],
)
def test_what_is_refused_is_a_fault_with_a_sentence(
    session: Session, name: str, kind: str | None, sentence: str
) -> None:
    seen = observe(session, name)
    fault = fault_of(seen)
    assert seen.outcome is Outcome.RAISED
    assert kind in (None, fault.kind)
    assert sentence in fault.message
    assert fault.file == "mlp.py"
    assert fault.line > 0
    assert 'File "mlp.py"' in fault.traceback


@pytest.mark.parametrize("name", ["loop", "sleep", "ignore_signals"])
def test_what_does_not_end_is_ended(session: Session, name: str) -> None:
    seen = observe(session, name, HASTY)
    assert seen.outcome is Outcome.TIMED_OUT
    assert "did not return within 0.4 s" in fault_of(seen).message


@pytest.mark.parametrize("name", ["huge_array", "growing_list", "growing_forever"])
def test_memory_is_limited(session: Session, name: str) -> None:
    seen = observe(session, name)
    assert seen.outcome is Outcome.OUT_OF_MEMORY
    assert fault_of(seen).kind == "MemoryError"
    assert fault_of(seen).file == "mlp.py"


def test_a_flood_of_output_is_ended(session: Session) -> None:
    seen = observe(session, "flood", FLOOD)
    assert seen.outcome is Outcome.BAD_OUTPUT
    assert "printed more than 1 MB" in fault_of(seen).message
    assert len(seen.log) <= PATIENT.log_bytes_kept
    assert seen.log_was_cut


def test_much_output_is_cut_and_does_no_harm(session: Session) -> None:
    seen = observe(session, "chatty")
    assert seen.outcome is Outcome.COMPLETED
    assert seen.log.startswith("0\n1\n2\n")
    assert seen.log_was_cut


def test_what_is_printed_arrives_with_its_controls_made_visible(
    session: Session,
) -> None:
    seen = observe(session, "greet")
    assert seen.log == "hello \\x1b[31mred\\x1b[0m\n"
    assert not seen.log_was_cut


def test_a_process_that_leaves_gives_no_answer(session: Session) -> None:
    seen = observe(session, "leave_at_once")
    assert seen.outcome is Outcome.NO_REPLY
    assert "Your code ended the process" in fault_of(seen).message
    assert seen.log == "last words\n"


@pytest.mark.parametrize("name", ["recurse_in_c", "abort"])
def test_a_crash_is_no_answer_either(session: Session, name: str) -> None:
    seen = observe(session, name)
    assert seen.outcome in (Outcome.KILLED, Outcome.RAISED)
    assert fault_of(seen).message


@pytest.mark.parametrize("name", ["trace", "survive_a_trace"])
def test_tracing_is_the_end_and_leaves_evidence(session: Session, name: str) -> None:
    seen = observe(session, name)
    assert seen.outcome is Outcome.KILLED
    assert "system call that is never allowed" in fault_of(seen).message
    assert seen.blocked_call == ("ptrace" if name == "trace" else "unknown")


def test_the_calls_of_another_architecture_are_the_end(session: Session) -> None:
    import platform

    if platform.machine() != "x86_64":
        pytest.skip("the 32-bit calls are those of x86-64")
    seen = observe(session, "other_architecture")
    assert seen.outcome is Outcome.KILLED


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("object_array", "Python objects (dtype object)"),
        ("text", "out is a str; expected an array."),
        ("nothing", "out is None; expected an array."),
    ],
)
def test_what_is_no_array_of_numbers_is_bad_output(
    session: Session, name: str, sentence: str
) -> None:
    seen = observe(session, name)
    assert seen.outcome is Outcome.BAD_OUTPUT
    assert sentence in fault_of(seen).message


def test_a_reply_that_is_too_large_is_bad_output(session: Session) -> None:
    seen = observe(session, "larger_than_read", replace(PATIENT, reply_bytes=1 << 20))
    assert seen.outcome is Outcome.BAD_OUTPUT
    assert "out is far larger than expected: an array of shape (3145728,)" in (
        fault_of(seen).message
    )


@pytest.mark.parametrize(
    "name",
    [
        "garbage_everywhere",
        "forged_frame",
        "answer_ahead",
        "wrong_kind_of_frame",
        "endless_parts",
    ],
)
def test_forged_answers_are_bad_output(session: Session, name: str) -> None:
    seen = observe(session, name)
    assert seen.outcome is Outcome.BAD_OUTPUT
    assert "unexpected data arrived in place of an answer" in fault_of(seen).message
    assert not seen.replies[0].arrays


def test_a_promise_of_gigabytes_is_not_believed(session: Session) -> None:
    # Encoding it needs memory that the process does not have, so it may end either way.
    seen = observe(session, "huge_promise")
    assert seen.outcome in (Outcome.BAD_OUTPUT, Outcome.OUT_OF_MEMORY)


def test_texts_from_inside_are_taken_with_care(session: Session) -> None:
    seen = observe(session, "lying_phase")
    assert seen.outcome is Outcome.RAISED
    assert fault_of(seen) == Fault("Exception", "", Phase.CALL)


@pytest.mark.parametrize("name", ["close_everything", "close_the_answer"])
def test_a_process_that_hangs_up_is_ended(session: Session, name: str) -> None:
    seen = observe(session, name)
    # Where there is no /proc, a newer C library aborts instead of closing everything.
    assert seen.outcome in {Outcome.BAD_OUTPUT, Outcome.KILLED}
    if seen.outcome is Outcome.BAD_OUTPUT:
        assert "closed the channel" in fault_of(seen).message


def test_breaking_the_runner_hurts_only_oneself(session: Session) -> None:
    assert observe(session, "break_the_runner").outcome is not Outcome.COMPLETED


def test_an_input_changed_in_place_is_noted(session: Session) -> None:
    call = Call("with_input", {"x": np.ones(2)}, {"name": "change_input"})
    reply = session.observe(Case((call,), PATIENT)).replies[0]
    assert reply.notes == {"modified": "x"}
    assert reply.arrays["out"].tolist() == [2, 2]
