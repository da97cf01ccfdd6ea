"""The accuracy that a training reaches is measured, never believed."""

import pytest

from grader.contract.messages import Outcome, Phase
from grader.report import Verdict
from tests.checks.fake_jail import ending
from tests.checks.grading import CHECKS, graded, result
from tests.checks.students import PLAIN, changed


def test_made_up_losses_do_not_help_and_accuracy_is_measured() -> None:
    source = changed(
        PLAIN,
        ("    losses = []\n", "    losses = []\n    return [0.1] * len(batches)\n"),
    )

    report = graded(source, "training")

    assert [one.verdict for one in report.results] == [Verdict.FAILED] * 2
    assert report.score == 0


def test_weights_that_are_not_finite_fail_the_accuracy() -> None:
    source = changed(
        PLAIN,
        (
            "    return losses",
            "    layers[0].params['bias'][:] = np.nan\n    return losses",
        ),
    )

    found = result(graded(source, "training"), "accuracy")

    assert found.verdict is Verdict.FAILED
    assert "not finite" in found.message


def test_weights_of_another_shape_fail_the_accuracy() -> None:
    source = changed(
        PLAIN,
        (
            "    return losses",
            "    layers[0].params['bias'] = np.ones(3)\n    return losses",
        ),
    )

    assert result(graded(source, "training"), "accuracy").verdict is Verdict.FAILED


def test_the_floor_is_published_in_the_message() -> None:
    found = result(graded(PLAIN, "training"), "accuracy")

    assert f"at least {found.evidence['floor']:.1%} are needed" in found.message
    assert found.evidence["loss_after"] < found.evidence["loss_before"]


@pytest.mark.parametrize("seed", range(10))
def test_right_code_reaches_the_floor_whatever_the_seed(seed: int) -> None:
    report = graded(PLAIN, "training", seed=seed)

    assert report.score == 10


def test_accuracy_alone_says_itself_what_went_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    only = CHECKS["training"].replace("losses = 6, ", "")
    monkeypatch.setitem(CHECKS, "training", only)
    jail = ending(Outcome.TIMED_OUT, Phase.TRAIN)

    (found,) = graded("", "training", jail=jail).results

    assert found.quantity == "accuracy"
    assert "train did not return" in found.message


def test_right_losses_do_not_excuse_weights_that_are_spoiled_at_the_end() -> None:
    # The optimizer spoils the weights after the last loss was reported.
    source = changed(
        PLAIN,
        (
            "    def step(self):\n        for layer in self.layers:",
            "    def step(self):\n        self.n = getattr(self, 'n', 0) + 1\n"
            "        if self.n == 28:\n"
            "            self.layers[0].params['bias'][:] = np.nan\n"
            "        for layer in self.layers:",
        ),
        ("np.mean(self.difference**2)", "np.sum(self.difference**2)"),
    )

    report = graded(source, "squared-error", "sgd", "training")

    assert result(report, "losses").verdict is Verdict.PASSED
    assert result(report, "accuracy").points == 0


def test_accuracy_alone_is_excused_by_a_right_loop_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alone = CHECKS["training"].replace("losses = 6, ", "")
    monkeypatch.setitem(CHECKS, "training", alone)
    source = changed(PLAIN, ("return grad / n", "return -grad / n"))

    found = result(graded(source, "cross-entropy", "training"), "accuracy")

    assert found.verdict is Verdict.FAILED
    assert found.points == 2
    assert "Repair SoftmaxCrossEntropy" in found.message


def test_the_accuracy_of_a_wrong_part_is_not_counted_again() -> None:
    source = changed(PLAIN, ("return grad / n", "return -grad / n"))

    found = result(graded(source, "cross-entropy", "training"), "accuracy")

    assert found.points == 2
    assert "not counted a second time" in found.message
