import pytest

from grader import engine
from grader.checks import training
from grader.contract.messages import Outcome, Phase
from grader.report import CheckResult, Report, Verdict
from tests.checks.fake_jail import FakeJail, ending
from tests.checks.grading import CHECKS, assignment, graded, result
from tests.checks.students import PLAIN, STYLES, changed

STEP = "            grad = layer.backward(grad)\n        optimizer.step()"
RECORD = "losses.append(loss.forward(out, y[batch]))"
# Long enough to learn something.
LONGER = "follow_through_loss = 0.9"


def losses(source: str, *before: str, extra: str = "", seed: int = 1) -> CheckResult:
    return result(graded(source, *before, "training", extra=extra, seed=seed), "losses")


def both(report: Report) -> dict[str, Verdict]:
    return {r.quantity: r.verdict for r in report.results}


def test_right_training_keeps_both_curves_and_the_band() -> None:
    found = losses(PLAIN)

    curves = found.evidence["curves"]
    assert found.verdict is Verdict.PASSED
    assert len(curves["got"]) == len(curves["expected"]) == 28
    pairs = zip(curves["low"], curves["got"], curves["high"], strict=True)
    assert all(low <= got <= high for low, got, high in pairs)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ((STEP, "            grad = layer.backward(grad)"), "never-updated"),
        (
            ("out = X[batch]", "batch = slice(None)\n        out = X[batch]"),
            "whole-set",
        ),
        (
            ("grad = loss.backward()", "grad = loss.backward() * len(batch) / 16"),
            "M06",
        ),
        (
            (
                STEP,
                f"{STEP}\n        out = X[batch]\n        for layer in layers:\n"
                "            out = layer.forward(out)\n"
                "        losses[-1] = loss.forward(out, y[batch])",
            ),
            "M160",
        ),
    ],
)
def test_wrong_loops_are_recognised(change: tuple[str, str], name: str) -> None:
    found = losses(changed(PLAIN, change), extra=LONGER)

    assert found.verdict is Verdict.FAILED
    assert found.points == 0
    assert found.diagnosis is not None
    assert found.diagnosis.id == name
    assert "A plain loop over your own" in found.message


def test_gradients_that_add_up_show_only_in_training() -> None:
    source = changed(
        PLAIN,
        (
            'self.grads["weight"] = self.x.T @ grad_out',
            'self.grads["weight"] = self.grads.get("weight", 0) + self.x.T @ grad_out',
        ),
        (
            'self.grads["bias"] = grad_out.sum(axis=0)',
            'self.grads["bias"] = self.grads.get("bias", 0) + grad_out.sum(axis=0)',
        ),
    )

    report = graded(source, "linear-backward", "training")

    assert result(report, "grad_weight").verdict is Verdict.PASSED
    diagnosis = result(report, "losses").diagnosis
    assert diagnosis is not None
    assert diagnosis.id == "gradients-add-up"


@pytest.mark.parametrize("seed", range(3))
def test_a_right_loop_over_a_wrong_part_earns_its_share(seed: int) -> None:
    source = changed(PLAIN, ("grad_out.sum(axis=0)", "grad_out.mean(axis=0)"))

    found = losses(source, "linear-backward", extra=LONGER, seed=seed)

    assert found.verdict is Verdict.FAILED
    assert found.points == 3
    assert "Repair Linear (Linear: backward, grad_bias) first" in found.message


def test_a_loop_that_learned_nothing_earns_nothing() -> None:
    source = changed(PLAIN, ("return grad / n", "return -(grad**3) / n"))

    found = losses(source, "cross-entropy", extra=LONGER)

    assert found.points == 0
    assert "SoftmaxCrossEntropy" in found.message


def test_a_wrong_loop_over_a_wrong_part_earns_nothing() -> None:
    source = changed(
        PLAIN,
        ("grad_out.sum(axis=0)", "grad_out.mean(axis=0)"),
        ("grad = loss.backward()", "grad = loss.backward() * 1.5"),
    )

    found = losses(source, "linear-backward", extra=LONGER)

    assert found.points == 0
    assert "This may come from Linear" in found.message


def test_a_part_is_not_named_where_none_failed_before() -> None:
    source = changed(PLAIN, ("grad_out.sum(axis=0)", "grad_out.mean(axis=0)"))

    assert "one of the layers" in losses(source).message


def test_a_wrong_first_loss_points_to_forward() -> None:
    source = changed(PLAIN, ("labels]).mean()", "labels]).sum()"))

    found = losses(source)

    assert found.evidence["first_wrong_step"] == 1
    assert "No step was taken yet" in found.message


@pytest.mark.parametrize("value", ["losses[:-1]", "losses[0]", "[losses]"])
def test_every_batch_needs_its_loss(value: str) -> None:
    source = changed(PLAIN, ("return losses", f"return {value}"))

    report = graded(source, "training")

    assert result(report, "losses").verdict is Verdict.FAILED
    assert "one loss for each of the 28 batches" in result(report, "losses").message
    assert result(report, "accuracy").verdict is Verdict.PASSED


