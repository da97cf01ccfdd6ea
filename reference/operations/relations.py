"""Relations between answers that hold whatever the right answer is.

They need no reference: a layer of one's own can be held to them. Each asks one or more
questions and says which arrays of the answers must then agree to rounding.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Arrays = Mapping[str, Array]
Questions = Callable[[np.random.Generator, Arrays], list[dict[str, Array]]]
Pairs = Callable[[Sequence[Arrays], Sequence[Arrays]], dict[str, tuple[Array, Array]]]

FACTOR = -1.5
"""A multiple of the upstream gradient that is neither 1 nor a change of sign only."""


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation.

    Parameters
    ----------
    name
        Short name in snake case.
    sentence
        What must hold, for readers.
    questions
        Makes the inputs to ask about from drawn ones, which are often the first.
    pairs
        Maps questions and answers to pairs of arrays that must agree, by a name for
        the pair.
    """

    name: str
    sentence: str
    questions: Questions
    pairs: Pairs


def linear_in_upstream(upstreams: Sequence[str], gradients: Sequence[str]) -> Relation:
    """Return the relation that every backward pass obeys.

    Parameters
    ----------
    upstreams, gradients
        Names of the upstream gradients, and of what backward returns for them.
    """

    def questions(rng: np.random.Generator, arrays: Arrays) -> list[dict[str, Array]]:
        present = [name for name in upstreams if name in arrays]
        other = {name: _rearranged(rng, arrays[name]) for name in present}
        both = {name: FACTOR * arrays[name] + other[name] for name in present}
        return [dict(arrays), {**arrays, **other}, {**arrays, **both}]

    def pairs(
        asked: Sequence[Arrays], answers: Sequence[Arrays]
    ) -> dict[str, tuple[Array, Array]]:
        one, other, both = answers
        return {
            name: (FACTOR * one[name] + other[name], both[name]) for name in gradients
        }

    return Relation(
        "linear_in_upstream",
        "Backward is linear in the upstream gradient.",
        questions,
        pairs,
    )


def _rearranged(rng: np.random.Generator, array: Array) -> Array:
    return rng.permuted(np.atleast_1d(array)).reshape(array.shape)


def independent_examples(batched: Sequence[str], answers: Sequence[str]) -> Relation:
    """Return the relation of an operation that treats each example by itself.

    Parameters
    ----------
    batched
        Names of the inputs and upstream gradients whose first axis is the batch.
    answers
        Names of the outputs and gradients whose first axis is the batch.
    """

    def questions(rng: np.random.Generator, arrays: Arrays) -> list[dict[str, Array]]:
        turned = {name: np.roll(arrays[name], 1, axis=0) for name in batched}
        return [dict(arrays), {**arrays, **turned}]

    def pairs(
        asked: Sequence[Arrays], found: Sequence[Arrays]
    ) -> dict[str, tuple[Array, Array]]:
        first, second = found
        return {
            name: (np.roll(first[name], 1, axis=0), second[name]) for name in answers
        }

    return Relation(
        "independent_examples",
        "Another order of the examples gives the same answers in that order.",
        questions,
        pairs,
    )


def examples_apart(batched: Sequence[str], answers: Sequence[str]) -> Relation:
    """Return that the answers for some examples do not depend on the other examples.

    This is more than another order: a layer that subtracts the mean over the batch
    follows every order.

    Parameters
    ----------
    batched
        Names of the inputs and upstream gradients whose first axis is the batch.
    answers
        Names of the outputs and gradients whose first axis is the batch.
    """

    def questions(rng: np.random.Generator, arrays: Arrays) -> list[dict[str, Array]]:
        others = {}
        for name in batched:
            others[name] = arrays[name].copy()
            # Copies of the first examples take the place of the last ones: they are
            # valid inputs for certain.
            kept = _kept(arrays[name])
            others[name][kept:] = arrays[name][: len(arrays[name]) - kept]
        return [dict(arrays), {**arrays, **others}]

    def pairs(
        asked: Sequence[Arrays], found: Sequence[Arrays]
    ) -> dict[str, tuple[Array, Array]]:
        first, second = found
        return {
            name: (
                first[name][: _kept(first[name])],
                second[name][: _kept(first[name])],
            )
            for name in answers
        }

    return Relation(
        "independent_examples",
        "Other examples in a batch do not change the answers for the first ones.",
        questions,
        pairs,
    )


def _kept(array: Array) -> int:
    return (len(array) + 1) // 2


def always(name: str, sentence: str, pairs: Pairs) -> Relation:
    """Return a relation within one answer, such as rows that sum to zero."""
    return Relation(name, sentence, lambda rng, arrays: [dict(arrays)], pairs)


def shift_invariant(shifted: str, answers: Sequence[str]) -> Relation:
    """Return that one number added to a whole row changes none of the answers.

    Parameters
    ----------
    shifted
        Name of the input whose last axis holds the rows.
    """

    def questions(rng: np.random.Generator, arrays: Arrays) -> list[dict[str, Array]]:
        rows = (*arrays[shifted].shape[:-1], 1)
        shift = np.round(rng.uniform(-8.0, 8.0, rows))
        return [dict(arrays), {**arrays, shifted: arrays[shifted] + shift}]

    def pairs(
        asked: Sequence[Arrays], found: Sequence[Arrays]
    ) -> dict[str, tuple[Array, Array]]:
        first, second = found
        return {name: (first[name], second[name]) for name in answers}

    return Relation(
        "shift_invariant",
        "Adding one number to all entries of a row changes nothing.",
        questions,
        pairs,
    )


def rows_sum_to_zero(answer: str) -> Relation:
    """Return that the rows of one answer sum to zero."""

    def pairs(
        asked: Sequence[Arrays], found: Sequence[Arrays]
    ) -> dict[str, tuple[Array, Array]]:
        sums = found[0][answer].sum(axis=-1)
        return {f"row sums of {answer}": (sums, np.zeros_like(sums))}

    return always("rows_sum_to_zero", f"Each row of {answer} sums to zero.", pairs)
