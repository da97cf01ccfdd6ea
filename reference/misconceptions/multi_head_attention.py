"""What goes wrong in multi-head attention."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial, wraps

import numpy as np

from reference.misconceptions.attending import (
    attention_entries,
    reshape_entry,
    scale_entry,
)
from reference.misconceptions.attention import Attention, permitted
from reference.misconceptions.backward import (
    needs_upstream,
    parameters_averaged_entry,
    parameters_doubled_entry,
)
from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.changes import ROUNDING, as_it_is, changed, entries_of
from reference.operations import create
from reference.operations.base import Array, Arrays, Operation

_NAME = "multi_head_attention"
_INPUTS = {"q": "query", "k": "key", "v": "value"}
_entry = entries_of(_NAME)


def _split(array: Array, heads: int) -> Array:
    return _cut(array, heads).swapaxes(1, 2)


def _cut(array: Array, heads: int) -> Array:
    count, steps, width = array.shape
    return array.reshape(count, steps, heads, width // heads)


def _join(array: Array) -> Array:
    count, heads, steps, width = array.shape
    return array.swapaxes(1, 2).reshape(count, steps, heads * width)


def _split_at_once(array: Array, heads: int) -> Array:
    count, steps, width = array.shape
    return array.reshape(count, heads, steps, width // heads)


def _join_at_once(array: Array) -> Array:
    count, heads, steps, width = array.shape
    return array.reshape(count, steps, heads * width)


@dataclass(frozen=True)
class Heads:
    """The products around attention, with a choice of mistakes.

    Parameters
    ----------
    split, join
        To heads and back again.
    split_back, join_back
        The same for gradients: those of the output, and those of the projections.
    turn_inputs, turn_output
        What is done on the way back to the first three weights, and to the last.
    """

    split: Callable[[Array, int], Array] = _split
    join: Callable[[Array], Array] = _join
    split_back: Callable[[Array, int], Array] = _split
    join_back: Callable[[Array], Array] = _join
    turn_inputs: Callable[[Array], Array] = np.transpose
    turn_output: Callable[[Array], Array] = np.transpose


def run(
    operation: Operation, arrays: Arrays, attention: Attention, heads: Heads
) -> dict[str, Array]:
    """Return all quantities for attention with a mistake in it."""
    count: int = vars(operation)["heads"]
    allowed = permitted(operation, arrays)
    projected = [
        heads.split(_affine(arrays, arrays[name], letter), count)
        for letter, name in _INPUTS.items()
    ]
    query, key, value = projected
    by_head = None if allowed is None else allowed[:, np.newaxis]
    found, weights = attention.forward(operation, query, key, value, by_head)
    joined = heads.join(found)
    answer = {"out": _affine(arrays, joined, "o")}
    if "grad_out" not in arrays:
        return answer
    grad_out = arrays["grad_out"]
    grad = heads.split_back(grad_out @ heads.turn_output(arrays["weight_o"]), count)
    back = attention.backward(operation, query, key, value, by_head, weights, grad)
    gradients = dict(zip("qkv", map(heads.join_back, back), strict=True))
    for letter, name in _INPUTS.items():
        weight = heads.turn_inputs(arrays[f"weight_{letter}"])
        answer[f"grad_{name}"] = gradients[letter] @ weight
        answer |= _of_parameters(letter, arrays[name], gradients[letter])
    return answer | _of_parameters("o", joined, grad_out)


def _affine(arrays: Arrays, array: Array, letter: str) -> Array:
    return array @ arrays[f"weight_{letter}"] + arrays.get(f"bias_{letter}", 0.0)


def _of_parameters(letter: str, array: Array, gradient: Array) -> dict[str, Array]:
    return {
        f"grad_weight_{letter}": np.einsum("nti,nto->io", array, gradient),
        f"grad_bias_{letter}": gradient.sum(axis=(0, 1)),
    }


def _with_heads(heads: Heads) -> Wrong:
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        return changed(operation, arrays, run(operation, arrays, Attention(), heads))

    return wrong


def _identity(weight: Array) -> Array:
    return np.eye(len(weight))


def _if_square(wrong: Wrong) -> Wrong:
    """Return nothing where a weight that is not transposed does not fit."""

    def guarded(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        return wrong(operation, arrays) if operation.square else {}

    return guarded


def _one_head(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    options = {name: vars(operation)[name] for name in ("bias", "mask", "scale")}
    one = create(_NAME, heads=1, **options)
    return changed(operation, arrays, one.answer(arrays))


@needs_upstream
def _weights_transposed(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    right = operation.answer(arrays)
    names = (f"grad_weight_{letter}" for letter in "qkvo")
    return {name: right[name].T.copy() for name in names}


def _without_last(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    width = arrays["weight_o"].shape[0]
    plain = {**arrays, "weight_o": np.eye(width)}
    if "bias_o" in plain:
        plain["bias_o"] = np.zeros(width)
    if arrays["weight_o"].shape != (width, width):
        plain.pop("grad_out", None)
    answer = run(operation, plain, Attention(), Heads())
    answer.pop("grad_weight_o", None)
    return changed(operation, arrays, answer)


def _value_from_key(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    answer = operation.answer({**arrays, "value": arrays["key"]})
    if "grad_out" in arrays:
        answer["grad_key"] = answer["grad_key"] + answer.pop("grad_value")
    return changed(operation, arrays, answer)


def _all_from_query(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    if "mask" in arrays:
        return {}  # it has another shape
    query = arrays["query"]
    answer = operation.answer({**arrays, "key": query, "value": query})
    if "grad_out" in arrays:
        every = [answer.pop(f"grad_{name}") for name in ("query", "key", "value")]
        answer["grad_query"] = sum(every[1:], every[0])
    return changed(operation, arrays, answer)


def _without_biases(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    none = {
        name: np.zeros_like(arrays[name])
        for name in operation.parameters
        if name.startswith("bias")
    }
    return changed(operation, arrays, operation.answer({**arrays, **none}))


@needs_upstream
def _bias_of_each_row(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    answer = {"grad_bias_o": arrays["grad_out"].sum(axis=0)}
    return changed(operation, arrays, answer)


def _run(
    operation: Operation, arrays: Arrays, attention: Attention
) -> dict[str, Array]:
    return run(operation, arrays, attention, Heads())


def _full_width(operation: Operation, width: int) -> float:
    if not vars(operation)["scale"]:
        return 1.0
    return float((width * vars(operation)["heads"]) ** -0.5)


def _not_transposed() -> tuple[Misconception, ...]:
    entry = partial(
        _entry,
        "M11",
        "weight not transposed on the way back",
        "Write the shape under every factor of the gradient. Which axis of the weight "
        "belongs to what comes out of the product in forward?",
    )
    right = Heads()
    return (
        entry(
            "grad_query = grad_q @ weight_q, likewise for key and value",
            _if_square(_with_heads(replace(right, turn_inputs=as_it_is))),
        ),
        entry(
            "grad_heads = grad_out @ weight_o",
            _if_square(_with_heads(replace(right, turn_output=as_it_is))),
        ),
    )


def _arrangements() -> tuple[Misconception, ...]:
    entry, right = partial(reshape_entry, _NAME), Heads()
    once = Heads(_split_at_once, _join_at_once, _split_at_once, _join_at_once)
    joined = replace(right, join=_join_at_once, split_back=_split_at_once)
    return (
        entry("q.reshape(N, h, T, K) and heads.reshape(N, T, h*V)", _with_heads(once)),
        entry("concat = heads.reshape(N, T, h*V)", _with_heads(joined)),
    )


def _roles() -> tuple[Misconception, ...]:
    entry = partial(
        _entry,
        "M244",
        "roles of query, key and value mixed up",
        "Hand in three different arrays. Which of them is multiplied by which weight "
        "in your code, and which one should be?",
    )
    return (
        entry("v = key @ weight_v", _value_from_key),
        entry("q, k and v are all made from query", _all_from_query),
    )


def _beyond_rounding(wrong: Wrong) -> Wrong:
    """Claim the gradient of ``bias_k`` only where a mistake makes it more than zero.

    The right one is zero but for rounding, so a multiple of it is no other answer.
    """

    @wraps(wrong)
    def claimed(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        answer = wrong(operation, arrays)
        found = answer.get("grad_bias_k")
        if found is not None and np.max(np.abs(found), initial=0.0) <= ROUNDING:
            del answer["grad_bias_k"]
        return answer

    return claimed


_ENTRIES = (
    *attention_entries(_NAME, _run),
    parameters_averaged_entry(_NAME, "every gradient of a weight is divided by N"),
    parameters_doubled_entry(_NAME, "every gradient of a weight is twice as large"),
    *_not_transposed(),
    _entry(
        "M12",
        "weight gradient transposed",
        "Does your gradient for a weight have the rows where the weight has them? Try "
        "one that is not square, or a single entry by hand.",
        "grad_weight_q = grad_q.T @ query, likewise for the others",
        _weights_transposed,
    ),
    _entry(
        "M14",
        "bias gradient not summed over the batch",
        "How many rows of how many examples does one bias act on, and how many "
        "numbers does your gradient hold for it?",
        "grad_bias_o = sum over the batch only, shape (T, E)",
        _bias_of_each_row,
    ),
    _entry(
        "M24",
        "last projection skipped on the way back",
        "What lies between the output and the heads? Should the gradient that reaches "
        "the heads depend on it?",
        "grad_heads = grad_out",
        _if_square(_with_heads(replace(Heads(), turn_output=_identity))),
    ),
    _entry(
        "M30",
        "last projection skipped in forward",
        "Change the last weight. Does the output of your layer move?",
        "out = concat(head_1, ..., head_h)",
        _without_last,
    ),
    *_arrangements(),
    _entry(
        "M240",
        "heads not kept apart",
        "How many arrays of attention weights should there be for one example, and "
        "how many are there in yours?",
        "one attention over all h*K columns",
        _one_head,
    ),
    *_roles(),
    _entry(
        "M250",
        "bias left out of the output",
        "What should the layer return when all its inputs are zero? Put zeros into "
        "yours.",
        "out without bias_q, bias_k, bias_v and bias_o",
        _without_biases,
    ),
    scale_entry(
        _NAME,
        _run,
        "divided by sqrt(h*K), the width of all heads together",
        replace(Attention(), factor=_full_width),
    ),
)
MISCONCEPTIONS = tuple(
    replace(entry, wrong=_beyond_rounding(entry.wrong)) for entry in _ENTRIES
)
