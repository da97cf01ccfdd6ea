"""The kind ``autodiff``: an engine that records a graph and goes back through it."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, Literal, get_args

import numpy as np
from pydantic import Field

from grader.checks.answers import Answer
from grader.checks.base import Check, CheckParams, Finding, Name, Problem, Trial
from grader.checks.component import Component
from grader.checks.feedback import autodiff as words
from grader.checks.graphs import growth, ordering
from grader.checks.graphs.answers import OPERATIONS
from grader.checks.graphs.array_drawing import ARRAYS, EITHER
from grader.checks.graphs.array_mistakes import array_mistakes
from grader.checks.graphs.cases import Case, prepared
from grader.checks.graphs.drawing import COMMON, Draw, drawn
from grader.checks.graphs.mistakes import (
    EVERY_PATH,
    EngineMistake,
    walking_mistakes,
)
from grader.checks.graphs.naming import Suspects
from grader.checks.graphs.operation_mistakes import elementwise_mistakes
from grader.checks.graphs.sketch import Axes, Dialect, Policy
from grader.checks.graphs.verdicts import NOT_ASKED, Panel
from grader.contract.messages import Call, Outcome
from grader.report import Verdict

VALUES = "values"
ORDER = "order"
# Asked last: an engine that does not come back from them has answered all others.
LAST = ("depth", "cost")
ROLES = ("data", "grad", "backward", "zero", "order")
NEEDED = ("add", "multiply")
SCALAR = tuple(
    name
    for name in OPERATIONS
    if name not in {n for _, needs in ARRAYS.values() for n in needs}
    and name != "broadcast_to"
)
PATIENCE = 2


class AutodiffParams(CheckParams):
    """Keys of ``kind = "autodiff"``; the table ``points`` chooses what is judged.

    Parameters
    ----------
    component
        The student's class, such as ``"Value"`` or ``"Tensor"``.
    engine
        ``"scalar"`` for an engine of numbers, ``"array"`` for one of arrays.
    operations
        What the engine can do; ``add`` and ``multiply`` must be among them.
    policy
        What becomes of a leaf's gradient in a second backward: ``"replace"``,
        ``"accumulate"``, or ``"zeroed"`` if it is set to zero before.
    again
        ``"same graph"``, or ``"new graph"`` if an engine need not be able to go back
        twice through one graph.
    upstream
        Whether ``backward`` takes a gradient for an array; if not, every program ends
        in a sum with random weights.
    axes
        Forms of the axis that reductions take: ``all``, ``one``, ``negative``,
        ``several``, ``kept`` (``keepdims``).
    batched
        Whether matrix products take stacks of matrices.
    depth
        Operations in the longest chain.
    order
        ``"topological"`` if any topological order is right, ``"post_order"`` if only
        depth first with operands from left to right is.
    names
        What the course calls ``data``, ``grad``, ``backward``, ``zero``, ``order``
        or an operation, where it differs.
    """

    component: Name
    engine: Literal["scalar", "array"] = "scalar"
    operations: tuple[str, ...]
    policy: Policy = "accumulate"
    again: Literal["same graph", "new graph"] = "same graph"
    upstream: bool = False
    axes: Annotated[tuple[Axes, ...], Field(min_length=1)] = get_args(Axes)
    batched: bool = True
    depth: Annotated[int, Field(strict=True, ge=50, le=20_000)] = 2000
    order: Literal["topological", "post_order"] = "topological"
    names: Mapping[str, Name] = Field(default_factory=dict)

    @property
    def dialect(self) -> Dialect:
        """Return what programs may ask of the engine."""
        arrays = self.engine == "array"
        return Dialect(
            operations=self.operations,
            arrays=arrays,
            upstream=arrays and self.upstream,
            policy=self.policy,
            rebuilds=self.again == "new graph",
            axes=self.axes,
            batched=self.batched,
            depth=self.depth,
        )


class AutodiffCheck(Check):
    """Let an engine run programs, and compare values and gradients topic by topic."""

    kind = "autodiff"
    Params = AutodiffParams
    bindings = ("scalar_graph", "array_graph")
    params: AutodiffParams

    @classmethod
    def quantities(
        cls, params: Any, components: Mapping[str, Component]
    ) -> tuple[str, ...]:
        """Return the topics that the declared operations allow."""
        return (VALUES, *_topics(params))

    @classmethod
    def problems(
        cls, params: Any, components: Mapping[str, Component]
    ) -> list[Problem]:
        """Return what is wrong with the declared operations and names, too."""
        known = OPERATIONS if params.engine == "array" else SCALAR
        found: list[Problem] = [
            (
                ("operations",),
                f"unknown operation {name!r}; known are: {', '.join(known)}",
            )
            for name in params.operations
            if name not in known
        ]
        found += [
            (("operations",), f"{name!r} must be among them")
            for name in _missing(params)
        ]
        found += [
            (
                ("names", name),
                f"must be {', '.join(ROLES)} or one of the operations",
            )
            for name in params.names
            if name not in (*ROLES, *params.operations)
        ]
        return found or super().problems(params, components)

    @property
    def actions(self) -> tuple[str, ...]:
        """Return the one function that an own binding needs."""
        return (self.kind,)

    @property
    def default_title(self) -> str:
        """Say what is judged."""
        return f"{self.params.component}: automatic differentiation"

    @cached_property
    def mistakes(self) -> tuple[EngineMistake, ...]:
        """Return the known mistakes that an engine of this kind can have."""
        dialect = self.params.dialect
        every = (*walking_mistakes(), *elementwise_mistakes(), *array_mistakes())
        twice = "second_order" in self.points
        return tuple(
            one
            for one in every
            if one.can_be_made(dialect) and (twice or not one.constant_gradients)
        )

    def findings(self, trial: Trial) -> Iterable[Finding]:
        """Ask topic by topic, each in a process of its own, then judge."""
        cases = self._asked(trial)
        panel = Panel(
            trial,
            self.params.component,
            self.params.names.get("grad", "grad"),
            self.params.policy,
            self.params.single_precision,
            Suspects(self.mistakes),
            cases,
            [name for name, most in self.points.items() if most],
        )
        return [self._finding(panel, quantity) for quantity in self.points]

    def _finding(self, panel: Panel, quantity: str) -> Finding:
        if quantity == "cost":
            return growth.cost(panel, EVERY_PATH)
        if quantity == "depth":
            return growth.depth(panel, self.params.depth)
        if quantity == ORDER:
            return self._order(panel)
        return panel.finding(quantity)

    def _order(self, panel: Panel) -> Finding:
        """Accept every right order, or only the one that was asked for."""
        exact = self.params.order == "post_order"
        for case in panel.cases[ORDER]:
            trouble = case.answer.trouble_before(ORDER)
            if trouble is not None:
                return panel.errored(ORDER, case, trouble)
            program = case.drawn.program
            given = ordering.named(program, case.answer.arrays[ORDER])
            found = ordering.disorder(program, given, exact=exact)
            if found is not None:
                message = words.disordered(program, found)
                return Finding(ORDER, Verdict.FAILED, message)
        return Finding(ORDER, Verdict.PASSED, words.ORDERED)

    def _asked(self, trial: Trial) -> dict[str, Sequence[Case]]:
        """Return every program that is needed, with what came back for it."""
        topics = _topics(self.params)
        wanted = [
            name
            for name in topics
            if name in self.points
            or (VALUES in self.points and name in ("chain", "constants"))
        ]
        wanted.sort(key=lambda name: LAST.index(name) if name in LAST else -1)
        found: dict[str, Sequence[Case]] = {}
        stopped: list[Answer] = []
        for name in wanted:
            rng = trial.rng(name)
            cases = self._drawn(topics[name], name, rng)
            if _is_hopeless(stopped):
                notes = {NOT_ASKED: "yes"}
                answers = [Answer({}, notes, stopped[-1].trouble)] * len(cases)
            else:
                answers = trial.ask([self._call(name, case) for case in cases])
                stopped.append(answers[0])
            found[name] = [
                case.with_answer(answer)
                for case, answer in zip(cases, answers, strict=True)
            ]
        return found

    def _drawn(self, topic: Draw, name: str, rng: np.random.Generator) -> list[Case]:
        programs = drawn(topic, name, self.params.dialect, rng)
        if name == ORDER:
            return [Case(one, {}) for one in programs]
        return [prepared(one, rng) for one in programs]

    def _call(self, topic: str, case: Case) -> Call:
        options = case.drawn.program.to_options()
        options["component"] = self.params.component
        options["names"] = dict(self.params.names)
        options[ORDER] = topic == ORDER
        return Call(self.kind, dict(case.drawn.arrays), options)


def _topics(params: AutodiffParams) -> dict[str, Draw]:
    """Return what can be asked of an engine with these operations."""
    has = set(params.operations)
    topics = dict(COMMON)
    optional = {**(ARRAYS if params.engine == "array" else {}), **EITHER}
    for name, (draw, needs) in optional.items():
        if not needs or has & set(needs):
            topics[name] = draw
    return topics


def _missing(params: AutodiffParams) -> list[str]:
    """Return the operations that every program may use and that are not declared."""
    needed = list(NEEDED)
    if params.engine == "array" and not params.upstream:
        needed.append("sum")
    return [name for name in needed if name not in params.operations]


def _is_hopeless(stopped: Sequence[Answer]) -> bool:
    """Tell whether asking on would only cost time.

    The file cannot be loaded, or the first programs of two topics did not end.
    """
    if not stopped:
        return False
    last = stopped[-1].trouble
    if last is not None and last.at_load:
        return True
    ended = [one.trouble for one in stopped if one.trouble is not None]
    late = [one for one in ended if one.outcome is Outcome.TIMED_OUT]
    return len(late) >= PATIENCE and late[-1] is last
