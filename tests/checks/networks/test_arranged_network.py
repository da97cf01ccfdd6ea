"""Networks of parts whose arrays look as a course has them."""

import pytest

from grader.errors import AssignmentError
from grader.report import Verdict
from tests.checks.columns_course import HEAD, PARTS
from tests.checks.network_grading import assignment, graded, lost, names_in, result
from tests.checks.students import changed

DEEP = """
layers = ["Dense", "Tanh", "Dense"]
widths = [6, 4]
loss = "Entropy"
"""


@pytest.mark.parametrize("seed", range(3))
def test_right_layers_in_columns_earn_everything(seed: int) -> None:
    report = graded(PARTS, DEEP, seed=seed, head=HEAD)

    assert {one.verdict for one in report.results} == {Verdict.PASSED}
    assert report.score == report.max_score == 5


def test_a_wrong_layer_in_columns_is_named_and_costs_no_other_its_points() -> None:
    source = changed(PARTS, ("da * (1 - self.a**2)", "da * (1 - self.a)"))

    report = graded(source, DEEP, head=HEAD)

    assert lost(report) == {"2 Tanh", "together"}
    assert "first wrong layer is layer 2 (Tanh)" in result(report, "together").message


def test_a_missing_division_by_the_batch_is_recognised_as_another_convention() -> None:
    source = changed(PARTS, ("dz @ self.a.T / m", "dz @ self.a.T"))

    report = graded(source, DEEP, head=HEAD)

    assert lost(report) == {"1 Dense", "3 Dense", "together"}
    diagnosis = result(report, "1 Dense").diagnosis
    assert diagnosis is not None


def test_layers_that_share_their_input_are_found_out_together() -> None:
    source = changed(
        PARTS,
        ("        self.a = a\n", "        Dense.a = a\n"),
    )

    report = graded(source, DEEP, head=HEAD)

    assert lost(report) == {"together"}


def test_neighbours_with_other_axes_are_refused_with_what_to_change() -> None:
    head = HEAD.replace(
        '"softmax_cross_entropy"\n[component.arrays.logits]\naxes = [1, 0]',
        '"softmax_cross_entropy"',
    )

    with pytest.raises(AssignmentError) as refused:
        assignment(DEEP, names_in(DEEP), head)

    (problem,) = refused.value.problems
    assert "check[0].loss: 'Entropy' has logits as the reference has it" in problem
    assert "'Dense' before it has out with the axes [1, 0]" in problem


def test_a_layer_for_one_example_at_a_time_is_refused_with_the_array() -> None:
    head = HEAD.replace(
        "axes = [1, 0]\n[component.arrays.out]", "axes = [1]\n[component.arrays.out]"
    )
    head = head.replace("out]\naxes = [1, 0]", "out]\naxes = [1]")

    with pytest.raises(AssignmentError) as refused:
        assignment(DEEP, names_in(DEEP), head)

    assert "layers[0]: 'Dense' takes one example at a time: x has no" in str(
        refused.value
    )
