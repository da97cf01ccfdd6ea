"""A network that the student trains in their own way learns, or does not."""

import numpy as np
import pytest

from grader import engine
from grader.assignments import load_files
from grader.checks.trainings.envelope import Envelope, checkpoints
from grader.contract.messages import Outcome, Phase
from grader.errors import AssignmentError
from grader.report import CheckResult, Verdict
from tests.checks.convergence_students import HEAD, OWN_WAY
from tests.checks.fake_jail import FakeJail, ending
from tests.checks.students import changed

ENVELOPE = """
envelope.mean = [-0.36, -0.7, -1.2, -1.6, -1.9, -2.1]
envelope.spread = [0.1, 0.1, 0.1, 0.1, 0.1, 0.1]
envelope.low = [0.6, 0.4, 0.2, 0.1, 0.1, 0.1]
envelope.high = [0.9, 0.7, 0.5, 0.4, 0.3, 0.3]
"""
RETURN = "return scores, losses"
# Learns nothing: every update in the opposite direction.
UPHILL = OWN_WAY.replace("-= 0.5 *", "+= 0.5 *")


def graded(source: str, *, more: str = "", seed: int = 1, jail=None) -> CheckResult:
    assignment = load_files({"assignment.toml": (HEAD + more).encode()})
    files = {"mlp.py": source.encode()}
    report = engine.grade(
        assignment, files, "mlp.py", seed=seed, jail=jail or FakeJail()
    )
    (found,) = report.results
    return found


@pytest.mark.parametrize("seed", range(5))
def test_right_code_reaches_the_threshold_whatever_the_seed(seed: int) -> None:
    found = graded(OWN_WAY, seed=seed)

    assert found.verdict is Verdict.PASSED
    assert found.points == 5
    assert "at least 90.0% are needed" in found.message


def test_no_run_is_asked_for_after_one_was_good_enough() -> None:
    seeds = FakeJail()
    graded(UPHILL, jail=seeds)
    second = seeds.cases[1].calls[0].options["seed"]
    only = f"if seed != {second}: return lambda x: np.zeros(len(x))\n    {RETURN}"
    jail = FakeJail()

    found = graded(changed(OWN_WAY, (RETURN, only)), jail=jail)

    assert len(jail.cases) == 2
    assert found.message.startswith("Run 2 gets")


def test_five_runs_are_all_that_there_is() -> None:
    jail = FakeJail()

    found = graded(UPHILL, jail=jail)

    assert found.verdict is Verdict.FAILED
    assert found.points == 0
    assert len(jail.cases) == 5
    assert found.message.startswith("The best of 5 runs gets")
    assert len(found.evidence["accuracies"]) == 5


def test_every_run_has_examples_of_its_own() -> None:
    jail = FakeJail()
    graded(UPHILL, jail=jail)

    first, *others = [case.calls[0].arrays for case in jail.cases]
    assert len(others) == 4
    assert not any(np.array_equal(first["X"], other["X"]) for other in others)
    assert not any(
        np.array_equal(first["held_out"], other["held_out"]) for other in others
    )


def test_what_was_learned_elsewhere_is_of_no_use() -> None:
    by_heart = """
import numpy as np

def train_network(X, y, seed):
    return lambda x: (x[:, 0] * x[:, 1] > 0).astype(int)
"""

    reports = [graded(by_heart, seed=seed) for seed in range(3)]

    assert {one.verdict for one in reports} == {Verdict.PASSED, Verdict.FAILED}
    wrong = [one for one in reports if one.verdict is Verdict.FAILED]
    assert all(max(one.evidence["accuracies"]) < 0.1 for one in wrong)


def test_every_run_has_its_own_seed_and_labels_to_judge_by_stay_outside() -> None:
    jail = FakeJail()
    graded(UPHILL, jail=jail)

    calls = [case.calls[0] for case in jail.cases]
    assert len({call.options["seed"] for call in calls}) == 5
    assert set(calls[0].arrays) == {"X", "y", "held_out"}
    assert len(calls[0].arrays["held_out"]) >= 600


