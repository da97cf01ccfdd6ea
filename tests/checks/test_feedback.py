import numpy as np
import pytest

from grader.checks.answers import Trouble
from grader.checks.compare import Expected, compare
from grader.checks.feedback import comparing, interface, troubles
from grader.contract.limits import Limits
from grader.contract.messages import CRASHED, Fault, Outcome, Phase
from reference import operations

LIMITS = Limits(load_seconds=10, wall_seconds=3, memory_bytes=1 << 30)


def said(outcome: Outcome, phase: Phase | None = None, **fault: object) -> str:
    given = None
    if phase is not None:
        values = {"kind": "", "message": "", **fault}
        given = Fault(phase=phase, **values)  # type: ignore[arg-type]
    return troubles.trouble(Trouble(outcome, given), LIMITS, "Linear")


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            said(Outcome.TIMED_OUT, Phase.FORWARD),
            "Linear.forward did not return within 3 s. Does every loop end?",
        ),
        (
            said(Outcome.TIMED_OUT, Phase.FORWARD, kind="TooMuchCpu"),
            "Linear.forward had used 30 s of processor time and was ended. Does every "
            "loop end?",
        ),
        (
            said(Outcome.TIMED_OUT, Phase.LOAD),
            "Importing your file did not return within 10 s. Is there a loop or a "
            "training run outside of every function?",
        ),
        (
            said(Outcome.OUT_OF_MEMORY, Phase.BACKWARD),
            "Linear.backward needed more than 1 GiB of memory. Which array is larger "
            "than you meant it to be?",
        ),
        (
            said(Outcome.NO_REPLY, Phase.TRAIN),
            "train ended the program without an answer. Is there a call of exit?",
        ),
        (
            said(Outcome.RAISED, Phase.STEP, kind="SystemExit", message="1"),
            "Linear.step ended the program. Remove the call of exit or quit.",
        ),
        (
            said(
                Outcome.RAISED,
                Phase.FORWARD,
                kind="NameError",
                message="name 'q' is not defined",
                file="mlp.py",
                line=9,
            ),
            "Linear.forward raised NameError (mlp.py, line 9): name 'q' is not "
            "defined.",
        ),
        (
            said(
                Outcome.RAISED,
                Phase.CONSTRUCT,
                kind="Missing",
                message="No such class.",
            ),
            "No such class.",
        ),
        (
            said(Outcome.RAISED, Phase.FORWARD, kind="AssertionError"),
            "Linear.forward raised AssertionError.",
        ),
        (
            said(
                Outcome.BAD_OUTPUT,
                Phase.STEP,
                kind="BadOutput",
                message="after step 1 the bias is None.",
            ),
            "After step 1 the bias is None.",
        ),
        (
            said(Outcome.BAD_OUTPUT),
            "Linear did not give an answer that can be read as arrays of numbers.",
        ),
        (
            said(Outcome.BAD_OUTPUT, Phase.CALL, kind="BadOutput", message="too long"),
            "Linear gave an answer that cannot be read: too long.",
        ),
        (said(Outcome.COMPLETED), "Linear gave no answer."),
    ],
)
def test_every_ending_gets_one_clear_sentence(sentence: str, expected: str) -> None:
    assert sentence == expected


def test_a_killed_process_is_told_what_is_not_allowed() -> None:
    assert "not allowed here" in said(Outcome.KILLED, Phase.CALL)


def test_a_crash_of_the_interpreter_is_no_forbidden_request() -> None:
    sentence = said(Outcome.KILLED, Phase.FORWARD, kind=CRASHED)

    assert "crashed the Python interpreter" in sentence
    assert "allowed" not in sentence


def test_code_without_a_component_is_called_your_code() -> None:
    trouble = Trouble(Outcome.TIMED_OUT)

    assert troubles.trouble(trouble, LIMITS, "").startswith("Your code did not return")


def test_a_very_long_exception_is_cut() -> None:
    sentence = said(Outcome.RAISED, Phase.FORWARD, kind="E", message="x" * 5000)

    assert len(sentence) < 400


@pytest.mark.parametrize(
    ("expected", "got", "texts"),
    [
        (-3.52512, 0.0, ("-3.525", "0")),
        (1.0, 1.00001, ("1", "1.00001")),
        (2.0, 2.0, ("2", "2")),
    ],
)
def test_numbers_have_as_many_digits_as_tell_them_apart(
    expected: float, got: float, texts: tuple[str, str]
) -> None:
    assert comparing.two_numbers(expected, got) == texts


def test_students_read_their_own_names_for_quantities() -> None:
    linear = operations.create("linear")
    loss = operations.create("softmax_cross_entropy")

    assert comparing.spoken("grad_bias", linear) == 'grads["bias"]'
    assert comparing.spoken("grad_x", linear) == "The gradient that backward returns"
    assert comparing.spoken("out", linear) == "The output of forward"
    assert comparing.spoken("loss", loss) == "The loss"
    assert comparing.spoken("other", loss) == "other"


def test_a_wrong_number_is_shown_beside_the_right_one() -> None:
    found = compare(Expected(np.array(2.0), 2.0), np.array(4.0))

    assert comparing.wrong("The loss", found) == "The loss is 4; right is 2."


def test_zero_has_no_sign() -> None:
    assert comparing.two_numbers(-0.0, 1.5) == ("0", "1.5")
    assert comparing.two_numbers(1.5, -0.0) == ("1.5", "0")


def test_one_of_several_entries_is_off() -> None:
    got = np.array([2.0, 5.0, 4.0])

    found = compare(Expected(np.array([2.0, 3.0, 4.0]), 2.0), got)

    assert comparing.wrong("It", found).endswith("1 of 3 entries is off.")


def test_entries_that_are_no_numbers_are_called_so() -> None:
    got = np.array([np.nan, 3.0, np.inf])

    found = compare(Expected(np.array([2.0, 3.0, 4.0]), 2.0), got)

    assert comparing.wrong("It", found) == (
        "It has the right shape (3,), but entry [0] is nan; right is 2. 2 of 3 entries "
        "are nan or infinite."
    )


def test_one_entry_is_not_counted() -> None:
    found = compare(Expected(np.array([2.0]), 2.0), np.array([4.0]))

    assert comparing.wrong("It", found) == (
        "It has the right shape (1,), but entry [0] is 4; right is 2."
    )


def test_complex_answers_are_named_as_such() -> None:
    found = compare(Expected(np.zeros(2), 1.0), np.zeros(2, dtype=complex))

    assert "complex128" in comparing.wrong("It", found)


def test_a_file_that_defines_nothing_is_not_listed() -> None:
    assert interface.gaps(["SGD"], "") == ("Your file lacks SGD. Check the spelling.")
