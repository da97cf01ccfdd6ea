"""What goes wrong when an epoch is cut into minibatches."""

from functools import partial

import numpy as np

from reference.misconceptions.base import Misconception
from reference.misconceptions.conventions import answered_under, chosen
from reference.operations.base import Array, Arrays, Operation

_NAME = "minibatch_slices"
_OTHER_TAIL = {"keep": "drop", "drop": "keep"}


def _numbers(arrays: Arrays) -> tuple[int, int]:
    return int(arrays["examples"]), int(arrays["batch_size"])


def _other_tail(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    tail = _OTHER_TAIL[chosen(operation)["tail"]]
    return answered_under(operation, arrays, tail=tail)


def _beyond_the_end(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    if chosen(operation)["tail"] == "drop":
        return {}
    return {"stop": operation.answer(arrays)["start"] + _numbers(arrays)[1]}


def _last_included(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"stop": operation.answer(arrays)["stop"] - 1}


def _as_printed(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    size = _numbers(arrays)[1]
    return {"stop": operation.answer(arrays)["start"] // size * (size + 1)}


def _first_skipped(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    right = operation.answer(arrays)
    return {name: right[name][1:] for name in ("start", "stop")}


def _one_by_one(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    examples, size = _numbers(arrays)
    start = np.arange(examples - size + 1, dtype=np.int64)
    return {"start": start, "stop": start + size}


def _size_as_count(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    examples, count = _numbers(arrays)
    edges = np.arange(count + 1, dtype=np.int64) * (examples // count)
    return {"start": edges[:-1], "stop": edges[1:]}


_entry = partial(
    Misconception,
    id="M155",
    operation=_NAME,
    title="examples left out, seen twice or cut off",
    hint=(
        "Write down the slices for 7 examples in minibatches of 3. How long is each of "
        "them, which examples are in none, and which in more than one?"
    ),
)

MISCONCEPTIONS = (
    _entry(formula="tail dropped in place of kept, or kept", wrong=_other_tail),
    _entry(formula="stop = (i + 1)*k beyond the end", wrong=_beyond_the_end),
    _entry(formula="stop = (i + 1)*k - 1 for a half-open slice", wrong=_last_included),
    _entry(formula="stop = i*(k + 1)", wrong=_as_printed),
    _entry(formula="i counted from 1 with [i*k, (i + 1)*k)", wrong=_first_skipped),
    _entry(formula="start = i in place of i*k", wrong=_one_by_one),
    _entry(formula="k minibatches in place of minibatches of k", wrong=_size_as_count),
)
