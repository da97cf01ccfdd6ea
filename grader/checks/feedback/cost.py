"""Sentences of the kind ``cost``."""

from collections.abc import Sequence
from typing import Final

FINE: Final = {
    "loops": "Many examples cost hardly more than few: there is no loop over examples.",
    "finite_differences": (
        "backward costs about as much for many entries as for few: it is a formula."
    ),
    "backward_share": "backward costs a few times as much as forward, as it should.",
}
UNSURE: Final = {
    "loops": (
        "Whether your code loops over the examples could not be told from its time, so "
        "this passes."
    ),
    "finite_differences": (
        "Whether backward measures slopes could not be told from its time, so this "
        "passes."
    ),
    "backward_share": (
        "How long backward takes beside forward could not be told here, so this passes."
    ),
}
NOTHING_COMPUTED: Final = (
    "Your code does not give answers of the right shape that depend on what goes in. "
    "Its cost says nothing yet: complete forward and backward first."
)
COUNTED_ALREADY: Final = (
    "backward is judged elsewhere in this check, so it is not counted a second time."
)
# Id, title and hint of the mistake that each quantity looks for.
MISTAKES: Final = {
    "loops": (
        "loop-over-examples",
        "a loop over the examples",
        "Which axis counts the examples, and which NumPy operation does all of them at "
        "once?",
    ),
    "finite_differences": (
        "measured-slopes",
        "slopes are measured and not derived",
        "Does backward call forward again with each entry changed a little? Work out "
        "the derivative on paper: it then costs about two forwards, however many "
        "entries there are, and loses no digits in a difference of two outputs.",
    ),
    "backward_share": (
        "dear-backward",
        "backward costs far more than forward",
        "Which line of backward takes longest: is something done in a loop, or twice?",
    ),
}


def looping(method: str, times: float, growth: float) -> str:
    """Say that the time grew with the number of examples."""
    return (
        f"With {times:.0f} times as many examples your {method} took {growth:.0f} "
        "times as long. Code on whole arrays takes far less."
    )


def slow_slopes(forwards: float, entries: int) -> str:
    """Say that backward costs a forward for each entry."""
    return (
        f"Your backward took as long as {forwards:.0f} calls of forward, for {entries} "
        "entries that have a gradient, and it takes longer the more entries there are."
    )


def noisy_slopes(subjects: Sequence[str]) -> str:
    """Say that gradients have the error of a measured slope."""
    return (
        f"{subjects[0]} is right to about ten digits only. A formula would be right "
        "to about fifteen: where do the last ones get lost?"
    )


def too_dear(examples: int, forwards: float) -> str:
    """Say that backward costs far more than forward."""
    return (
        f"On {examples} examples your backward took as long as {forwards:.0f} calls of "
        "forward; two to three is usual."
    )
