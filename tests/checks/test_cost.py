"""What code costs tells loops and measured slopes, and never wrongs code that has none.

Time is scripted here: nothing depends on how busy this machine is.
"""

from collections.abc import Mapping

import numpy as np
import pytest

from grader import engine
from grader.assignments import Assignment, load_files
from grader.checks import Component
from grader.checks.cost import CostCheck, CostParams
from grader.contract.messages import Array, Outcome, Phase
from grader.errors import AssignmentError
from grader.report import CheckResult, Report, Verdict
from reference.operations import create, names
from tests.checks.every_operation import toml
from tests.checks.fake_jail import FakeJail, ScriptedJail, ending
from tests.checks.grading import HEAD
from tests.checks.students import PLAIN, STYLES
from tests.checks.timed_jail import Cost, timed

ALL = ("loops", "finite_differences", "backward_share")
LINEAR, RELU = create("linear"), create("relu")

# Seconds, as on a slow machine.
CALL, TURN, ENTRY = 8e-6, 2e-6, 2e-9


def entries(arrays: Mapping[str, Array]) -> int:
    return sum(arrays[name].size for name in ("x", "weight", "bias") if name in arrays)


def vectorised(word: str, arrays: Mapping[str, Array]) -> float:
    """Take as long for forward as for half of backward; grow only by arithmetic."""
    calls = 1 if word == "forward" else 2
    return calls * (CALL + ENTRY * arrays["x"].size)


def looping(word: str, arrays: Mapping[str, Array]) -> float:
    return CALL + TURN * len(arrays["x"])


def looping_backward(word: str, arrays: Mapping[str, Array]) -> float:
    return vectorised(word, arrays) if word == "forward" else 3 * looping(word, arrays)


def looping_over_entries(word: str, arrays: Mapping[str, Array]) -> float:
    if word == "forward":
        return vectorised(word, arrays)
    return CALL + TURN * entries(arrays)


def differencing(each: float) -> Cost:
    def cost(word: str, arrays: Mapping[str, Array]) -> float:
        forward = vectorised("forward", arrays)
        return forward if word == "forward" else each * entries(arrays) * forward

    return cost


def planning(word: str, arrays: Mapping[str, Array]) -> float:
    """Take a hundred times as long for backward, however much there is to do."""
    return vectorised(word, arrays) + (100 * CALL if word == "backward" else 0)


def scattering(word: str, arrays: Mapping[str, Array]) -> float:
    """Take fifteen forwards for backward."""
    return (15 if word == "backward" else 1) * vectorised("forward", arrays)


def wasting(word: str, arrays: Mapping[str, Array]) -> float:
    """Take two hundred forwards for backward, however many entries there are."""
    return (200 if word == "backward" else 1) * vectorised("forward", arrays)


def between(word: str, arrays: Mapping[str, Array]) -> float:
    """Grow neither like a loop nor like whole arrays."""
    return CALL + 0.08 * CALL * len(arrays["x"])


def assignment(component: str, wanted: tuple[str, ...]) -> Assignment:
    text = f"""{HEAD}
    [[check]]
    id = "cost"
    kind = "cost"
    component = "{component}"
    points = {toml(dict.fromkeys(wanted, 1))}
    """
    return load_files({"assignment.toml": text.encode()})


def graded(
    jail: FakeJail | ScriptedJail,
    *,
    component: str = "Linear",
    wanted: tuple[str, ...] = ALL,
    code: str = "",
    seed: int = 3,
) -> Report:
    files = {"mlp.py": code.encode()}
    under_test = assignment(component, wanted)
    return engine.grade(under_test, files, "mlp.py", seed=seed, jail=jail)


def failed(report: Report) -> dict[str, CheckResult]:
    return {r.quantity: r for r in report.results if r.verdict is not Verdict.PASSED}


@pytest.mark.parametrize("cost", [vectorised, planning, scattering])
@pytest.mark.parametrize("component", ["Linear", "ReLU"])
def test_code_on_whole_arrays_passes(cost: Cost, component: str) -> None:
    operation = LINEAR if component == "Linear" else RELU
    report = graded(timed(operation, cost), component=component)

    assert failed(report) == {}
    assert all("notice" not in r.evidence for r in report.results)
    assert report.score == 3


@pytest.mark.parametrize("cost", [looping, looping_backward])
def test_a_loop_over_examples_costs_its_own_points_only(cost: Cost) -> None:
    report = graded(timed(LINEAR, cost))

    assert failed(report).keys() == {"loops"}
    message = failed(report)["loops"].message
    assert "times as many examples your" in message
    assert message.endswith("Code on whole arrays takes far less.")
    diagnosis = failed(report)["loops"].diagnosis
    assert diagnosis is not None
    assert diagnosis.id == "loop-over-examples"


def test_a_loop_is_found_where_it_is() -> None:
    for cost, method in ((looping, "forward"), (looping_backward, "backward")):
        report = graded(timed(LINEAR, cost))
        assert f"examples your {method} took" in failed(report)["loops"].message


def test_the_sentence_says_by_how_much_time_grew() -> None:
    report = graded(timed(LINEAR, looping), wanted=("loops",))

    # From 8 examples to 1142, at 8 and 2 microseconds.
    expected = (8 + 2 * 1142) / (8 + 2 * 8)
    message = failed(report)["loops"].message
    assert "With 143 times as many examples" in message
    assert f"took {expected:.0f} times as long" in message


