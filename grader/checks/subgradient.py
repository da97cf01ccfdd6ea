"""The kind ``subgradient``: answers exactly where there is no derivative.

All other kinds keep away from these places, because right code may differ there. Here
every valid subgradient passes, or only the convention that the component declares.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from grader.checks import calls
from grader.checks.answers import Answer
from grader.checks.base import (
    ComponentCheck,
    ComponentParams,
    Finding,
    Problem,
    Trial,
)
from grader.checks.compare import (
    JITTER,
    JITTERS,
    Comparison,
    Expected,
    Index,
    compare,
    jittered,
    largest,
)
from grader.checks.component import Component
from grader.checks.feedback import subgradient as words
from grader.checks.judging import DrawnCase, Judge, draw_cases
from grader.contract.messages import Array
from grader.report import Verdict
from reference.operations.base import Family, Operation

Arrays = Mapping[str, Array]
# Two shapes, so that a diagnosis is confirmed.
KINKED = (0, 1)
# Larger than every gradient: the answer nearest to it is the largest that is right.
FAR = 1e6


class SubgradientParams(ComponentParams):
    """Keys of ``kind = "subgradient"``; one quantity for each output and gradient.

    Parameters
    ----------
    exact
        Whether only the convention of the component is right (``gradient_at_zero``,
        ``ties``, ``value_at_zero``), in place of every valid subgradient.
    """

    exact: bool = False


class SubgradientCheck(ComponentCheck):
    """Ask on inputs with kinks and ties among them, on two shapes."""

    kind = "subgradient"
    Params = SubgradientParams
    families = (Family.LAYER, Family.LOSS, Family.FUNCTION)
    params: SubgradientParams

    @classmethod
    def quantities(
        cls, params: Any, components: Mapping[str, Component]
    ) -> tuple[str, ...]:
        """Return the names of the outputs and gradients of the component."""
        return components[params.component].reference().quantities

    @property
    def default_title(self) -> str:
        """Say where it is asked."""
        return f"{self.component}: {self.part.reference().kink}"

    @classmethod
    def problems(
        cls, params: Any, components: Mapping[str, Component]
    ) -> list[Problem]:
        """Say where there is no kink to ask about."""
        problems = super().problems(params, components)
        if not problems and not has_kinks(components[params.component].reference()):
            return [(("component",), words.NO_KINKS)]
        return problems

    def findings(self, trial: Trial) -> Iterable[Finding]:
        """Ask about inputs with kinks, and once without, to tell the two apart."""
        operation = self.part.reference()
        plain = draw_cases(trial, operation, variants=KINKED[:1])
        kinked = _kinked_cases(trial, operation)
        answers = trial.ask(
            [
                calls.everything(self.part, operation, case.arrays)
                for case in (*plain, *kinked)
            ]
        )
        ordinary = self._judge(trial, operation, plain, answers[:1])
        declared = self._judge(trial, operation, kinked, answers[1:])
        settled = declared if self.params.exact else _settled(declared)
        return [
            self._finding(quantity, settled, declared, ordinary)
            for quantity in self.points
        ]

    def _judge(
        self,
        trial: Trial,
        operation: Operation,
        cases: Sequence[DrawnCase],
        answers: Sequence[Answer],
    ) -> Judge:
        policy = self.params.single_precision
        return Judge(trial, self.part, operation, policy, cases, answers)

    def _finding(
        self, quantity: str, settled: Judge, declared: Judge, ordinary: Judge
    ) -> Finding:
        """Judge one quantity, and say what kinks have to do with a wrong one."""
        found = settled.finding(quantity)
        kink = settled.operation.kink
        if found.verdict is Verdict.PASSED:
            return replace(found, message=words.right(found.message, kink))
        elsewhere = ordinary.finding(quantity).verdict
        if found.verdict is Verdict.ERRORED:
            at_kinks_only = elsewhere is not Verdict.ERRORED
            return replace(
                found, diagnosis=words.breaks(kink) if at_kinks_only else None
            )
        if elsewhere is not Verdict.PASSED:
            message = words.wrong_elsewhere(kink)
        elif self.params.exact and _settled(declared).finding(quantity).verdict is (
            Verdict.PASSED
        ):
            message = words.other_convention(kink)
        else:
            message = _about_kink(settled, quantity)
        return replace(found, message=f"{found.message} {message}")


def has_kinks(operation: Operation) -> bool:
    """Tell whether an operation can be asked about places without a derivative."""
    # The numbers do not matter here, only whether there are any.
    return operation.kinked(np.random.default_rng(0)) is not None


def _kinked_cases(trial: Trial, operation: Operation) -> list[DrawnCase]:
    """Draw secret inputs with kinks and ask the reference about its convention."""
    cases = []
    for variant in KINKED:
        rng = trial.rng(f"kinks {variant}")
        arrays = operation.kinked(rng, variant=variant) or {}
        expected = _declared(operation, arrays, rng)
        cases.append(DrawnCase(arrays, expected, variant))
    return cases


def _declared(
    operation: Operation, arrays: Arrays, rng: np.random.Generator
) -> dict[str, Expected]:
    """Return the answers under the declared convention, with their scales.

    Inputs that are moved leave their kinks, where answers jump. So only what the
    answers depend on smoothly is jittered: upstream gradients and those parameters of
    a layer that do not decide where its kinks are.
    """
    right = operation.answer(arrays)
    kappas = {name: largest(value) for name, value in right.items()}
    smooth = {f"grad_{output}" for output in operation.upstreams(arrays)}
    if operation.family is Family.LAYER:
        smooth |= set(operation.parameters) - set(operation.moves_kinks)
    chosen = {name: value for name, value in arrays.items() if name in smooth}
    for _ in range(JITTERS):
        moved = operation.answer({**arrays, **jittered(chosen, rng, JITTER)})
        for name, value in right.items():
            change = largest(moved[name] - value) / JITTER
            kappas[name] = max(kappas[name], change)
    # Adding zero makes a negative zero an ordinary one, for messages.
    return {name: Expected(value + 0.0, kappas[name]) for name, value in right.items()}


def _settled(declared: Judge) -> Judge:
    """Return a judge that expects of each answer the nearest one that is right."""
    cases = [
        replace(case, expected=_nearest(declared.operation, case, answer))
        for case, answer in zip(declared.cases, declared.answers, strict=True)
    ]
    return replace(declared, cases=cases)


def _nearest(
    operation: Operation, case: DrawnCase, answer: Answer
) -> dict[str, Expected]:
    found = dict(case.expected)
    for name, declared in case.expected.items():
        got = answer.arrays.get(name)
        if got is None or not _may_be_right(declared, got):
            continue
        nearest = operation.nearest(case.arrays, name, got.astype(np.float64)) + 0.0
        kappa = max(declared.kappa, largest(nearest))
        found[name] = Expected(nearest, kappa)
    return found


def _may_be_right(declared: Expected, got: Array) -> bool:
    """Tell whether an answer that is not the declared one may be right as well.

    The declared one is, even if it is no subgradient: all tied entries of a window get
    the full gradient where a course says so.
    """
    found = compare(declared, got)
    return bool(np.isfinite(found.distance)) and not found.is_right


def _about_kink(judge: Judge, quantity: str) -> str:
    """Say what is right at the entry that the message is about."""
    operation = judge.operation
    for case, answer in zip(judge.cases, judge.answers, strict=True):
        found = compare(case.expected[quantity], answer.arrays[quantity])
        if judge.is_good_enough(found) or found.worst is None:
            continue
        low, high = _span(operation, case.arrays, quantity, found, found.worst)
        if low < high:
            is_between = low <= found.got[found.worst] <= high
            say = words.shared if is_between else words.choice
            return say(operation.kink, low, high)
    return words.asked_there(operation.kink)


def _span(
    operation: Operation,
    arrays: Arrays,
    quantity: str,
    found: Comparison,
    place: Index,
) -> tuple[float, float]:
    """Return the least and the largest number that is right at one entry."""
    ends = []
    for far in (-FAR, FAR):
        wished = np.array(found.expected, dtype=np.float64)
        wished[place] = far
        nearest = operation.nearest(arrays, quantity, wished)[place]
        # Adding zero makes a negative zero an ordinary one.
        ends.append(float(nearest) + 0.0)
    return ends[0], ends[1]
