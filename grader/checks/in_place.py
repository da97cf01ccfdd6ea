"""What is made of code that writes into the arrays it is given.

The answer may be right all the same; whoever else holds the array is then wrong. The
jail notes which inputs were changed. A hostile process can leave that out, so no points
are earned by it: they can only be lost, where the assignment says so.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from grader.checks.answers import Answer
from grader.checks.base import ComponentParams, Finding
from grader.checks.feedback import in_place as words
from grader.report import Verdict
from reference.operations.base import Operation

Policy = Literal["allow", "warn", "fail"]


class InPlaceParams(ComponentParams):
    """Keys of the kinds that call forward or backward once.

    Parameters
    ----------
    in_place
        Whether code that changes its inputs passes as any other (``"allow"``), with a
        notice (``"warn"``), or not (``"fail"``).
    """

    in_place: Policy = "warn"


def judged(
    findings: Sequence[Finding],
    operation: Operation,
    answers: Sequence[Answer],
    policy: Policy,
) -> list[Finding]:
    """Return findings with what follows from changed inputs: once, on the first pass.

    Parameters
    ----------
    answers
        Those that the findings are about.
    """
    changed = sorted({n for answer in answers for n in _changed(operation, answer)})
    if policy == "allow" or not changed:
        return list(findings)
    first = next((f for f in findings if f.verdict is Verdict.PASSED), None)
    return [
        _noticed(finding, changed, policy) if finding is first else finding
        for finding in findings
    ]


def _changed(operation: Operation, answer: Answer) -> set[str]:
    """Return the inputs that belong to the caller and were changed.

    Other names that come out of the jail are not repeated to anybody. Parameters and
    states belong to the object.
    """
    upstreams = {f"grad_{output}" for output in operation.outputs}
    noted = answer.notes.get("modified", "").split(", ")
    return {*operation.arguments, *upstreams} & set(noted)


def _noticed(finding: Finding, changed: Sequence[str], policy: Policy) -> Finding:
    advice = words.changed(changed)
    facts = {**finding.evidence, "modified": ", ".join(changed)}
    message = f"{finding.message} {advice}"
    if policy == "fail":
        return replace(
            finding, verdict=Verdict.FAILED, message=message, evidence=facts, share=None
        )
    earlier = facts.get("notice")
    facts["notice"] = f"{earlier} {advice}" if earlier else advice
    return replace(finding, message=message, evidence=facts)
