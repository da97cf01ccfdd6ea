"""A mistake that was found and named in a part is not counted again in training."""

import pytest

from grader.report import CheckResult, Report, Verdict
from tests.checks.grading import graded, result
from tests.checks.students import PLAIN, changed

# No network that learns less than nothing can earn by having learned.
MUST_LEARN_ALL = "follow_through_loss = 0.0"

REVERSED = ("return grad / n", "return -grad / n")
NOT_AVERAGED = ("return grad / n", "return grad")
BIAS_MEAN = ("grad_out.sum(axis=0)", "grad_out.mean(axis=0)")
LOOP_SCALED = ("grad = loss.backward()", "grad = loss.backward() * 1.5")
NEVER_STEPS = (
    "            grad = layer.backward(grad)\n        optimizer.step()",
    "            grad = layer.backward(grad)",
)


def report(*changes: tuple[str, str], seed: int = 1) -> Report:
    return graded(
        changed(PLAIN, *changes),
        "linear-backward",
        "cross-entropy",
        "training",
        extra=MUST_LEARN_ALL,
        seed=seed,
    )


def training(found: Report) -> tuple[CheckResult, CheckResult]:
    return result(found, "losses"), result(found, "accuracy")


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("mistake", [REVERSED, NOT_AVERAGED, BIAS_MEAN])
def test_a_right_loop_over_a_known_mistake_earns_its_share_without_learning(
    mistake: tuple[str, str], seed: int
) -> None:
    losses, _ = training(report(mistake, seed=seed))

    assert losses.verdict is Verdict.FAILED
    assert losses.points == losses.max_points / 2  # the share of this assignment
    assert "so it is right" in losses.message


def test_two_known_mistakes_at_once_are_replayed_together() -> None:
    losses, _ = training(report(REVERSED, BIAS_MEAN))

    assert losses.points > 0


def test_the_accuracy_of_a_known_mistake_is_not_counted_again() -> None:
    _, accuracy = training(report(REVERSED))

    assert accuracy.verdict is Verdict.FAILED
    assert accuracy.points > 0
    assert "not counted a second time" in accuracy.message


@pytest.mark.parametrize("loop", [LOOP_SCALED, NEVER_STEPS])
def test_a_wrong_loop_over_a_known_mistake_earns_nothing(loop: tuple[str, str]) -> None:
    losses, accuracy = training(report(REVERSED, loop))

    assert losses.points == 0
    assert accuracy.points == 0


def test_a_mistake_that_nobody_knows_by_name_is_not_excused() -> None:
    unknown = ("return grad / n", "return (grad - 0.01 * grad**3) / n")

    losses, _ = training(report(unknown))

    assert losses.verdict is Verdict.FAILED
    assert losses.points == 0


def test_losses_made_up_after_the_first_are_not_excused() -> None:
    made_up = (
        "losses.append(loss.forward(out, y[batch]))",
        "losses.append(loss.forward(out, y[batch]) if not losses else float('inf'))",
    )

    losses, _ = training(report(REVERSED, made_up))

    assert losses.points == 0