@pytest.mark.parametrize(
    "returned",
    [
        "scores",
        "(scores, None)",
        "lambda x: scores(x).argmax(axis=1)",
        "type('Net', (), {'predict': lambda self, x: scores(x)})()",
        "[scores, losses]",
        "lambda x: scores(x).argmax(axis=1).astype(float)",
    ],
)
def test_what_predicts_may_have_many_forms(returned: str) -> None:
    found = graded(changed(OWN_WAY, (RETURN, f"return {returned}")))

    assert found.verdict is Verdict.PASSED


@pytest.mark.parametrize(
    ("returned", "verdict", "sentence"),
    [
        ("None", Verdict.ERRORED, "train_network returned a NoneType"),
        ("3.5", Verdict.ERRORED, "expected a function that predicts"),
        ("lambda x: None", Verdict.ERRORED, "network of train_network predicts None"),
        ("lambda x: scores(x)[:-1]", Verdict.FAILED, "predicts an array of shape"),
        ("lambda x: scores(x)[:, :1]", Verdict.FAILED, "or scores of shape (600, 2)"),
        ("lambda x: scores(x) + 0j", Verdict.FAILED, "of type complex128"),
        (
            "lambda x: scores(x) * np.nan",
            Verdict.FAILED,
            "For 600 of 600 examples a score",
        ),
        ("lambda x: np.full(len(x), 7)", Verdict.FAILED, "predicted numbered as in y?"),
        ("lambda x: np.zeros(len(x))", Verdict.FAILED, "nothing was learned"),
        ("scores, 'low'", Verdict.ERRORED, "second result of train_network is a str"),
        ("lambda x: 1 / 0", Verdict.ERRORED, "ZeroDivisionError"),
    ],
)
def test_what_cannot_be_judged_gets_a_sentence(
    returned: str, verdict: Verdict, sentence: str
) -> None:
    found = graded(changed(OWN_WAY, (RETURN, f"return {returned}")))

    assert found.verdict is verdict
    assert found.points == 0
    assert sentence in found.message


@pytest.mark.parametrize("outcome", [Outcome.TIMED_OUT, Outcome.KILLED])
def test_a_run_without_end_is_not_tried_again(outcome: Outcome) -> None:
    jail = ending(outcome, Phase.CALL)

    found = graded("", jail=jail)

    assert found.verdict is Verdict.ERRORED
    assert len(jail.cases) == 1
    assert found.message.startswith("train_network")


def test_a_run_that_raises_now_and_then_does_not_hide_what_the_others_reach() -> None:
    seeds = FakeJail()
    graded(UPHILL, jail=seeds)
    second = seeds.cases[1].calls[0].options["seed"]
    raising = f"    if seed == {second}: raise ValueError('odd')\n    W = rng"

    found = graded(changed(UPHILL, ("    W = rng", raising)))

    assert found.verdict is Verdict.FAILED
    assert "ValueError" in found.message
    assert [share is None for share in found.evidence["accuracies"]] == [
        False,
        True,
        False,
        False,
        False,
    ]


def test_a_single_run_is_said_in_the_singular() -> None:
    found = graded(UPHILL, more="runs = 1\n")

    assert found.message.startswith("One run gets")


def test_a_failed_run_is_told_where_its_losses_leave_those_of_right_code() -> None:
    slow = OWN_WAY.replace("0.5 *", "0.005 *")

    found = graded(slow, more=ENVELOPE)

    assert "After 20% of the epochs your loss is" in found.message
    assert "asks for is at about 0.497 there. Look at what" in found.message
    assert set(found.evidence["curves"]) >= {"run_1", "run_5", "low", "high"}


def test_a_loss_below_that_of_right_code_is_doubted() -> None:
    source = changed(
        OWN_WAY, (RETURN, "return lambda x: np.zeros(len(x)), np.array(losses) / 50")
    )

    found = graded(source, more=ENVELOPE)

    assert "Yours is lower, and still much is wrong" in found.message


@pytest.mark.parametrize(
    ("losses", "sentence"),
    [
        ("[0.7, 0.8, 0.9]", "Your loss rises, from 0.7 in the first epoch to 0.9"),
        ("[0.9, 0.9, 0.9]", "Your loss hardly moves: it is 0.9 in the first"),
        ("[0.8, 0.7, 0.6931]", "ends at 0.6931; 0.6931 is what a network gets"),
        ("[0.8, np.inf, np.nan]", "that you return for epoch 2 is inf. Print the"),
    ],
)
def test_losses_that_do_not_fall_are_told_as_such(losses: str, sentence: str) -> None:
    returned = f"return lambda x: np.zeros(len(x)), np.array({losses})"

    found = graded(changed(OWN_WAY, (RETURN, returned)))

    assert found.verdict is Verdict.FAILED
    assert sentence in found.message