@pytest.mark.parametrize("each", [1.0, 2.0, 2.5])
@pytest.mark.parametrize("component", ["Linear", "ReLU"])
def test_measured_slopes_cost_their_own_points_only(
    each: float, component: str
) -> None:
    operation = LINEAR if component == "Linear" else RELU
    report = graded(timed(operation, differencing(each)), component=component)

    assert failed(report).keys() == {"finite_differences"}
    message = failed(report)["finite_differences"].message
    assert "the more entries there are" in message


def test_a_loop_over_entries_is_no_measured_slope() -> None:
    report = graded(timed(LINEAR, looping_over_entries))
    assert failed(report).keys() == {"loops"}


def test_a_backward_that_is_far_too_dear_is_told() -> None:
    report = graded(timed(LINEAR, wasting), wanted=("backward_share",))

    message = failed(report)["backward_share"].message
    assert "two to three is usual" in message
    assert "examples your backward took as long as 200 calls of forward" in message


def noisy_slopes(answer: dict[str, Array]) -> dict[str, Array]:
    """Give gradients the rounding of a central difference with a step of 1e-5."""
    rng = np.random.default_rng(4)
    return {
        name: value + 1e-10 * rng.normal(size=value.shape)
        if name.startswith("grad_")
        else value
        for name, value in answer.items()
    }


def test_slopes_are_told_by_their_numbers_without_any_time() -> None:
    report = graded(timed(LINEAR, vectorised, spoil=noisy_slopes))

    assert failed(report).keys() == {"finite_differences"}
    message = failed(report)["finite_differences"].message
    assert "is right to about ten digits only. A formula would be right" in message


@pytest.mark.parametrize("seed", range(8))
def test_a_machine_that_is_busy_now_and_then_wrongs_nobody(seed: int) -> None:
    rng = np.random.default_rng(seed)
    jail = timed(LINEAR, vectorised, noise=lambda: rng.choice([0, 0, 1e-4, 0.02]))

    assert failed(graded(jail)) == {}


def test_what_cannot_be_told_passes_with_a_notice() -> None:
    report = graded(timed(LINEAR, between), wanted=("loops",))
    (result,) = report.results

    assert result.verdict is Verdict.PASSED
    assert "could not be told from its time" in result.evidence["notice"]


def test_times_of_zero_tell_nothing_and_pass_with_a_notice() -> None:
    report = graded(FakeJail(), code=PLAIN)

    assert failed(report) == {}
    noticed = {r.quantity for r in report.results if "notice" in r.evidence}
    assert "loops" in noticed


@pytest.mark.parametrize("component", ["Sigmoid", "SoftmaxCrossEntropy"])
def test_code_of_any_style_can_be_timed(component: str) -> None:
    report = graded(FakeJail(), code=STYLES["single"], component=component)

    assert {r.verdict for r in report.results} == {Verdict.PASSED}


def test_a_bad_round_must_be_confirmed() -> None:
    rounds = 0

    def once_slow(word: str, arrays: Mapping[str, Array]) -> float:
        slow = rounds == 1 and len(arrays["x"]) > 100
        return (300 if slow else 1) * vectorised(word, arrays)

    jail = timed(LINEAR, once_slow)
    plain = jail.script

    def script(case):
        nonlocal rounds
        sizes = [len(call.arrays["one.x"]) for call in case.calls]
        rounds += max(sizes) > 100
        return plain(case)

    jail.script = script
    report = graded(jail, wanted=("loops",))

    assert failed(report) == {}
    assert rounds == 2


def test_timed_calls_are_asked_one_by_one() -> None:
    jail = timed(LINEAR, vectorised)
    graded(jail)

    plain, *others = jail.cases
    assert not plain.one_by_one
    assert all(case.one_by_one for case in others)
    assert len(others) <= 12


def test_nothing_is_earned_by_code_that_computes_nothing() -> None:
    def zeros(answer: dict[str, Array]) -> dict[str, Array]:
        return {name: np.zeros_like(value) for name, value in answer.items()}

    report = graded(timed(LINEAR, vectorised, spoil=zeros))

    assert {r.verdict for r in report.results} == {Verdict.SKIPPED}
    assert report.score == 0


def test_nothing_is_earned_by_answers_of_another_shape() -> None:
    def cut(answer: dict[str, Array]) -> dict[str, Array]:
        return {name: value[:1] for name, value in answer.items()}

    report = graded(timed(LINEAR, vectorised, spoil=cut))

    assert {r.verdict for r in report.results} == {Verdict.SKIPPED}


def test_code_that_fails_is_an_error() -> None:
    report = graded(ending(Outcome.TIMED_OUT, Phase.BACKWARD))

    assert {r.verdict for r in report.results} == {Verdict.ERRORED}
    assert "Linear.backward did not return within" in report.results[0].message


def test_what_has_no_examples_and_no_sizes_has_no_cost() -> None:
    parts = {"Part": Component("Part", "computation_graph")}
    params = CostParams(id="c", kind="cost", component="Part", points=1)

    assert CostCheck.quantities(params, parts) == ()
    with pytest.raises(AssignmentError, match="unknown quantity"):
        assignment("Linear", ("depth",))


def test_every_layer_that_counts_examples_can_be_judged() -> None:
    for name in names():
        part = Component("Part", name)
        if part.reference().family not in CostCheck.families:
            continue
        params = CostParams(id="c", kind="cost", component="Part", points=1)
        found = CostCheck.quantities(params, {"Part": part})
        assert set(found) <= set(ALL), name
        assert ("loops" in found) == (name not in NO_EXAMPLES), name


NO_EXAMPLES = {"computation_graph", "l1_penalty", "l2_penalty"}
