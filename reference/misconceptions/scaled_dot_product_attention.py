"""What goes wrong in scaled dot-product attention."""

from dataclasses import replace
from functools import partial

from reference.misconceptions.attending import attention_entries, with_attention
from reference.misconceptions.attention import Attention, permitted
from reference.misconceptions.base import Misconception, VisibleOn, Wrong
from reference.misconceptions.changes import as_it_is, changed, entries_of
from reference.operations.base import Array, Arrays, Operation

_NAME = "scaled_dot_product_attention"
_entry = entries_of(_NAME)


def run(operation: Operation, arrays: Arrays, attention: Attention) -> dict[str, Array]:
    """Return all quantities for attention with a mistake in it."""
    query, key, value = (arrays[name] for name in ("query", "key", "value"))
    allowed = permitted(operation, arrays)
    out, weights = attention.forward(operation, query, key, value, allowed)
    if "grad_out" not in arrays:
        return {"out": out}
    gradients = attention.backward(
        operation, query, key, value, allowed, weights, arrays["grad_out"]
    )
    return {"out": out, **dict(zip(operation.gradients, gradients, strict=True))}


def _if_square(attention: Attention) -> Wrong:
    """Return a mistake that can only be made with as many keys as queries."""
    wrong = with_attention(run, attention)

    def guarded(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        square = arrays["query"].shape[1] == arrays["key"].shape[1]
        return wrong(operation, arrays) if square else {}

    return guarded


def _keys_averaged(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    forward_only = {name: arrays[name] for name in operation.inputs}
    forward_only["value"] = arrays["key"]
    return changed(operation, arrays, run(operation, forward_only, Attention()))


def _not_transposed() -> tuple[Misconception, ...]:
    entry = partial(
        _entry,
        "M11",
        "matrix not transposed on the way back",
        "Write the shape under every factor of the gradient, with T queries and S "
        "keys. Which axis should the product sum over?",
        visible_on=VisibleOn.SQUARE,
    )
    right = Attention()
    return (
        entry(
            "grad_value = weights @ grad_out",
            _if_square(replace(right, turn_weights=as_it_is)),
        ),
        entry(
            "grad_key = grad_scores @ query",
            _if_square(replace(right, turn_scores=as_it_is)),
        ),
    )


MISCONCEPTIONS = (
    *attention_entries(_NAME, run),
    *_not_transposed(),
    _entry(
        "M244",
        "roles of query, key and value mixed up",
        "Which of the three inputs decides how much a query listens, and which one "
        "says what it hears? Follow each of them through your code.",
        "out = weights @ key",
        _keys_averaged,
    ),
)