def test_nothing_returned_is_an_error_said_once() -> None:
    report = graded(changed(PLAIN, ("    return losses", "")), "training")

    assert both(report) == {"losses": Verdict.ERRORED, "accuracy": Verdict.ERRORED}
    assert "train returned None" in result(report, "losses").message
    assert "see the losses" in result(report, "accuracy").message


def test_a_part_that_breaks_the_loop_is_pointed_to() -> None:
    source = changed(PLAIN, ("grad_out.sum(axis=0)", "grad_out"))

    found = losses(source, "linear-backward")

    assert found.verdict is Verdict.ERRORED
    assert "This may come from Linear" in found.message


def test_made_up_losses_do_not_help_and_accuracy_is_measured() -> None:
    source = changed(
        PLAIN,
        ("    losses = []\n", "    losses = []\n    return [0.1] * len(batches)\n"),
    )

    report = graded(source, "training", extra=LONGER)

    assert both(report) == {"losses": Verdict.FAILED, "accuracy": Verdict.FAILED}
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

    assert f"needed are {found.evidence['floor']:.1%}" in found.message
    assert found.evidence["loss_after"] < found.evidence["loss_before"]


@pytest.mark.parametrize("seed", range(10))
def test_right_code_reaches_the_floor_whatever_the_seed(seed: int) -> None:
    report = graded(PLAIN, "training", seed=seed, extra="")

    assert report.score == 10


def test_a_loop_without_end_is_said_once() -> None:
    jail = ending(Outcome.TIMED_OUT, Phase.TRAIN)

    report = graded("", "training", jail=jail)

    assert "train did not return" in result(report, "losses").message
    assert "see the losses" in result(report, "accuracy").message


def test_accuracy_alone_says_itself_what_went_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    only = CHECKS["training"].replace("losses = 6, ", "")
    monkeypatch.setitem(CHECKS, "training", only)
    jail = ending(Outcome.TIMED_OUT, Phase.TRAIN)

    (found,) = graded("", "training", jail=jail).results

    assert found.quantity == "accuracy"
    assert "train did not return" in found.message


def test_a_plain_loop_that_ends_in_unusable_weights_earns_nothing() -> None:
    # Both loops leave the weights as they are: the optimizer spoils them at the end.
    source = changed(
        PLAIN,
        ("grad_out.sum(axis=0)", "grad_out.mean(axis=0)"),
        (
            "    def step(self):\n        for layer in self.layers:",
            "    def step(self):\n        self.n = getattr(self, 'n', 0) + 1\n"
            "        if self.n == 28:\n"
            "            self.layers[0].params['bias'][:] = np.nan\n"
            "        for layer in self.layers:",
        ),
    )

    found = losses(source, extra=LONGER)

    assert "so it is right" in found.message
    assert found.points == 0


def test_a_loop_that_is_neither_right_nor_plain_gets_the_facts_only() -> None:
    source = changed(
        PLAIN,
        ("grad_out.sum(axis=0)", "grad_out.mean(axis=0)"),
        ("grad = loss.backward()", "grad = loss.backward() * 1.5"),
    )

    found = losses(source)

    assert found.diagnosis is None
    assert found.message.endswith("The loss before that is right.")


def test_a_short_batch_is_padded_and_every_example_is_seen() -> None:
    jail = FakeJail()
    graded(PLAIN, "training", jail=jail)

    batches = jail.cases[0].calls[0].arrays["batches"]
    assert batches.shape == (28, 16)
    assert (batches[6] == -1).sum() == 12
    seen = batches[:7][batches[:7] >= 0]
    assert sorted(seen.tolist()) == list(range(100))


def test_no_start_weight_is_zero_and_no_pixel_either() -> None:
    jail = FakeJail()
    graded(PLAIN, "training", jail=jail)

    arrays = jail.cases[0].calls[0].arrays
    for name in ("X", "weight_0", "bias_0", "weight_1", "bias_1"):
        assert (arrays[name] != 0).all(), name


def test_training_that_cannot_be_predicted_is_a_fault_of_the_assignment(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    wanted = assignment("training")
    monkeypatch.setattr(training, "LEAST_HORIZON", 29)
    files = {"mlp.py": PLAIN.encode()}

    report = engine.grade(wanted, files, "mlp.py", seed=1, jail=FakeJail())

    assert {r.verdict for r in report.results} == {Verdict.BROKEN}
    assert "must be predictable for 29 steps" in caplog.text


LATE = (
    "losses.append(loss.forward(out, y[batch]) * (1.0005 if len(losses) > 15 else 1))"
)


def test_single_precision_may_cross_a_kink_late() -> None:
    source = changed(STYLES["single"], (RECORD, LATE))

    found = losses(source, extra=LONGER)

    assert found.verdict is Verdict.PASSED
    assert "single precision" in found.message


def test_single_precision_does_not_excuse_leaving_the_losses_for_good() -> None:
    source = changed(STYLES["single"], (RECORD, LATE.replace("1.0005", "1.05")))

    assert losses(source, extra=LONGER).verdict is Verdict.FAILED


def test_a_late_difference_in_double_precision_is_a_difference() -> None:
    source = changed(PLAIN, (RECORD, LATE))

    assert losses(source, extra=LONGER).verdict is Verdict.FAILED
