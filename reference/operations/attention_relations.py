"""What every form of attention obeys, whatever the right answer is."""

from collections.abc import Mapping, Sequence

import numpy as np

from reference.operations.base import Array, Arrays
from reference.operations.relations import Relation, independent_examples


def attention_relations(
    mask: str, parameter_gradients: Sequence[str]
) -> tuple[Relation, ...]:
    """Return the relations of attention under a convention for its mask.

    Parameters
    ----------
    parameter_gradients
        Names of the gradients of parameters, which no order of rows may change.
    """
    outputs = ("out", "grad_query", "grad_key", "grad_value")
    masks = ("mask",) if mask == "given" else ()
    batched = ("query", "key", "value", *masks, "grad_out")
    examples = independent_examples(batched, outputs)
    if mask == "causal":
        return (examples, _NO_FORESIGHT)
    queries = _reordered(
        "queries_do_not_meet",
        "Another order of the queries gives the same answers in that order.",
        {"query": 1, "grad_out": 1, "mask": -2, "out": 1, "grad_query": 1},
        ("grad_key", "grad_value", *parameter_gradients),
    )
    keys = _reordered(
        "order_of_keys_is_free",
        "Another order of the keys, with their values, does not change the output.",
        {"key": 1, "value": 1, "mask": -1, "grad_key": 1, "grad_value": 1},
        ("out", "grad_query", *parameter_gradients),
    )
    return (examples, queries, keys)


def _reordered(
    name: str, sentence: str, axes: Mapping[str, int], unchanged: Sequence[str]
) -> Relation:
    """Return that answers move with the inputs along given axes, or not at all."""

    def turned(arrays: Arrays, names: Sequence[str]) -> dict[str, Array]:
        return {name: np.roll(arrays[name], 1, axis=axes[name]) for name in names}

    def questions(rng: np.random.Generator, arrays: Arrays) -> list[dict[str, Array]]:
        moved = [name for name in axes if name in arrays]
        return [dict(arrays), {**arrays, **turned(arrays, moved)}]

    def pairs(
        asked: Sequence[Arrays], found: Sequence[Arrays]
    ) -> dict[str, tuple[Array, Array]]:
        first, second = found
        moved = turned(first, [name for name in axes if name in first])
        kept = {name: first[name] for name in unchanged}
        return {name: (left, second[name]) for name, left in (moved | kept).items()}

    return Relation(name, sentence, questions, pairs)


def _changed_end(rng: np.random.Generator, arrays: Arrays) -> list[dict[str, Array]]:
    changed = {}
    for name in ("key", "value"):
        changed[name] = arrays[name].copy()
        changed[name][:, -1] = rng.permuted(-changed[name][:, -1])
    return [dict(arrays), {**arrays, **changed}]


def _before_the_end(
    asked: Sequence[Arrays], found: Sequence[Arrays]
) -> dict[str, tuple[Array, Array]]:
    earlier = asked[0]["key"].shape[1] - 1
    first, second = (answer["out"][:, :earlier] for answer in found)
    return {"out before the last key": (first, second)}


_NO_FORESIGHT = Relation(
    "no_foresight",
    "The last key and its value have no influence on the queries before them.",
    _changed_end,
    _before_the_end,
)
