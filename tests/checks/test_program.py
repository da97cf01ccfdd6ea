"""A whole program is judged by every number that it writes."""

from functools import partial

import numpy as np
import pytest

from grader import engine
from grader.assignments import Assignment, load_files
from grader.checks.program import losses_alike
from grader.checks.programs.mistakes import (
    WRONG_PROGRAMS,
    BiasesStay,
    recognised,
    suspects,
)
from grader.checks.programs.run import LEAD, ProgramRun, ProgramTask, draw_program
from grader.checks.trainings.trainable import network
from grader.contract.messages import Outcome
from grader.errors import AssignmentError
from grader.report import CheckResult, Verdict
from tests.checks.fake_jail import answering, ending

TOML = """
format = 1
slug = "under-test"
title = "Under test"
[submission]
entry = "tool.py"
[binding]
file = "binding.py"
[[component]]
name = "affine"
operation = "linear"
[[component]]
name = "sigmoid"
operation = "sigmoid"
[[component]]
name = "relu"
operation = "relu"
[[component]]
name = "loss"
operation = "softmax_cross_entropy"
[[component]]
name = "step"
operation = "sgd"
construct = ["lr"]
[[check]]
id = "program"
kind = "program"
program = "tool.py"
data = "moons"
layers = ["affine", "sigmoid", "affine"]
loss = "loss"
optimizer = "step"
epochs = 3
examples = 12
settings = { lr = 0.5 }
points = { runs = 1, predictions = 2, metrics = 4 }
names = { train_losses = "crossentropy(train)" }
"""
BINDING = b"def program(student, **arrays): ..."


def assignment(*changes: tuple[str, str]) -> Assignment:
    text = TOML
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return load_files({"assignment.toml": text.encode(), "binding.py": BINDING})


ASSIGNMENT = assignment()
(CHECK,) = ASSIGNMENT.checks


def task_of(call) -> ProgramTask:
    """Return the task that a call asks a program to do."""
    every = [CHECK.params, CHECK.params.other()]
    params = next(p for p in every if p.epochs == call.options["epochs"])
    named = ("train_X", "valid_X", "train_y", "valid_y")
    return ProgramTask(
        net=network(params, CHECK.components),
        inputs={name: call.arrays[f"{name}_X"] for name in ("train", "valid")},
        labels={name: call.arrays[f"{name}_y"] for name in ("train", "valid")},
        weights={n: value for n, value in call.arrays.items() if n not in named},
        epochs=params.epochs,
        batch_size=params.batch_size,
    )


def graded(answer, where: Assignment = ASSIGNMENT) -> dict[str, CheckResult]:
    report = engine.grade(
        where, {"tool.py": b""}, "tool.py", seed=4, jail=answering(answer)
    )
    return {result.quantity: result for result in report.results}


def written(call, program=ProgramRun, **changes):
    return {**program(task_of(call)).written(), **changes}


def verdicts(results: dict[str, CheckResult]) -> list[Verdict]:
    return [results[name].verdict for name in ("runs", "predictions", "metrics")]


P, F, E = Verdict.PASSED, Verdict.FAILED, Verdict.ERRORED


def test_a_right_program_earns_everything():
    results = graded(written)
    assert verdicts(results) == [P, P, P]
    assert sum(result.points for result in results.values()) == 7


def test_numbers_may_be_written_with_six_digits_and_errors_with_two():
    def answer(call):
        found = written(call)
        return {
            name: value.round(2 if name.endswith("error") else 6)
            for name, value in found.items()
        }

    assert verdicts(graded(answer)) == [P, P, P]


@pytest.mark.parametrize("program", [p for p in WRONG_PROGRAMS if p is not BiasesStay])
def test_a_program_that_is_wrong_in_a_known_way_is_named(program):
    found = graded(partial(written, program=program))["metrics"]
    assert found.verdict is F
    assert found.diagnosis is not None
    assert found.diagnosis.id == program.diagnosis.id


@pytest.mark.parametrize(
    ("cleared", "name"), [((), None), ([("linear", "out")], "biases-stay")]
)
def test_what_is_right_elsewhere_decides_between_two_explanations(cleared, name):
    net = network(CHECK.params, CHECK.components)
    rng = np.random.default_rng(8)
    task = draw_program(net, rng, "moons", (12, 17), 3, 1, zeros=True)
    got, right = BiasesStay(task).written(), ProgramRun(task).written()
    found = recognised([task], [got], [right], partial(losses_alike, 1e-4), cleared)
    # From zeros, biases that never change are biases that were left out.
    assert (found.id if found else None) == name


@pytest.mark.parametrize("name", ["M32", "M49"])
def test_a_known_mistake_of_a_part_is_named_with_the_part(name):
    def answer(call):
        task = task_of(call)
        suspect = next(s for s in suspects(task, ()) if s.diagnosis.id == name)
        return suspect.make(task).written()

    found = graded(answer)["metrics"]
    assert found.verdict is F
    assert found.diagnosis is not None
    assert found.diagnosis.id == name
    assert found.diagnosis.title.startswith(("sigmoid: ", "loss: "))


