"""The kind ``program``: a whole program that trains a network and writes files.

The binding runs it with files that we draw, and reads the numbers that it wrote. What
it should have written is computed here by training the reference in the same way, twice
with different sizes and rates, so that nothing can be written into the code.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from grader.checks import evidence
from grader.checks.answers import Answer
from grader.checks.base import Check, Finding, Name, Problem, Trial
from grader.checks.component import Component
from grader.checks.feedback import program as words
from grader.checks.feedback import troubles
from grader.checks.programs.mistakes import recognised
from grader.checks.programs.run import SETS, ProgramRun, ProgramTask, draw_program
from grader.checks.trainings.trainable import NetworkParams, network, wrong_network
from grader.contract.messages import Array, Call
from grader.report import Verdict

Arrays = Mapping[str, Array]

RUNS, PREDICTIONS, METRICS = "runs", "predictions", "metrics"
LOSSES = tuple(f"{name}_losses" for name in SETS)
ERRORS = tuple(f"{name}_error" for name in SETS)
LABELS = tuple(f"{name}_predictions" for name in SETS)
WRITTEN = (*LOSSES, *ERRORS, *LABELS)
Written = Literal[
    "train_losses",
    "valid_losses",
    "train_error",
    "valid_error",
    "train_predictions",
    "valid_predictions",
]
# A loss close to zero has fewer digits behind the point than one close to one.
LEAST_LOSS = 0.1
# The second run: other numbers for everything that comes with the arguments.
OTHER_RATE = 0.75
Count = Annotated[int, Field(strict=True, ge=1)]


class ProgramParams(NetworkParams):
    """Keys of ``kind = "program"``; quantities ``runs``, ``predictions``, ``metrics``.

    ``layers``, ``loss``, ``optimizer``, ``hidden`` and ``settings`` describe the
    network that the program trains, as for ``training``. Batches are cut in the order
    of the file.

    Parameters
    ----------
    program
        The student's file, as sentences call it.
    examples, validation
        How many lines the two files of examples have.
    start
        Weights at the start, ``"zeros"`` or ``"drawn"``; the binding is given them.
    tolerance
        By how much a loss may be off, as a share of it: for the digits that are lost in
        writing.
    names
        What sentences call what is written, such as ``train_losses =
        "crossentropy(train)"``.
    """

    program: Name
    examples: Annotated[int, Field(strict=True, ge=8, le=500)] = 24
    validation: Annotated[int, Field(strict=True, ge=3, le=500)] = 17
    hidden: tuple[Count, ...] = (5,)
    batch_size: Count = 1
    epochs: Annotated[int, Field(strict=True, ge=2, le=50)] = 3
    start: Literal["zeros", "drawn"] = "zeros"
    tolerance: Annotated[float, Field(gt=0, le=1e-3)] = 1e-4
    names: dict[Written, Name] = Field(default_factory=dict)

    def other(self) -> "ProgramParams":
        """Return the parameters of the second run."""
        settings = dict(self.settings)
        if "lr" in settings:
            settings["lr"] *= OTHER_RATE
        update = {
            "examples": self.examples - 3,
            "validation": self.validation + 2,
            "hidden": tuple(width + 2 for width in self.hidden),
            "epochs": self.epochs + 1,
            "settings": settings,
        }
        return self.model_copy(update=update)


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    """One run of the program: what is asked, what is right, and what came back."""

    params: ProgramParams
    task: ProgramTask
    right: Arrays
    answer: Answer

    @property
    def described(self) -> str:
        """Return a sentence that says which run it is."""
        params = self.params
        return words.run_of(params.examples, params.hidden, params.epochs)


class ProgramCheck(Check):
    """Run a program twice and compare everything that it wrote."""

    kind = "program"
    bindings = ()
    Params = ProgramParams
    params: ProgramParams

    @classmethod
    def quantities(
        cls, params: Any, components: Mapping[str, Component]
    ) -> tuple[str, ...]:
        """Return ``runs``, ``predictions`` and ``metrics``."""
        return (RUNS, PREDICTIONS, METRICS)

    @property
    def component(self) -> str:
        """Return the student's file."""
        return self.params.program

    @property
    def actions(self) -> tuple[str, ...]:
        """Return ``program``."""
        return ("program",)

    @property
    def default_title(self) -> str:
        """Say what is run."""
        return f"{self.params.program} as a whole"

    @classmethod
    def problems(
        cls, params: Any, components: Mapping[str, Component]
    ) -> list[Problem]:
        """Say which parts do not fit, and what would stay as it is from zeros."""
        problems = super().problems(params, components)
        problems += wrong_network(params, components)
        if problems:
            return problems
        if params.single_precision == "fail":
            reason = "cannot be seen in numbers that were written with a few digits"
            problems.append((("single_precision",), reason))
        still = _untouched(params, components)
        if still:
            reason = f"from these weights the training never changes {', '.join(still)}"
            problems.append((("start",), reason))
        return problems

    def findings(self, trial: Trial) -> Iterable[Finding]:
        """Run the program with two sets of files and arguments."""
        cases = self._cases(trial)
        judges = {
            RUNS: self._runs,
            PREDICTIONS: self._predictions,
            METRICS: self._metrics,
        }
        return [judges[name](trial, cases) for name in self.points]

    def _cases(self, trial: Trial) -> list[_Case]:
        every = [self.params, self.params.other()]
        tasks = [
            _task(params, self.components, trial.rng(f"run {number}"))
            for number, params in enumerate(every)
        ]
        calls = [
            self._call(params, task) for params, task in zip(every, tasks, strict=True)
        ]
        answers = trial.ask(calls)
        return [
            _Case(params, task, ProgramRun(task).written(), answer)
            for params, task, answer in zip(every, tasks, answers, strict=True)
        ]

    def _call(self, params: ProgramParams, task: ProgramTask) -> Call:
        optimizer = task.net.optimizer
        options = {
            "family": "program",
            "hidden": list(params.hidden),
            "epochs": params.epochs,
            "batch_size": params.batch_size,
            "construct": optimizer.arguments(task.net.optimizer_operation.sizes({})),
        }
        return Call("program", task.arrays(), options)

    def _spoken(self, name: str) -> str:
        names: dict[Any, str] = {**self.params.names}
        return names.get(name, words.SPOKEN[name])

    def _runs(self, trial: Trial, cases: list[_Case]) -> Finding:
        for case in cases:
            found = self._incomplete(trial, case, RUNS, WRITTEN)
            if found is not None:
                return found
        return Finding(RUNS, Verdict.PASSED, words.RAN)

    def _incomplete(
        self, trial: Trial, case: _Case, quantity: str, wanted: Iterable[str]
    ) -> Finding | None:
        """Return a finding if not everything came back in the right number."""
        for name in wanted:
            trouble = case.answer.trouble_before(name)
            if trouble is not None:
                said = troubles.trouble(trouble, trial.limits, self.component)
                facts = evidence.of_trouble(trouble, trial.files)
                return Finding(quantity, Verdict.ERRORED, said, evidence=facts)
            got, right = case.answer.arrays[name], case.right[name]
            if got.shape != right.shape or got.dtype.kind not in "fiu":
                what = "lines" if name in LABELS else "numbers"
                said = words.count(self._spoken(name), got, right.size, of=what)
                said = f"{said} {case.described}"
                return Finding(quantity, Verdict.FAILED, said)
        return None

    def _predictions(self, trial: Trial, cases: list[_Case]) -> Finding:
        for case in cases:
            found = self._incomplete(trial, case, PREDICTIONS, LABELS)
            if found is not None:
                return found
            for name in LABELS:
                right, got = case.right[name], case.answer.arrays[name]
                if not np.array_equal(right, got):
                    said = words.prediction(self._spoken(name), right, got)
                    if self._losses_are_right(cases):
                        said = f"{said} {words.LABELS_ONLY}"
                    said = f"{said} {case.described}"
                    facts = {"wrong_entries": int((right != got).sum())}
                    return Finding(PREDICTIONS, Verdict.FAILED, said, evidence=facts)
        return Finding(PREDICTIONS, Verdict.PASSED, words.PREDICTIONS_RIGHT)

    def _losses_are_right(self, cases: list[_Case]) -> bool:
        alike = partial(losses_alike, self.params.tolerance)
        return all(alike(case.right, case.answer.arrays) for case in cases)

    def _metrics(self, trial: Trial, cases: list[_Case]) -> Finding:
        for case in cases:
            found = self._incomplete(trial, case, METRICS, (*LOSSES, *ERRORS))
            if found is not None:
                return found
        for case in cases:
            found = self._wrong_losses(trial, case, cases) or self._wrong_errors(case)
            if found is not None:
                return found
        facts = {"tolerance": self.params.tolerance, "curves": _curves(cases[0])}
        return Finding(METRICS, Verdict.PASSED, words.METRICS_RIGHT, evidence=facts)

    def _cleared(self, trial: Trial) -> set[tuple[str, str]]:
        """Return which quantities of which operations are right elsewhere."""
        return {
            (self.components[result.component].operation, result.quantity)
            for result in trial.earlier
            if result.component in self.components and result.verdict is Verdict.PASSED
        }

    def _wrong_losses(
        self, trial: Trial, case: _Case, cases: list[_Case]
    ) -> Finding | None:
        firsts = {
            name: _first_apart(case.right[name], case.answer.arrays[name], self.params)
            for name in LOSSES
        }
        name = min(LOSSES, key=lambda one: firsts[one])
        first = firsts[name]
        if first == len(case.right[name]):
            return None
        right, got = (
            float(found[name][first]) for found in (case.right, case.answer.arrays)
        )
        said = words.loss(self._spoken(name), first + 1, right, got)
        named = recognised(
            [one.task for one in cases],
            [one.answer.arrays for one in cases],
            [one.right for one in cases],
            partial(losses_alike, self.params.tolerance),
            self._cleared(trial),
        )
        facts = {
            "first_wrong_epoch": first + 1,
            "expected": evidence.number(right),
            "got": evidence.number(got),
            "tolerance": self.params.tolerance,
            "curves": _curves(case),
        }
        said = f"{said} {case.described}"
        if case is not cases[0]:
            first_run = cases[0].params
            other = first_run.examples, first_run.hidden, first_run.epochs
            said = f"{said} {words.other_run(*other)}"
        return Finding(METRICS, Verdict.FAILED, said, diagnosis=named, evidence=facts)

    def _wrong_errors(self, case: _Case) -> Finding | None:
        for name, set_name in zip(ERRORS, SETS, strict=True):
            right, got = float(case.right[name]), float(case.answer.arrays[name])
            examples = len(case.task.labels[set_name])
            # Half an example: written with two digits it still is the same number.
            if not abs(right - got) < 0.5 / examples:
                said = words.error(self._spoken(name), right, got, examples)
                facts = {
                    "expected": evidence.number(right),
                    "got": evidence.number(got),
                }
                said = f"{said} {case.described}"
                return Finding(METRICS, Verdict.FAILED, said, evidence=facts)
        return None