def test_losses_inside_the_envelope_turn_the_eye_to_the_prediction() -> None:
    source = changed(OWN_WAY, (RETURN, "return lambda x: np.zeros(len(x)), losses"))
    wide = ENVELOPE.replace("[0.1, 0.1, 0.1, 0.1, 0.1, 0.1]", str([9.0] * 6))

    found = graded(source, more=wide)

    assert "your loss is" not in found.message
    assert "The losses that you return are like those of right code" in found.message
    assert found.message.endswith("the class of its largest score?")


def test_without_losses_a_failed_run_is_told_to_look_at_them() -> None:
    source = changed(OWN_WAY, (RETURN, "return lambda x: np.zeros(len(x))"))

    assert graded(source).message.endswith("come to rest?")


def test_without_an_envelope_nothing_is_said_about_losses_that_fall() -> None:
    source = changed(OWN_WAY, (RETURN, "return lambda x: np.zeros(len(x)), losses"))

    assert graded(source).message.endswith("nothing was learned.")


def test_labels_of_a_course_that_counts_from_one_are_judged_by_its_count() -> None:
    one_based = '[component.arrays.labels]\noffset = 1\n[[component]]\nname = "SGD"'
    head = HEAD.replace('[[component]]\nname = "SGD"', one_based)
    source = changed(
        OWN_WAY,
        (
            "def train_network(X, y, seed):",
            "def train_network(X, y, seed):\n    y = y - 1",
        ),
        (RETURN, "return lambda x: scores(x).argmax(axis=1) + 1"),
    )
    assignment = load_files({"assignment.toml": head.encode()})

    report = engine.grade(
        assignment, {"mlp.py": source.encode()}, "mlp.py", seed=1, jail=FakeJail()
    )

    assert [one.verdict for one in report.results] == [Verdict.PASSED]


def test_right_code_keeps_its_curve_beside_the_envelope() -> None:
    found = graded(OWN_WAY, more=ENVELOPE)

    assert found.verdict is Verdict.PASSED
    assert len(found.evidence["curves"]["run_1"]) == 6
    assert found.evidence["curves"]["expected"][0] == pytest.approx(np.exp(-0.36))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("threshold = 0.9", "threshold = 0.5", "threshold: must be above 0.5"),
        ("threshold = 0.9", "", "threshold"),
        ("hidden = [8]", "hidden = []", "hidden: must be one width less"),
        ('loss = "Soft', 'loss = "Hard', "loss: there is no [[component]]"),
        ("points = 5", "points = { losses = 5 }", "unknown quantity"),
        ("points = 5", "points = 5\nenvelope.mean = [1.0]", "envelope"),
    ],
)
def test_a_check_that_cannot_be_is_refused(old: str, new: str, problem: str) -> None:
    text = HEAD.replace(old, new).encode()

    with pytest.raises(AssignmentError) as caught:
        load_files({"assignment.toml": text})

    assert any(problem in line for line in caught.value.problems)


@pytest.mark.parametrize(
    "losses",
    [
        None,
        np.ones((2, 2)),
        np.ones(1),
        np.array([1.0, np.nan]),
        np.array([1.0, 0.0]),
        np.array([1j, 2j]),
    ],
)
def test_what_is_no_curve_has_no_checkpoints(losses) -> None:
    assert checkpoints(losses) is None


def test_checkpoints_lie_evenly_between_first_and_last_epoch() -> None:
    assert checkpoints(np.arange(1, 12)).tolist() == [1, 3, 5, 7, 9, 11]


def test_more_runs_make_the_same_difference_a_clearer_one() -> None:
    row = (0.0,) * 6
    ones = (1.0,) * 6
    envelope = Envelope(mean=row, spread=ones, low=ones, high=ones)
    off = np.exp(np.array([0.0, 0.0, 3.0, 0.0, 0.0, 0.0]))

    assert envelope.first_outside([off]) is None
    assert envelope.first_outside([off] * 4) == 2