def test_a_mistake_that_nobody_knows_gets_no_name():
    def answer(call):
        found = written(call)
        epochs = np.arange(1, len(found["train_losses"]) + 1)
        return {**found, "train_losses": found["train_losses"] + 0.01 * epochs**2}

    found = graded(answer)["metrics"]
    assert found.verdict is F
    assert found.diagnosis is None
    assert found.message.startswith("Crossentropy(train) after epoch 1 is ")


def test_a_loss_that_is_wrong_late_says_that_the_others_are_right():
    def answer(call):
        found = written(call)
        found["valid_losses"][2:] *= 1.01
        return found

    found = graded(answer)["metrics"]
    assert "validation examples after epoch 3 is" in found.message
    assert "The 2 ones before that are right." in found.message
    assert found.evidence["first_wrong_epoch"] == 3


def test_numbers_that_are_no_numbers_do_not_pass():
    def answer(call):
        found = written(call)
        found["train_losses"][:] = np.nan
        found["train_error"] = np.asarray(np.nan)
        return found

    assert verdicts(graded(answer)) == [P, P, F]


def test_wrong_labels_under_right_losses_point_to_the_labels():
    def answer(call):
        found = written(call)
        found["valid_predictions"] = 1 - found["valid_predictions"]
        return found

    results = graded(answer)
    assert verdicts(results) == [P, F, P]
    assert "line 1 is" in results["predictions"].message
    assert "17 of 17 lines differ" in results["predictions"].message
    assert "how the rows of the output become labels" in results["predictions"].message


def test_a_wrong_share_is_told_in_examples():
    def answer(call):
        found = written(call)
        return {**found, "valid_error": 1 - found["valid_error"]}

    results = graded(answer)
    assert verdicts(results) == [P, P, F]
    assert "of 17 examples" in results["metrics"].message


def test_what_is_fixed_in_the_code_shows_in_the_second_run():
    def answer(call):
        found = written(call)
        if call.options["epochs"] != CHECK.params.epochs:
            found["train_losses"] = found["train_losses"] * 1.1
        return found

    found = graded(answer)["metrics"]
    assert found.verdict is F
    assert "Which argument of the command line does your program not use?" in (
        found.message
    )


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("train_predictions", "expected 12 lines, found 11."),
        ("train_losses", "Crossentropy(train): expected 3 numbers, found 2."),
    ],
)
def test_a_file_that_is_too_short_is_told_with_both_numbers(name, sentence):
    def answer(call):
        found = written(call)
        return {**found, name: found[name][:-1]}

    results = graded(answer)
    wrong = "predictions" if name == "train_predictions" else "metrics"
    assert results["runs"].verdict is results[wrong].verdict is F
    assert sentence in results[wrong].message


def test_a_program_that_does_not_end_earns_nothing():
    jail = ending(Outcome.TIMED_OUT)
    report = engine.grade(ASSIGNMENT, {"tool.py": b""}, "tool.py", seed=4, jail=jail)
    assert {result.verdict for result in report.results} == {E}
    assert report.score == 0


def test_what_came_before_a_fault_is_judged():
    def answer(call):
        found = written(call)
        return {name: found[name] for name in found if name.endswith("predictions")}

    assert verdicts(graded(answer)) == [E, P, E]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (('"sigmoid", "affine"]', '"relu", "affine"]'), "never changes weight_0"),
        (("epochs = 3", 'single_precision = "fail"'), "written with a few digits"),
        (("epochs = 3", "hidden = []"), "one width less than layers with weights"),
        (('file = "binding.py"', 'use = "layer_classes"'), "use an own binding.py"),
    ],
)
def test_an_assignment_that_proves_nothing_is_refused(change, reason):
    with pytest.raises(AssignmentError, match=reason):
        assignment(change)


def test_drawn_weights_are_handed_over():
    drawn = assignment(("epochs = 3", 'epochs = 3\nstart = "drawn"'))
    results = graded(written, drawn)
    assert verdicts(results) == [P, P, P]


def test_examples_that_cannot_be_found_are_a_mistake_of_the_assignment():
    net = network(CHECK.params, CHECK.components)
    rng = np.random.default_rng(3)
    with pytest.raises(ValueError, match="the best class must be clear"):
        draw_program(net, rng, "moons", (12, 10_000), 1, 1, zeros=True)


def test_the_second_run_has_other_numbers_for_everything():
    first, second = CHECK.params, CHECK.params.other()
    names = ("examples", "validation", "hidden", "epochs", "settings")
    same = [name for name in names if getattr(first, name) == getattr(second, name)]
    assert same == []
    assert (
        assignment(("settings = { lr = 0.5 }", "")).checks[0].params.other().settings
        == {}
    )


def test_the_network_is_validated_where_it_is_least_sure():
    net = network(CHECK.params, CHECK.components)
    rng = np.random.default_rng(3)
    task = draw_program(net, rng, "moons", (24, 17), 3, 1, zeros=True)
    run = ProgramRun(task)
    run.written()
    leads = {name: run.leads(name) for name in ("train", "valid")}
    assert min(leads["train"].min(), leads["valid"].min()) > LEAD
    assert leads["valid"].max() < np.median(leads["train"])
