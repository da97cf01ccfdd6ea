"""Which mistakes of the collection have no name in a report, and what is seen of them.

The collection of mistakes in backpropagation code is numbered M01 to M166. Those that
give numbers of their own are in ``reference.misconceptions``, or beside the checks of
training loops, networks, programs and engines that recognise them.
"""

from collections.abc import Mapping
from types import MappingProxyType

COLLECTED = 166
"""Numbers above this are of mistakes that were found later."""

UNNAMED: Mapping[str, str] = MappingProxyType(
    {
        "M37": "an activation that writes into its input is seen by side_effects, "
        "which names the array",
        "M38": "another slope where ReLU has none is no mistake: subgradient accepts "
        "it, and with exact = true says that another one is asked for",
        "M59": "accuracy is measured by the grader's own code; in a program it is seen "
        "as an error rate that is off while all losses are right",
        "M61": "a penalty has a value and a gradient, which are compared each by "
        "itself: the one that is left out is all zeros",
        "M83": "one name for two things in a file; what comes out is the right array "
        "of another quantity, or nothing that is known",
        "M84": "a mistake of graders: no share of a gradient that is zero by nature is "
        "ever taken",
        "M85": "a mistake of graders: upstream gradients are random and signed",
        "M88": "in evaluation the same formula as M87, whose name it gets",
        "M149": "an array that is changed in place is seen by side_effects and "
        "in_place, which name it",
        "M157": "single precision is told by the size of the error, as a notice or a "
        "fail",
        "M161": "a numerical check that students write for themselves is no part of "
        "an assignment here; no operation takes a function",
        "M162": "a factor that stands in the given code for some parameters gets the "
        "name of the factor",
        "M163": "which of several runs is kept is decided outside the functions that "
        "are called; no operation takes a list of runs",
        "M164": "a driver that stops is an error with file and line",
        "M166": "a parameter of another shape is said as shapes; it has no numbers to "
        "compare",
    }
)
"""By number, the reason; it says how the mistake is seen, if it is."""


def table() -> str:
    """Return the reasons as a table in Markdown."""
    rows = [f"| {number} | {reason} |" for number, reason in UNNAMED.items()]
    return "\n".join(["| number | why it gets no name |", "| --- | --- |", *rows])