def losses_alike(tolerance: float, one: Arrays, other: Arrays) -> bool:
    """Tell whether the losses of two results agree, as far as they were written."""
    pairs = [(one.get(name), other.get(name)) for name in LOSSES]
    return all(
        first is not None
        and second is not None
        and first.shape == second.shape
        and not _apart(first, second, tolerance).any()
        for first, second in pairs
    )


def _apart(right: Array, got: Array, tolerance: float) -> Array:
    with np.errstate(all="ignore"):
        allowed = tolerance * np.maximum(np.abs(right), LEAST_LOSS)
        # Written so that NaN counts as apart.
        return np.asarray(~(np.abs(got - right) <= allowed))


def _first_apart(right: Array, got: Array, params: ProgramParams) -> int:
    """Return the first place where two results differ, or the number of places."""
    apart = _apart(right, got, params.tolerance)
    return int(np.argmax([*apart, True]))


def _curves(case: _Case) -> dict[str, Any]:
    name = LOSSES[0]
    return evidence.curves(
        "epoch", expected=case.right[name], got=case.answer.arrays[name]
    )


def _task(
    params: ProgramParams,
    components: Mapping[str, Component],
    rng: np.random.Generator,
) -> ProgramTask:
    return draw_program(
        network(params, components),
        rng,
        params.data,
        (params.examples, params.validation),
        params.epochs,
        params.batch_size,
        zeros=params.start == "zeros",
    )


def _untouched(params: ProgramParams, components: Mapping[str, Component]) -> list[str]:
    """Return the parameters that a right program leaves as they are."""
    task = _task(params, components, np.random.default_rng(0))
    run = ProgramRun(task)
    run.written()
    after = task.net.held_by(run.layers)
    return [name for name in after if np.array_equal(after[name], task.weights[name])]
