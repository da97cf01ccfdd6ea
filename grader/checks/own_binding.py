"""What kinds that use objects step by step can ask of a ``binding.py``, and why not.

A function of a ``binding.py`` makes its objects anew each time it is called. What it
yields before and after it looks at ``grad_out`` can be told apart; what needs the same
object twice cannot be asked of it.
"""

from collections.abc import Iterator, Mapping, Sequence

from grader.checks.base import Problem
from grader.checks.component import Component
from grader.checks.ways import Way
from reference.operations.base import Family

IN_TURN = (
    "the function {operation} of binding.py returns everything at once; for this kind "
    "it must yield its outputs first, and look at {upstream} only afterwards. Or write "
    "{operation} = layer_classes there, and the students' class is asked"
)
TWICE = (
    "uses one object twice, and the function {operation} of binding.py makes a new one "
    "each time. Leave it out, or write {operation} = layer_classes there, and the "
    "students' class is asked"
)


def at_once(
    parts: Sequence[tuple[tuple[str | int, ...], Component]], ways: Mapping[str, Way]
) -> Iterator[Problem]:
    """Yield the parts whose backward cannot be told from their forward.

    Parameters
    ----------
    parts
        Each with the key that names it.
    """
    for path, part in parts:
        operation = part.plain()
        waits = operation.family is Family.LAYER and bool(operation.gradients)
        if waits and ways.get(part.operation) is Way.AT_ONCE:
            upstream = f"grad_{operation.output}"
            reason = IN_TURN.format(operation=part.operation, upstream=upstream)
            yield path, reason


def makes_anew(part: Component, ways: Mapping[str, Way]) -> bool:
    """Tell whether no object of the students' can be used twice."""
    return ways.get(part.operation, Way.CLASSES) is not Way.CLASSES
