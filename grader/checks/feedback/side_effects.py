"""Sentences of the kind ``side_effects``."""

from collections.abc import Mapping
from typing import Final

from grader.checks.compare import Comparison, Match
from grader.checks.feedback.comparing import place, two_numbers

FINE: Final[Mapping[str, str]] = {
    "inputs_unchanged": (
        "forward and backward leave the arrays that they are given as they are."
    ),
    "second_backward": "A second backward gives what it should.",
    "second_forward": "Inputs that came before leave nothing behind.",
    "two_objects": "Two objects of the class do not disturb each other.",
    "returned_view": "What was returned stays as it is when the object is used again.",
    "batch_of_one": "A batch of one example works.",
    "non_contiguous": "Where the numbers lie in memory makes no difference.",
    "float32_input": "Inputs of type float32 are answered to seven digits.",
    "integer_input": "Inputs of an integer type are answered like whole floats.",
    "global_random_state": (
        "forward and backward neither draw nor seed NumPy's shared random numbers."
    ),
}

_WRITES: Final = (
    "Which line writes into it (+=, *=, x[...] =, out=)? Work on a copy there."
)
_KEEPS: Final = "Does your code return an array that it keeps and writes into later?"
_LAYS: Final = (
    "Does your code use reshape, ravel or a view where the order of the axes matters?"
)
_DRAWS: Final = "Where does your code use np.random or random?"
_QUESTIONS: Final[Mapping[str, str]] = {
    "inputs_unchanged": _WRITES,
    "second_backward": (
        "Does backward add to what is already there, or change what forward has kept?"
    ),
    "second_forward": (
        "What does the object keep from one forward to the next, and is all of it "
        "replaced?"
    ),
    "two_objects": (
        "Is something kept in the class or in a global variable that belongs to each "
        "object (self)?"
    ),
    "returned_view": _KEEPS,
    "batch_of_one": "Does squeeze, a mean or a fixed index suppose several examples?",
    "non_contiguous": _LAYS,
    "float32_input": "Which line rounds, or fixes a type or a shape?",
    "integer_input": (
        "Which array is made with the type of the input (zeros_like, empty_like, "
        "dtype=x.dtype), so that it cuts off the fractions?"
    ),
    "global_random_state": _DRAWS,
}

_WHENS: Final[Mapping[str, str]] = {
    "forward": "forward changes {subject}, which is not its own",
    "backward": "forward or backward changes {subject}, which is not its own",
    "second backward": (
        "After one forward, backward was called twice with the same array. "
        "{subject} is not the same again"
    ),
    "second forward": (
        "An object was used with other inputs before. {subject} is not what a new "
        "object gives"
    ),
    "two objects": (
        "Two objects of the class were used in turn. {subject} is not what it is when "
        "there is one object only"
    ),
    "kept, backward": "{subject} changes afterwards, when backward is called",
    "kept, again": "{subject} changes afterwards, when the object is used again",
    "alone": (
        "The first example was given alone. {subject} is not what it is among others"
    ),
    "fortran": (
        "The same numbers were given in column order (as x.T has them). {subject} is "
        "not the same"
    ),
    "reversed": (
        "The same numbers were given with negative strides (as x[::-1] has them). "
        "{subject} is not the same"
    ),
    "float32": (
        "The same numbers were given as float32. {subject} is further off than "
        "rounding to seven digits explains"
    ),
    "integers": "Whole numbers were given as int64 and as float64. {subject} differs",
    "another seed": (
        "The same was done under two seeds of NumPy's random numbers. {subject} differs"
    ),
}

_RANDOM: Final[Mapping[str, str]] = {
    "seeded": (
        "The constructor sets the seed of NumPy's shared random numbers: after it, "
        "everybody's next numbers are the same whatever the seed was before."
    ),
    "drawn, forward": (
        "forward draws from NumPy's or Python's shared random numbers, or seeds them."
    ),
    "drawn, backward": (
        "backward draws from NumPy's or Python's shared random numbers, or seeds them."
    ),
}

UNRESPONSIVE: Final = (
    "Your code gives the same answer whatever goes in, so nothing can be said about "
    "this yet. Complete forward first."
)


def changed(quantity: str, when: str, subject: str, found: Comparison) -> str:
    """Say what is not as it was, with both numbers where it differs most."""
    question = _QUESTIONS[quantity]
    if when in _RANDOM:
        return f"{_RANDOM[when]} {question}"
    situation = _WHENS[when].format(subject=subject)
    return f"{situation}: {_difference(found)}. {question}"


def failed(quantity: str, reason: str) -> str:
    """Say that the code did not get through what was tried."""
    return f"{_TRIED[quantity]} {reason}"


_TRIED: Final[Mapping[str, str]] = {
    "inputs_unchanged": "An array was handed over and looked at again.",
    "second_backward": "After one forward, backward was called twice.",
    "second_forward": "One object was used three times.",
    "two_objects": "Two objects of the class were used in turn.",
    "returned_view": "An object was used twice, and the first results were kept.",
    "batch_of_one": "A batch of one example was given.",
    "non_contiguous": "The same numbers were given in another order in memory.",
    "float32_input": "The inputs were given as float32.",
    "integer_input": "Whole numbers were given as int64.",
    "global_random_state": "The same was done under two seeds.",
}


def _difference(found: Comparison) -> str:
    if found.match is Match.SHAPE:
        return f"its shape is {found.got.shape} and was {found.expected.shape}"
    if found.match is Match.NOT_REAL or found.worst is None:
        return f"its type is {found.got.dtype} and was {found.expected.dtype}"
    before, now = two_numbers(
        float(found.expected[found.worst]), float(found.got[found.worst])
    )
    if not found.worst:
        return f"it is {now} and was {before}"
    return f"entry {place(found.worst)} is {now} and was {before}"
