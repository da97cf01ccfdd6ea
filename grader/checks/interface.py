"""The kind ``interface``: everything is there that will be called."""

from collections.abc import Iterable, Mapping
from typing import Any

from grader.checks import evidence
from grader.checks.base import (
    Check,
    CheckParams,
    Finding,
    Problem,
    Trial,
)
from grader.checks.component import Component
from grader.checks.feedback import interface as words
from grader.checks.feedback import troubles
from grader.contract.messages import Call
from grader.report import Verdict
from reference.operations.base import Family

QUANTITY = "interface"
PRESENT = "present"
METHODS = {
    Family.LAYER: ("forward", "backward"),
    Family.LOSS: ("forward", "backward"),
    Family.OPTIMIZER: ("step",),
    Family.FUNCTION: (),
    Family.INITIALIZER: (),
}


class InterfaceParams(CheckParams):
    """Keys of ``kind = "interface"``; one quantity, ``interface``.

    Parameters
    ----------
    components
        Names of components to look for; all of them if left out.
    functions
        Names of functions to look for, such as ``["train"]``.
    """

    components: tuple[str, ...] | None = None
    functions: tuple[str, ...] = ()


class InterfaceCheck(Check):
    """Look for classes, their methods, and functions, without running them."""

    kind = "interface"
    Params = InterfaceParams
    params: InterfaceParams

    @classmethod
    def quantities(
        cls, params: Any, components: Mapping[str, Component]
    ) -> tuple[str, ...]:
        """Return ``interface``."""
        return (QUANTITY,)

    @property
    def default_title(self) -> str:
        """Say what is looked for."""
        return "Classes and functions are there"

    @classmethod
    def problems(
        cls, params: Any, components: Mapping[str, Component]
    ) -> list[Problem]:
        """Say which components are not declared."""
        return super().problems(params, components) + [
            (("components",), f"there is no [[component]] named {name!r}")
            for name in params.components or ()
            if name not in components
        ]

    def findings(self, trial: Trial) -> Iterable[Finding]:
        """Ask the binding once and list every gap."""
        wanted = self.params.components
        parts = [
            part
            for name, part in self.components.items()
            if wanted is None or name in wanted
        ]
        (answer,) = trial.ask([self._call(parts)])
        if answer.trouble is not None:
            message = troubles.trouble(answer.trouble, trial.limits, "")
            facts = evidence.of_trouble(answer.trouble, trial.files)
            return [Finding(QUANTITY, Verdict.ERRORED, message, evidence=facts)]
        names = [part.name for part in parts] + list(self.params.functions)
        states = {name: answer.notes.get(name, "missing") for name in names}
        gaps = [
            name if state == "missing" else f"{name} ({state})"
            for name, state in states.items()
            if state != PRESENT
        ]
        if gaps:
            message = words.gaps(gaps, answer.notes.get("found", ""))
            facts = {"interface": states}
            return [Finding(QUANTITY, Verdict.FAILED, message, evidence=facts)]
        message = words.complete(names)
        return [Finding(QUANTITY, Verdict.PASSED, message)]

    def _call(self, parts: list[Component]) -> Call:
        looked_for = []
        for part in parts:
            family = part.reference().family
            looked_for.append(
                {
                    "component": part.name,
                    "family": str(family),
                    "methods": list(METHODS[family]),
                }
            )
        return Call(
            action="interface",
            options={
                "family": "interface",
                "components": looked_for,
                "functions": list(self.params.functions),
            },
        )
