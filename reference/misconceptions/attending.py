"""The mistakes that attention with one head and with several share."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from reference.misconceptions.attention import (
    Attention,
    asked_for,
    closed_out,
    reshaped,
    softmax,
    unweigh,
    weigh,
)
from reference.misconceptions.backward import (
    averaged_entry,
    ignored_upstream_entry,
    negated_entry,
)
from reference.misconceptions.base import Misconception, VisibleOn, Wrong
from reference.misconceptions.changes import changed, entries_of, quiet
from reference.operations.base import Array, Arrays, Operation

Run = Callable[[Operation, Arrays, Attention], dict[str, Array]]
"""Returns all quantities for attention with a mistake in it."""


def with_attention(run: Run, attention: Attention, *wanted: str) -> Wrong:
    """Return a mistake as the attention that has it."""

    @quiet
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        return changed(operation, arrays, run(operation, arrays, attention), *wanted)

    return wrong


def _masked(run: Run, attention: Attention) -> Wrong:
    """Return a mistake that can only be made where there is a mask."""
    wrong = with_attention(run, attention)

    def guarded(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        return {} if vars(operation)["mask"] == "none" else wrong(operation, arrays)

    return guarded


def _as_zeros(scores: Array, allowed: Array | None) -> Array:
    return softmax(scores if allowed is None else scores * allowed)


def _back_to_open(weights: Array, grad: Array, allowed: Array | None) -> Array:
    found = unweigh(weights, grad, allowed)
    return found if allowed is None else found * allowed


def _cut_afterwards(scores: Array, allowed: Array | None) -> Array:
    return softmax(scores) if allowed is None else softmax(scores) * allowed


def _ignored(scores: Array, allowed: Array | None) -> Array:
    return softmax(scores)


def _inverted(scores: Array, allowed: Array | None) -> Array:
    return weigh(scores, None if allowed is None else ~allowed)


def _over_queries(scores: Array, allowed: Array | None) -> Array:
    return softmax(closed_out(scores, allowed), axis=-2)


def _back_over_queries(weights: Array, grad: Array, allowed: Array | None) -> Array:
    return weights * (grad - np.sum(weights * grad, axis=-2, keepdims=True))


def _not_shifted(scores: Array, allowed: Array | None) -> Array:
    exponentials = np.exp(closed_out(scores, allowed))
    total: Array = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return total


def _one_shift(scores: Array, allowed: Array | None) -> Array:
    return _not_shifted(scores - closed_out(scores, allowed).max(), allowed)


def _not_differentiated(weights: Array, grad: Array, allowed: Array | None) -> Array:
    return grad


def _only_weighted(weights: Array, grad: Array, allowed: Array | None) -> Array:
    return weights * grad


def _diagonal(weights: Array, grad: Array, allowed: Array | None) -> Array:
    return weights * (1.0 - weights) * grad


def _other_scale(operation: Operation, width: int) -> float:
    return 1.0 if vars(operation)["scale"] else float(width**-0.5)


def softmax_entries(name: str, run: Run) -> tuple[Misconception, ...]:
    """Return what goes wrong between the scores and the weights."""
    return (*_shifts(name, run), *_axes(name, run), *_jacobians(name, run))


def _shifts(name: str, run: Run) -> tuple[Misconception, ...]:
    entry, right = entries_of(name), Attention()
    return (
        entry(
            "M43",
            "softmax without a shift overflows",
            "Add 1000 to every score of a query. Should the weights change, and what "
            "does your code say?",
            "weights = exp(scores) / sum(exp(scores))",
            with_attention(run, replace(right, weigh=_not_shifted)),
            VisibleOn.STABILITY,
        ),
        entry(
            "M44",
            "one shift for the whole batch",
            "Imagine two queries whose scores lie 2000 apart. What is left of the "
            "lower ones after your shift?",
            "weights from exp(scores - max of all scores)",
            with_attention(run, replace(right, weigh=_one_shift)),
            VisibleOn.STABILITY,
        ),
    )


def _axes(name: str, run: Run) -> tuple[Misconception, ...]:
    entry, right = entries_of(name), Attention()
    axis = partial(
        entry,
        "M45",
        "softmax over the wrong axis",
        "For which index do the weights have to add up to one: for each query over "
        "all keys, or for each key over all queries?",
    )
    return (
        axis(
            "softmax over the queries, forward and backward",
            with_attention(
                run, replace(right, weigh=_over_queries, unweigh=_back_over_queries)
            ),
        ),
        axis(
            "only the sum in grad_scores is over the queries",
            with_attention(run, replace(right, unweigh=_back_over_queries)),
        ),
    )


def _jacobians(name: str, run: Run) -> tuple[Misconception, ...]:
    entry, right = entries_of(name), Attention()
    jacobian = partial(
        entry,
        "M210",
        "only the diagonal of the Jacobian",
        "Raise one score of a query. Which of its weights move, and which of those "
        "movements does your gradient count?",
    )
    return (
        entry(
            "M27",
            "derivative of the softmax forgotten",
            "List every function between the scores and the loss. Does each of them "
            "appear in your gradient for the scores?",
            "grad_scores = grad_weights",
            with_attention(run, replace(right, unweigh=_not_differentiated)),
        ),
        jacobian(
            "grad_scores = weights * grad_weights",
            with_attention(run, replace(right, unweigh=_only_weighted)),
        ),
        jacobian(
            "grad_scores = weights * (1 - weights) * grad_weights",
            with_attention(run, replace(right, unweigh=_diagonal)),
        ),
    )


def scale_entry(
    name: str, run: Run, formula: str, attention: Attention
) -> Misconception:
    """Return M259."""
    return entries_of(name)(
        "M259",
        "scores scaled by a wrong number",
        "By which number does the formula divide the scores, whose width is it, and "
        "does the same number appear on the way back?",
        formula,
        with_attention(run, attention),
    )


def mask_entries(name: str, run: Run) -> tuple[Misconception, ...]:
    """Return what goes wrong with a mask and the scale."""
    entry, right = entries_of(name), Attention()
    leaking = partial(
        entry,
        "M242",
        "mask does not take closed keys out of the softmax",
        "Look at the weights of one query. What is the weight of a key that it may "
        "not see, and what do all its weights add up to?",
    )
    scale = partial(scale_entry, name, run)
    return (
        leaking(
            "weights = softmax(scores * mask)",
            _masked(run, replace(right, weigh=_as_zeros, unweigh=_back_to_open)),
        ),
        leaking(
            "weights = softmax(scores) * mask",
            _masked(run, replace(right, weigh=_cut_afterwards)),
        ),
        leaking(
            "weights = softmax(scores)", _masked(run, replace(right, weigh=_ignored))
        ),
        entry(
            "M201",
            "mask the wrong way round",
            "Which value of the mask means that a query may look at a key? Try a mask "
            "that opens a single key.",
            "open keys are closed and closed ones open",
            _masked(run, replace(right, weigh=_inverted)),
        ),
        scale(
            "not divided by sqrt(K), or divided where it should not be",
            replace(right, factor=_other_scale),
        ),
        scale("scores / K", replace(right, factor=lambda _, width: 1.0 / width)),
        scale("scores * sqrt(K)", replace(right, factor=lambda _, width: width**0.5)),
        scale(
            "divided by sqrt(K) in forward but not on the way back",
            replace(right, factor=asked_for, back_factor=lambda _, width: 1.0),
        ),
    )


def reshape_entries(name: str, run: Run) -> tuple[Misconception, ...]:
    """Return M243 in place of each transposition."""
    right = Attention()

    def entry(formula: str, attention: Attention) -> Misconception:
        return reshape_entry(name, formula, with_attention(run, attention))

    return (
        entry("scores = query @ key.reshape(N, K, S)", replace(right, turn=reshaped)),
        entry(
            "grad_value = weights.reshape(N, S, T) @ grad_out",
            replace(right, turn_weights=reshaped),
        ),
        entry(
            "grad_key = grad_scores.reshape(N, S, T) @ query",
            replace(right, turn_scores=reshaped),
        ),
        entry(
            "grad_weights = grad_out @ value.reshape(N, V, S)",
            replace(right, turn_value=reshaped),
        ),
    )


def reshape_entry(name: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M243."""
    return entries_of(name)(
        "M243",
        "reshape where axes have to be moved",
        "Number the entries of a small array 0, 1, 2 ... and reshape it as you do. Is "
        "each number where an exchange of the axes would put it?",
        formula,
        wrong,
    )


def attention_entries(name: str, run: Run) -> tuple[Misconception, ...]:
    """Return what can go wrong in attention, with any number of heads."""
    return (
        averaged_entry(name),
        negated_entry(name),
        ignored_upstream_entry(name, "every gradient as if grad_out were one"),
        *softmax_entries(name, run),
        *mask_entries(name, run),
        *reshape_entries(name, run),
    )
