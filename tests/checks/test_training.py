import pytest

from grader import engine
from grader.assignments import load_files
from grader.checks.trainings import bands
from grader.contract.messages import Outcome, Phase
from grader.report import CheckResult, Report, Verdict
from tests.checks.fake_jail import FakeJail, ending
from tests.checks.grading import CHECKS, HEAD, assignment, graded, result
from tests.checks.students import PLAIN, changed

STEP = "            grad = layer.backward(grad)\n        optimizer.step()"


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
    found = losses(changed(PLAIN, change))

    assert found.verdict is Verdict.FAILED
    assert found.points == 0
    assert found.diagnosis is not None
    assert found.diagnosis.id == name
    assert "with correct parts of ours in place of yours" in found.message


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

    found = losses(source, "linear-backward", seed=seed)

    assert found.verdict is Verdict.FAILED
    assert found.points == 3
    assert "Repair Linear (Linear: backward, grad_bias) first" in found.message


def test_a_right_loop_earns_its_share_over_a_mistake_that_nobody_knows() -> None:
    source = changed(PLAIN, ("return grad / n", "return -(grad**3) / n"))

    found = losses(source, "cross-entropy")

    assert found.points == 3
    assert "Repair SoftmaxCrossEntropy" in found.message


def test_a_wrong_loop_over_a_wrong_part_earns_nothing() -> None:
    source = changed(
        PLAIN,
        ("grad_out.sum(axis=0)", "grad_out.mean(axis=0)"),
        ("grad = loss.backward()", "grad = loss.backward() * 1.5"),
    )

    found = losses(source, "linear-backward")

    assert found.points == 0
    assert "backward of layer 3 (Linear) was given the gradient" in found.message
    assert "multiplied by 1.5" in found.message


def test_a_wrong_part_that_no_other_check_found_is_paid_for_here() -> None:
    source = changed(PLAIN, ("grad_out.sum(axis=0)", "grad_out.mean(axis=0)"))

    found = losses(source)

    assert found.points == 0
    assert (
        "the reason is in one of your layers, the loss or the optimizer"
        in found.message
    )


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


@pytest.mark.parametrize(
    ("check", "change"),
    [
        ("linear-backward", ("grad_out.sum(axis=0)", "grad_out")),
        ("linear-backward", ("self.x.T @ grad_out", "grad_out.T @ self.x")),
        ("relu-forward", ("np.maximum(x, 0)", "np.maximum(y, 0)")),
        ("sgd", ("layer.params[name] - self.lr", "layer.params.q - self.lr")),
        ("cross-entropy", ("class SoftmaxCrossEntropy", "class CrossEntropy")),
    ],
)
def test_a_part_that_breaks_the_loop_costs_the_loop_nothing_more(
    check: str, change: tuple[str, str]
) -> None:
    report = graded(changed(PLAIN, change), check, "training")

    by_loop = [r for r in report.results if r.check == "training"]
    assert [r.verdict for r in by_loop] == [Verdict.ERRORED, Verdict.ERRORED]
    assert [r.points for r in by_loop] == [3, 2]
    assert "your loop is right" in by_loop[0].message
    assert "Your points for the loop stay" in by_loop[0].message


def test_of_two_wrong_parts_the_one_that_stopped_the_loop_is_to_be_repaired() -> None:
    source = changed(
        PLAIN,
        ("grad_out.sum(axis=0)", "grad_out.mean(axis=0)"),
        ("np.maximum(x, 0)", "np.maximum(y, 0)"),
    )

    report = graded(source, "linear-backward", "relu-forward", "training")

    assert "Repair ReLU (ReLU: forward, out) first." in result(report, "losses").message


def test_a_loop_that_raises_itself_earns_nothing_over_a_wrong_part() -> None:
    source = changed(
        PLAIN,
        ("grad_out.sum(axis=0)", "grad_out"),
        ("    return losses", "    return lossses"),
    )

    report = graded(source, "linear-backward", "training")

    assert [r.points for r in report.results[3:]] == [0, 0]


def test_a_loop_without_end_is_said_once() -> None:
    jail = ending(Outcome.TIMED_OUT, Phase.TRAIN)

    report = graded("", "training", jail=jail)

    assert "train did not return" in result(report, "losses").message
    assert "see the losses" in result(report, "accuracy").message


def test_a_loop_that_drops_short_batches_is_named() -> None:
    source = changed(
        PLAIN,
        (
            "for batch in batches:\n",
            "for batch in batches:\n        if len(batch) < 8:\n            continue\n",
        ),
    )

    found = losses(source)

    assert found.diagnosis is not None
    assert found.diagnosis.id == "M155"
    assert "was given the rows of batch 4" in found.message


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
    monkeypatch.setattr(bands, "DOUBLE", bands.Precision(2.0**-30, 0.0, 1e-7))
    files = {"mlp.py": PLAIN.encode()}

    report = engine.grade(wanted, files, "mlp.py", seed=1, jail=FakeJail())

    assert {r.verdict for r in report.results} == {Verdict.BROKEN}
    assert "must be predictable for 20 steps" in caplog.text


def test_only_the_judged_quantity_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = CHECKS["training"].replace(", accuracy = 4", "")
    monkeypatch.setitem(CHECKS, "training", alone)

    (found,) = graded(PLAIN, "training").results

    assert (found.quantity, found.points) == ("losses", 6)


def test_five_steps_with_a_short_batch_are_enough_for_losses() -> None:
    jail = FakeJail()
    small = "points = { losses = 1 }\nexamples = 19\nbatch_size = 8\nsteps = 5\n"
    body = CHECKS["training"].rpartition("\n")[0].partition("\naccuracy_floor")
    text = f'{HEAD}\n[[check]]\nid = "short"\n{body[0]}\n{small}'

    wanted = load_files({"assignment.toml": text.encode()})
    report = engine.grade(
        wanted, {"mlp.py": PLAIN.encode()}, "mlp.py", seed=1, jail=jail
    )

    assert [r.verdict for r in report.results] == [Verdict.PASSED]
    assert len(report.results[0].evidence["curves"]["got"]) == 5


def test_points_can_be_learned_as_well_as_digits() -> None:
    more = 'data = "moons"\n'
    jail = FakeJail()

    report = graded(PLAIN, "training", extra=more, jail=jail)

    assert report.score == 10
    assert jail.cases[0].calls[0].arrays["X"].shape == (100, 2)
