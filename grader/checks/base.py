"""What every kind of check is: parameters from the assignment, and a run."""

import hashlib
import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, ClassVar, Literal, Protocol

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from grader.checks.answers import Answer
from grader.checks.component import Component
from grader.checks.visibility import Visibility
from grader.checks.ways import Way
from grader.contract.limits import Limits
from grader.contract.messages import Call
from grader.report import CheckResult, Diagnosis, Verdict
from grader.scoring import earned
from reference.operations.base import Family

KeyPath = tuple[str | int, ...]
Problem = tuple[KeyPath, str]

# The key under which a plain number of points is kept until the quantity is known.
SINGLE = ""


def _as_table(value: object) -> object:
    return value if isinstance(value, dict) else {SINGLE: value}


NotNegative = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(strict=True, ge=0, le=1)]
Points = Annotated[dict[str, NotNegative], BeforeValidator(_as_table)]
Name = Annotated[str, Field(min_length=1)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class CheckParams(BaseModel):
    """Keys that every ``[[check]]`` may have; each kind adds its own.

    Parameters
    ----------
    id
        Unique in the assignment; stays the same when the title changes.
    kind
        Name of a module in ``grader/checks``.
    title
        What people read; made from component and kind when left out.
    points
        A number, or a table with one number for each quantity.
    needs
        Ids of checks; this one is skipped unless all their quantities passed.
    single_precision
        Whether an answer computed in single precision passes with a notice or fails.
    wall_seconds
        Wall clock for each call of this check, where it needs another limit than the
        rest of the assignment.
    visibility
        When students see that the check exists and what came of it: always, never,
        from their own due date on, or once the staff have published the scores. Until
        then they see the sum of the others only.
    public_inputs
        Whether the inputs are public: the same for everybody and every run, and shown
        where the check fails, as code to run at home. They can be learnt by heart, so
        leave points to checks whose inputs are drawn for every run.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)]
    kind: str
    title: str = ""
    points: Points
    needs: tuple[str, ...] = ()
    single_precision: Literal["notice", "fail"] = "notice"
    wall_seconds: Annotated[float, Field(gt=0, le=600, allow_inf_nan=False)] | None = (
        None
    )
    visibility: Visibility = "visible"
    public_inputs: bool = False

    def limits(self, usual: Limits) -> Limits:
        """Return what each process of this check may use."""
        if self.wall_seconds is None:
            return usual
        cpu_seconds = max(usual.cpu_seconds, 2 * math.ceil(self.wall_seconds))
        return replace(usual, wall_seconds=self.wall_seconds, cpu_seconds=cpu_seconds)


@dataclass(frozen=True, slots=True)
class CheckOutline:
    """What the pages need to know of a check before it ran."""

    id: str
    title: str
    kind: str
    component: str
    max_points: float
    visibility: Visibility = "visible"


class Trial(Protocol):
    """One check on one submission: the only way a check reaches the student's code."""

    @property
    def limits(self) -> Limits:
        """Return what each of the student's processes may use."""
        ...

    @property
    def files(self) -> Mapping[str, bytes]:
        """Return the student's files, to quote the line where something went wrong."""
        ...

    @property
    def public_inputs(self) -> bool:
        """Return whether the student may see the inputs."""
        ...

    @property
    def binding(self) -> str:
        """Return which built-in binding is used; empty for the assignment's own."""
        ...

    @property
    def earlier(self) -> Sequence[CheckResult]:
        """Return the results of the checks that ran before this one.

        Only of those that whoever reads this one's result may read too.
        """
        ...

    def rng(self, purpose: str) -> np.random.Generator:
        """Return the secret generator of this run, this check and this purpose."""
        ...

    def ask(self, calls: Sequence[Call], *, one_by_one: bool = False) -> list[Answer]:
        """Make the calls in one fresh process; one answer for each, in order.

        Parameters
        ----------
        one_by_one
            Send each when the answer before it is there, to know what it takes.
        """
        ...


def secret_rng(seed: int, *names: str) -> np.random.Generator:
    """Return a generator that nobody can guess who does not know the run's seed.

    Independent for different names, so that leaving a check out or adding one does
    not change the inputs of the others.
    """
    digest = hashlib.sha256("\0".join(names).encode()).digest()
    words = np.frombuffer(digest, dtype="<u4").tolist()
    return np.random.default_rng(np.random.SeedSequence([seed, *words]))


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check concluded about one quantity, before points are attached.

    Parameters
    ----------
    share
        Part of the quantity's points that was earned; all of them for a pass if
        ``None``, else nothing.
    """

    quantity: str
    verdict: Verdict
    message: str
    share: float | None = None
    diagnosis: Diagnosis | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)


class Check(ABC):
    """One ``[[check]]`` of an assignment, ready to run on any number of submissions."""

    kind: ClassVar[str]
    Params: ClassVar[type[CheckParams]]
    # Built-in bindings that understand what this kind asks.
    bindings: ClassVar[tuple[str, ...]] = ("layer_classes",)

    def __init__(
        self, params: CheckParams, components: Mapping[str, Component]
    ) -> None:
        self.params = params
        self.components = components
        self.points = spread(params.points, self.quantities(params, components))

    @classmethod
    @abstractmethod
    def quantities(
        cls, params: Any, components: Mapping[str, Component]
    ) -> tuple[str, ...]:
        """Return the names of everything that this check can judge, in order."""

    @abstractmethod
    def findings(self, trial: Trial) -> Iterable[Finding]:
        """Ask the student's code and judge; at most one finding for each quantity."""

    @classmethod
    def problems(
        cls, params: Any, components: Mapping[str, Component]
    ) -> list[Problem]:
        """Return what is wrong with the parameters, beyond their types."""
        quantities = cls.quantities(params, components)
        given = params.points
        if set(given) == {SINGLE} and len(quantities) > 1:
            listed = ", ".join(quantities)
            return [(("points",), f"must be a table with numbers for: {listed}")]
        return [
            (("points", name), f"unknown quantity; known are: {', '.join(quantities)}")
            for name in given
            if name not in (*quantities, SINGLE)
        ]

    @property
    def component(self) -> str:
        """Return the name in the student's code that this check is about."""
        return getattr(self.params, "component", "")

    @property
    def actions(self) -> tuple[str, ...]:
        """Return which functions of an assignment's own ``binding.py`` are called.

        Named without running anything, so that a gap is found when the assignment is
        loaded. One that every binding has, such as ``interface``, is not named.
        """
        return ()

    @property
    def parts(self) -> tuple[Component, ...]:
        """Return the components whose functions of ``binding.py`` are called."""
        return ()

    def unasked(self, ways: Mapping[str, Way]) -> list[Problem]:
        """Return what cannot be asked through an assignment's own ``binding.py``.

        Parameters
        ----------
        ways
            How each operation of ``parts`` is answered there, as far as it can be told.
        """
        return []

    @property
    def outline(self) -> CheckOutline:
        """Return what can be said before the check ran."""
        return CheckOutline(
            id=self.params.id,
            title=self.params.title or self.default_title,
            kind=self.params.kind,
            component=self.component,
            max_points=sum(self.points.values()),
            visibility=self.params.visibility,
        )

    @property
    def default_title(self) -> str:
        """Return a title for people, used when the assignment gives none."""
        return f"{self.component}: {self.kind}" if self.component else self.kind

    def run(self, trial: Trial) -> tuple[CheckResult, ...]:
        """Judge every quantity that carries a line in the report, in order."""
        found = {finding.quantity: finding for finding in self.findings(trial)}
        return tuple(self.result(found[name]) for name in self.points if name in found)

    def all_alike(self, verdict: Verdict, message: str) -> tuple[CheckResult, ...]:
        """Return the same conclusion for every quantity, for example a skip."""
        return tuple(
            self.result(Finding(name, verdict, message)) for name in self.points
        )

    def result(self, finding: Finding) -> CheckResult:
        """Attach points and names to a finding."""
        most = self.points[finding.quantity]
        share = finding.share
        if share is None:
            share = 1.0 if finding.verdict is Verdict.PASSED else 0.0
        return CheckResult(
            check=self.params.id,
            title=self.outline.title,
            component=self.component,
            quantity=finding.quantity,
            verdict=finding.verdict,
            points=earned(most, share),
            max_points=most,
            message=finding.message,
            diagnosis=finding.diagnosis,
            evidence=dict(finding.evidence),
        )


class ComponentParams(CheckParams):
    """Keys of the kinds that are about one component.

    Parameters
    ----------
    component
        ``name`` of a ``[[component]]``.
    """

    component: Name


class ComponentCheck(Check):
    """A check of one component, which must belong to one of ``families``.

    Attributes
    ----------
    needs_answer
        Whether the right answer must be known, which for a custom layer it is not.
    """

    families: ClassVar[tuple[Family, ...]]
    needs_answer: ClassVar[bool] = True

    @property
    def part(self) -> Component:
        """Return the component this check is about."""
        return self.components[self.component]

    @property
    def actions(self) -> tuple[str, ...]:
        """Return the name of the component's operation."""
        return (self.part.operation,)

    @property
    def parts(self) -> tuple[Component, ...]:
        """Return the component."""
        return (self.part,)

    @classmethod
    def problems(
        cls, params: Any, components: Mapping[str, Component]
    ) -> list[Problem]:
        """Return what is wrong, the choice of the component included."""
        reason = wrong_component(
            params.component,
            components,
            cls.families,
            needs_answer=cls.needs_answer,
        )
        if reason:
            return [(("component",), reason)]
        return super().problems(params, components)


_ARTICLES = {
    Family.LAYER: "a layer",
    Family.LOSS: "a loss",
    Family.OPTIMIZER: "an optimizer",
    Family.FUNCTION: "a function",
    Family.INITIALIZER: "an initialiser",
}


def wrong_component(
    name: str,
    components: Mapping[str, Component],
    families: tuple[Family, ...],
    *,
    needs_answer: bool = True,
) -> str:
    """Say why ``name`` cannot stand for one of ``families``, or nothing."""
    if name not in components:
        known = ", ".join(components) or "none"
        return f"there is no [[component]] named {name!r}; there are: {known}"
    operation = components[name].reference()
    family = operation.family
    if needs_answer and not operation.has_answer:
        return (
            f"{name!r} is a custom layer: nobody knows its right answers, which this "
            "kind of check compares with. Use gradcheck or properties"
        )
    if family not in families:
        wanted = " or ".join(_ARTICLES[one] for one in families)
        return f"must be {wanted}, but {name!r} is {_ARTICLES[family]}"
    return ""


def spread(
    points: Mapping[str, float], quantities: tuple[str, ...]
) -> dict[str, float]:
    """Give each judged quantity its points, in the order of ``quantities``.

    A plain number belongs to the only quantity. In a table, what is not named is not
    judged.
    """
    if set(points) == {SINGLE}:
        return dict.fromkeys(quantities, points[SINGLE])
    return {name: points[name] for name in quantities if name in points}
