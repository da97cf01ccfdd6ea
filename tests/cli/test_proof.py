"""What a proof concludes from runs, thresholds and margins."""

import io

import numpy as np
import pytest
from rich.console import Console

from grader.assignments import load_files
from grader.checks.convergence import ConvergenceCheck
from grader.cli import proof as module
from grader.cli.proof import Proof
from grader.cli.proof_tables import print_proof
from grader.cli.trials import Trial
from grader.validation.complaints import Severity
from grader.validation.convergence_threshold import Measured
from grader.validation.flakes import Judgement, upper_bound
from tests.assignment_text import CLASSIFIER

LEARNS = f"""{CLASSIFIER}
[[check]]
id = "learns"
kind = "convergence"
layers = ["Linear", "ReLU", "Linear"]
loss = "Loss"
optimizer = "SGD"
settings = {{ lr = 0.2 }}
data = "moons"
hidden = [6]
examples = 43
batch_size = 8
epochs = 2
threshold = 0.9
points = 1
"""


@pytest.fixture
def learns():
    return load_files({"assignment.toml": LEARNS.encode()})


def trial(name="solution", seed=1, surprises=(), judgements=()):
    return Trial(name, "x", seed, 1.0, surprises, 0.5, judgements)


def proof_of(assignment, *trials):
    return Proof(assignment, trials, None, None)


def test_a_surprise_in_one_of_many_runs_is_one_contradiction_with_its_seed(learns):
    said = "a.out: expected passed, got failed"
    runs = [trial(seed=seed) for seed in range(9)]
    found = proof_of(learns, *runs, trial(seed=77, surprises=(said,)))
    (complaint,) = found.contradictions
    assert (complaint.rule, complaint.key) == ("solution", "solution")
    assert complaint.sentence == f"{said} (1 of 10 runs; first with seed 77)"
    assert not found.holds
    assert (found.flakes, found.bound) == (1, upper_bound(1, 10))


def test_a_sample_is_named_with_its_folder(learns):
    found = proof_of(learns, trial(), trial("mask", surprises=("score: no",)))
    assert [one.key for one in found.contradictions] == ["samples/mask"]


def test_a_solution_near_the_bound_is_a_weak_choice(learns):
    near = Judgement("a.out", True, 0.1, 2.0**19)
    far = Judgement("a.grad_x", True, 0.1, 2.0**10)
    found = proof_of(learns, trial(judgements=(near, far)))
    narrow = [one for one in found.complaints if one.rule == "narrow-margin"]
    assert [(one.severity, one.key) for one in narrow] == [(Severity.WEAK, "a.out")]
    assert found.holds


@pytest.mark.parametrize(("reached", "holds"), [(0.7, False), (0.95, True)])
def test_a_threshold_that_right_code_misses_contradicts(
    learns, monkeypatch, tmp_path, reached, holds
):
    def measured(assignment):
        (check,) = assignment.checks
        assert isinstance(check, ConvergenceCheck)
        yield check, Measured(np.full(300, reached), np.empty((0, 6)), 0.5)

    monkeypatch.setattr(module.convergence_threshold, "measured_checks", measured)
    monkeypatch.setattr(module, "run_trials", lambda *arguments: [trial()])
    found = module.prove(learns, tmp_path, None, Console(quiet=True), mistakes=False)
    assert found.holds is holds
    assert {one.key for one in found.contradictions} == (
        set() if holds else {"check learns, threshold"}
    )


def test_what_was_measured_is_kept_and_printed_as_lines_to_copy(
    learns, monkeypatch, tmp_path
):
    def measured(assignment):
        (check,) = assignment.checks
        curves = np.exp(np.random.default_rng(3).normal(size=(9, 6)))
        yield check, Measured(np.linspace(0.88, 1.0, 300), curves, 0.5)

    monkeypatch.setattr(module.convergence_threshold, "measured_checks", measured)
    monkeypatch.setattr(module, "run_trials", lambda *arguments: [trial()])
    screen = Console(file=io.StringIO(), width=60)
    found = module.prove(learns, tmp_path, None, screen, mistakes=False)
    print_proof(screen, found)
    (one,) = found.to_json()["thresholds"]
    printed = screen.file.getvalue().splitlines()
    assert (one["check"], one["stated"], one["missed"]) == ("learns", 0.9, 50)
    assert one["lines"].splitlines()[0] == "threshold = 0.885"
    assert set(one["lines"].splitlines()) <= set(printed)
    assert any(line.startswith("Threshold of learns: 0.9. Of 300") for line in printed)


def test_without_a_measurement_there_are_no_thresholds(learns):
    assert proof_of(learns, trial()).to_json()["thresholds"] is None


def test_the_summary_counts_what_was_found(learns):
    found = proof_of(learns, trial(), trial("mask", surprises=("score: no",)))
    assert found.summary() == {
        "holds": False,
        "runs": 2,
        "complaints": {"contradiction": 1, "weak": 0, "advice": 1},
        "mistakes": None,
    }
