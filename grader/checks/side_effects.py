"""The kind ``side_effects``: what forward and backward do besides what they return.

The student's process uses its own objects as it is told and returns numbers: the inputs
as they are afterwards, the gradients of both calls, the state of the random numbers.
They are judged here, but a hostile process can say that an array is unchanged when it
is not. So this is for advice and for few points.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import numpy as np

from grader.checks import evidence, own_binding
from grader.checks.answers import Answer, Trouble
from grader.checks.base import (
    ComponentCheck,
    ComponentParams,
    Finding,
    Problem,
    Trial,
)
from grader.checks.compare import (
    Comparison,
    Expected,
    compare,
    largest,
    reference_answer,
)
from grader.checks.component import Component
from grader.checks.effects.base import ONE, RANDOM, TWO, Effect, Pair, Scene
from grader.checks.effects.catalogue import EFFECTS
from grader.checks.feedback import comparing, troubles
from grader.checks.feedback import side_effects as words
from grader.checks.sequences import MissingAnswerError, Taken, once, sequence
from grader.checks.ways import Way
from grader.contract.messages import Array, Call
from grader.report import Verdict
from reference.operations.base import Family


class SideEffectsParams(ComponentParams):
    """Keys of ``kind = "side_effects"``; a quantity is judged if it has points.

    Points of 0 make it advice.

    Parameters
    ----------
    gradients
        What another backward does to the gradients of parameters: ``"replace"`` them,
        or ``"accumulate"``.
    """

    gradients: Literal["replace", "accumulate"] = "replace"


class SideEffectsCheck(ComponentCheck):
    """Use the student's objects in unusual ways; compare them with themselves."""

    kind = "side_effects"
    Params = SideEffectsParams
    families = (Family.LAYER, Family.LOSS)
    needs_answer = False
    params: SideEffectsParams

    @classmethod
    def quantities(
        cls, params: Any, components: Mapping[str, Component]
    ) -> tuple[str, ...]:
        """Return the effects that can be asked of the component."""
        operation = components[params.component].reference()
        return tuple(n for n, effect in EFFECTS.items() if effect.applies(operation))

    @property
    def default_title(self) -> str:
        """Say what is judged."""
        return f"{self.component}: side effects"

    def unasked(self, ways: Mapping[str, Way]) -> list[Problem]:
        """Say which effects need the same object twice."""
        problems = list(own_binding.at_once([(("component",), self.part)], ways))
        if not own_binding.makes_anew(self.part, ways):
            return problems
        reason = own_binding.TWICE.format(operation=self.part.operation)
        return problems + [
            (("points", name), f"{name} {reason}")
            for name in self.points
            if EFFECTS[name].one_object
        ]

    def findings(self, trial: Trial) -> Iterable[Finding]:
        """Ask for everything at once and judge each effect by itself."""
        scene = self._scene(trial)
        effects = [EFFECTS[name] for name in self.points]
        asked = [effect.calls(scene) for effect in effects]
        answers = iter(trial.ask([_plain(scene), *(c for some in asked for c in some)]))
        own = Taken(next(answers))
        judge = _Judge(trial, scene, own)
        groups = [[next(answers) for _ in some] for some in asked]
        return [
            judge.finding(effect, group)
            for effect, group in zip(effects, groups, strict=True)
        ]

    def _scene(self, trial: Trial) -> Scene:
        operation = self.part.reference()
        one, two = (
            operation.draw(trial.rng(f"inputs {which}"), variant=0)
            for which in (ONE, TWO)
        )
        return Scene(self.part, operation, one, two, self.params.gradients)


def _plain(scene: Scene) -> Call:
    """Ask new objects about both sets of inputs, one after the other."""
    rounds = {ONE: scene.one, TWO: scene.two}
    steps = [*once("a", ONE, ONE), *once("b", TWO, TWO)]
    return sequence(scene.part, scene.operation, rounds, steps)


