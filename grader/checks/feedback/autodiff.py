"""Sentences of the kind ``autodiff``."""

from collections.abc import Mapping, Sequence

from grader.checks.graphs.ordering import Disorder
from grader.checks.graphs.program import Program
from grader.contract.messages import Array

SPOKEN = {
    "values": "The values",
    "chain": "The derivatives of all operations",
    "fan_out": "The gradients of leaves that several operations use",
    "reuse": "The gradients of values used twice by one operation",
    "diamond": "The gradients through values in between that are used twice",
    "constants": "The gradients beside plain numbers",
    "two_backwards": "The gradients after a second backward",
    "broadcasting": "The gradients of operands that were broadcast",
    "reductions": "Reductions and their gradients",
    "shapes": "Reshaped and transposed arrays and their gradients",
    "products": "Matrix products and their gradients",
    "indexing": "Slices, rows and gathered entries and their gradients",
    "second_order": "The gradients of gradients",
    "detach": "The gradients beside a detached value",
}
"""What each quantity is called at the beginning of a sentence."""

NEXT = {
    "values": "Compute this line by hand and compare.",
    "chain": "Differentiate this line by hand for these numbers and compare.",
    "fan_out": "How many operations use this leaf, and does each of them add a piece?",
    "reuse": "How many pieces reach a value that is both operands of one operation?",
    "diamond": "In which order does your backward visit these nodes?",
    "constants": "Which method of your class runs here, and which operand is self?",
    "two_backwards": "Print the gradients of all nodes before the second backward.",
    "broadcasting": "Write the shapes of both operands and of the result side by side.",
    "reductions": "Write the shape before and after the reduction, axis by axis.",
    "shapes": "Follow one entry forward by its index, then its gradient back.",
    "products": "Write the shape under every factor of your two products.",
    "indexing": "Which entries were read, how often, and what do the others receive?",
    "second_order": "Is your gradient made by operations of your own engine?",
    "detach": "What does a detached value remember of how it was made?",
}
"""The one thing to look at, for each quantity."""

AGAIN = {
    "replace": "Here a second backward replaces the gradients of the leaves.",
    "accumulate": "Here gradients of several backwards add up in the leaves.",
    "zeroed": "Here the gradients of the leaves are set to zero in between.",
}
VALUE_WRONG = "The value itself is wrong here as well: start there."
LINEAR = "Chains in which everything is used twice take time in proportion to length."
DEEP = "A chain of {depth} operations is gone through from end to end."
ORDERED = "Every node comes after what it is computed from."
TOO_LONG = "did not end within {seconds:g} s"
TOO_LARGE = "needed more memory than there is"
TOO_MANY_PATHS = (
    "The chain has {edges} operations, but 2^{times} paths lead through it. How often "
    "does your backward visit one node?"
)
RECURSION = (
    "Python stops when calls are nested about 1000 deep, and your engine nests one for "
    "every operation. Can it keep a list of its own in place of nested calls?"
)
KNOWN_REASON = (
    "The numbers are wrong for a reason that costs points elsewhere; it is not counted "
    "again."
)
BUILDING = "Building the graph"
NOT_ASKED = "This was not asked any more, because two topics before did not end either."


def happened(program: Program) -> str:
    """Say in which program something was stopped."""
    return f"It happened in this program: {program}."


def right(topic: str, programs: int) -> str:
    """Say that everything of a topic is right."""
    return f"{SPOKEN[topic]} are right in all {programs} programs."


def ran(program: Program, arrays: Mapping[str, Array], *, back: bool) -> str:
    """Say what was asked of the engine.

    Parameters
    ----------
    back
        Whether the way back matters, too.
    """
    given = _listed([_given(name, arrays[name]) for name in program.leaves])
    way = f", then {_back(program)}" if back else ""
    return f"Your engine ran {program} with {given}{way}."


def _given(name: str, array: Array) -> str:
    return f"{name} = {float(array):.4g}" if not array.ndim else f"{name} {array.shape}"


def _back(program: Program) -> str:
    starts = [
        f"{one.output} with a random gradient for it" if one.upstream else one.output
        for one in program.passes
    ]
    if len(starts) == 1:
        return f"went back from {starts[0]}"
    if len(set(starts)) == 1:
        return f"went back twice from {starts[0]}"
    return f"went back from {starts[0]}, and after that from {starts[1]}"


def _listed(parts: Sequence[str]) -> str:
    if len(parts) == 1:
        return parts[0]
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def exploded(program: Program, times: int, ending: str) -> str:
    """Say that a chain of diamonds took too long."""
    edges = sum(1 for _ in program.unrolled)
    text = TOO_MANY_PATHS.format(edges=edges, times=times)
    return f"Your engine ran {program}, and going back {ending}. {text}"


def disordered(program: Program, found: Disorder) -> str:
    """Say what is wrong with an order of nodes."""
    names = _listed(found.nodes)
    reason = {
        "missing": f"{names} cannot be found in your order.",
        "twice": f"Your order has {names} more than once.",
        "before": (
            f"Your order has {found.nodes[0]} before {found.nodes[-1]}, from which it "
            "is computed."
        ),
        "other": (
            f"Your order is a right one, but here it must be depth first with operands "
            f"from left to right: {', '.join(found.nodes)}."
        ),
    }[found.kind]
    return f"{reason} The program is: {program}."