class _Judge:
    """Turns what came back into findings."""

    def __init__(self, trial: Trial, scene: Scene, own: Taken) -> None:
        self._trial = trial
        self._scene = scene
        self._own = own
        rng = trial.rng("scales")
        # Without a reference the size of an answer has to do as its scale.
        self._kappas: dict[str, float] = {}
        if scene.operation.has_answer:
            answer = reference_answer(scene.operation, scene.one, rng)
            self._kappas = {name: one.kappa for name, one in answer.items()}

    def finding(self, effect: Effect, answers: list[Answer]) -> Finding:
        """Judge one effect."""
        try:
            if not self._responds():
                return Finding(effect.name, Verdict.SKIPPED, words.UNRESPONSIVE)
            taken = [Taken(answer) for answer in answers]
            for pair in effect.pairs(self._scene, self._own, taken):
                found = self._compared(pair)
                if found is not None:
                    return self._failed(effect, pair, found)
        except MissingAnswerError as error:
            return self._errored(effect, error.trouble)
        return Finding(effect.name, Verdict.PASSED, words.FINE[effect.name])

    def _responds(self) -> bool:
        """Tell whether other inputs give another answer: then something is computed."""
        for name in self._scene.quantities:
            self._own(ONE, name)
        return any(
            not np.array_equal(self._own(ONE, name), self._own(TWO, name))
            for name in self._scene.quantities
        )

    def _compared(self, pair: Pair) -> Comparison | None:
        """Return in what way a pair differs, or ``None``."""
        first, second = pair.first, pair.second
        if pair.exact:
            same = first.dtype.kind == second.dtype.kind and _equal(first, second)
            return None if same else compare(Expected(first, largest(first)), second)
        found = [self._difference(pair, one) for one in (first, *pair.others)]
        return None if None in found else found[0]

    def _difference(self, pair: Pair, first: Array) -> Comparison | None:
        if _equal(first, pair.second):
            return None
        known, second = _without_overflow(first, pair.second)
        kappa = max(self._kappas.get(pair.name, 0.0), largest(known))
        found = compare(Expected(known, kappa), second)
        return None if found.is_right else found

    def _failed(self, effect: Effect, pair: Pair, found: Comparison) -> Finding:
        message = words.changed(effect.name, pair.when, self._subject(pair), found)
        facts = {}
        if pair.name != RANDOM:
            facts = evidence.of_comparison(found, self._scene.one)
        return Finding(effect.name, Verdict.FAILED, message, evidence=facts)

    def _subject(self, pair: Pair) -> str:
        """Return what students call one of the arrays."""
        operation, names = self._scene.operation, self._scene.part.names
        if pair.name in operation.quantities:
            return comparing.spoken(pair.name, operation, names)
        if pair.name in operation.parameters:
            return names.get(pair.name, f'params["{pair.name}"]')
        return pair.name

    def _errored(self, effect: Effect, trouble: Trouble) -> Finding:
        part = self._scene.part
        reason = troubles.trouble(trouble, self._trial.limits, part.name, part.names)
        facts = evidence.of_trouble(trouble, self._trial.files)
        message = words.failed(effect.name, reason)
        return Finding(effect.name, Verdict.ERRORED, message, evidence=facts)


def _equal(first: Array, second: Array) -> bool:
    """Tell whether numbers are the same; NaN where NaN was is the same."""
    nan = first.dtype.kind in "fc" and second.dtype.kind in "fc"
    return np.array_equal(first, second, equal_nan=nan)


def _without_overflow(first: Array, second: Array) -> tuple[Array, Array]:
    """Return both with 0 where neither is finite: that is a mistake of forward."""
    if first.dtype.kind != "f" or second.dtype.kind != "f":
        return first, second
    if first.shape != second.shape:
        return first, second
    lost = ~np.isfinite(first) & ~np.isfinite(second)
    return np.where(lost, 0.0, first), np.where(lost, 0.0, second)
