"""Mistakes that are alike in convolution and transposed convolution."""

from collections.abc import Callable
from math import prod

import numpy as np

from reference.misconceptions.backward import (
    averaged_entry,
    ignored_upstream_entry,
    needs_upstream,
    negated_entry,
    parameter_gradients,
    parameters_averaged_entry,
    scaled,
    wrong_axis_entry,
)
from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.changes import changed, entries_of
from reference.misconceptions.windows import gradients_for, part_of, spatial
from reference.operations.base import Array, Arrays, Operation

Change = Callable[[Array], Array]


def with_weight(there: Change, back: Change) -> Wrong:
    """Return the mistake of computing with another arrangement of the weight.

    Parameters
    ----------
    there, back
        Turn the weight into what the code computes with, and the gradient of that into
        what the code returns.
    """

    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        answer = operation.answer({**arrays, "weight": there(arrays["weight"])})
        if "grad_weight" in answer:
            answer["grad_weight"] = back(answer["grad_weight"])
        return changed(operation, arrays, answer)

    return wrong


def _turned(weight: Array) -> Array:
    return np.flip(weight, spatial(weight))


def _reversed_channels(weight: Array) -> Array:
    return weight[::-1, ::-1]


def _channels_last(weight: Array) -> Array:
    """Return the weight that is met by windows with their channels last."""
    first, second = weight.shape[:2]
    return weight.reshape(first, -1, second).swapaxes(1, 2).reshape(weight.shape)


def _channels_back(weight: Array) -> Array:
    first, second = weight.shape[:2]
    return weight.reshape(first, second, -1).swapaxes(1, 2).reshape(weight.shape)


turned = with_weight(_turned, _turned)
_other_order = with_weight(_channels_last, _channels_back)


@needs_upstream
def _weight_gradient_swapped(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    gradient = operation.answer(arrays)["grad_weight"]
    return {"grad_weight": np.ascontiguousarray(gradient.swapaxes(0, 1))}


def _averaged(*, over_examples: bool) -> Wrong:
    @needs_upstream
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        count = prod(arrays["grad_out"].shape[2:])
        if over_examples:
            count *= len(arrays["x"])
        return scaled(operation, arrays, 1.0 / count, *parameter_gradients(operation))

    return wrong


def _bias_gradient(gradient: Change) -> Wrong:
    @needs_upstream
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        found = {"grad_bias": gradient(arrays["grad_out"])}
        return changed(operation, arrays, found)

    return wrong


def _per_channel(grad_out: Array) -> Array:
    return np.asarray(grad_out.sum(axis=(0, *spatial(grad_out))))


def _averaged_over_batch(grad_out: Array) -> Array:
    return _per_channel(grad_out) / len(grad_out)


def _averaged_over_positions(grad_out: Array) -> Array:
    return _per_channel(grad_out) / prod(grad_out.shape[2:])


def _averaged_over_both(grad_out: Array) -> Array:
    return _averaged_over_positions(grad_out) / len(grad_out)


def _total_for_all(grad_out: Array) -> Array:
    return np.full(grad_out.shape[1], grad_out.sum())


def _one_number(grad_out: Array) -> Array:
    return np.asarray(grad_out.sum())


def _summed_over_batch(grad_out: Array) -> Array:
    return np.asarray(grad_out.sum(axis=0))


def _summed_over_positions(grad_out: Array) -> Array:
    return np.asarray(grad_out.sum(axis=spatial(grad_out)))


def _last_axis_left(grad_out: Array) -> Array:
    return np.asarray(grad_out.sum(axis=tuple(range(grad_out.ndim - 1))))


def _bias_left_out(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    if not vars(operation)["bias"]:
        return {}
    bias = np.zeros_like(arrays["bias"])
    return {"out": operation.answer({**arrays, "bias": bias})["out"]}


def _last_channel_only(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    groups = vars(operation).get("groups", 1)
    x = np.zeros_like(arrays["x"])
    depth = x.shape[1] // groups
    x[:, depth - 1 :: depth] = arrays["x"][:, depth - 1 :: depth]
    answer = operation.answer({**arrays, "x": x})
    return changed(operation, arrays, answer, "out")


@needs_upstream
def _last_example_only(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    last = {name: arrays[name][-1:] for name in ("x", "grad_out")}
    return gradients_for(operation, arrays, parameter_gradients(operation), **last)


def general_entries(name: str) -> tuple[Misconception, ...]:
    """Return the mistakes that any layer with parameters has."""
    return (
        parameters_averaged_entry(
            name, "the gradients of weight and bias are divided by N"
        ),
        averaged_entry(name),
        negated_entry(name),
        ignored_upstream_entry(name, "every gradient is that for grad_out = 1"),
    )


def _bias_shape_entries(name: str) -> tuple[Misconception, ...]:
    entry = entries_of(name)

    def not_summed(formula: str, gradient: Change) -> Misconception:
        return entry(
            "M14",
            "bias gradient not summed over batch and positions",
            "To how many entries of the output is one bias added? What does that say "
            "about the number of terms in its gradient, and about its shape?",
            formula,
            _bias_gradient(gradient),
        )

    return (
        not_summed("grad_bias = sum(grad_out, axis=0)", _summed_over_batch),
        not_summed("grad_bias[n,f] = sum of grad_out[n,f]", _summed_over_positions),
        entry(
            "M16",
            "bias gradient summed over the channels as well",
            "Should two output channels that receive different gradients end up with "
            "the same gradient for their biases?",
            "grad_bias = sum(grad_out) for every channel",
            _bias_gradient(_total_for_all),
        ),
        entry(
            "M19",
            "bias gradient is a single number",
            "How many biases does this layer have, and how many numbers does your "
            "gradient for them hold?",
            "grad_bias = sum(grad_out), one number",
            _bias_gradient(_one_number),
        ),
        wrong_axis_entry(
            name,
            "Which axis of the upstream gradient counts the output channels, and is "
            "it the one that your sum leaves?",
            "grad_bias = sum of grad_out over all axes but the last",
            _bias_gradient(_last_axis_left),
        ),
    )


def bias_entries(name: str) -> tuple[Misconception, ...]:
    """Return M14, M15, M16, M19, M245 and M250."""
    entry = entries_of(name)

    def averaged(formula: str, gradient: Change) -> Misconception:
        return entry(
            "M15",
            "bias gradient averaged instead of summed",
            "Raise one bias by a little. By how much does the sum of all entries of "
            "its channel rise, over the whole batch?",
            formula,
            _bias_gradient(gradient),
        )

    return (
        *_bias_shape_entries(name),
        averaged("grad_bias = sum of grad_out / N", _averaged_over_batch),
        averaged("grad_bias = sum of grad_out / positions", _averaged_over_positions),
        averaged("grad_bias = mean(grad_out) of a channel", _averaged_over_both),
        entry(
            "M250",
            "bias left out of the output",
            "What should this layer return when all inputs are zero? Put zeros into "
            "yours.",
            "out without bias",
            _bias_left_out,
        ),
    )


def average_entries(name: str) -> tuple[Misconception, ...]:
    """Return M102."""

    def averaged(formula: str, *, over_examples: bool) -> Misconception:
        return entries_of(name)(
            "M102",
            "gradients of weight and bias averaged over positions",
            "One weight is used at every position of an image. Do those uses share the "
            "change that it makes to the loss, or does each add a change of its own?",
            formula,
            _averaged(over_examples=over_examples),
        )

    return (
        averaged("divided by the number of positions", over_examples=False),
        averaged("divided by N times the number of positions", over_examples=True),
    )


def overwritten_entry(name: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M103."""
    return entries_of(name)(
        "M103",
        "gradient overwritten inside a loop",
        "How many examples and positions use the same weight? What is left in your "
        "gradient of the first of them when the loops have ended?",
        formula,
        wrong,
    )


def last_example_entry(name: str) -> Misconception:
    """Return M103 for a loop over the examples."""
    formula = "grad_weight and grad_bias of the last example only"
    return overwritten_entry(name, formula, _last_example_only)


def orientation_entries(
    name: str, computed: str, forward: tuple[str, str], backward: tuple[str, str]
) -> tuple[Misconception, ...]:
    """Return M94, M95 and M280.

    Parameters
    ----------
    computed
        The quantity for which the kernel is turned around in code that is made of
        correlations.
    forward, backward
        Title and formula of M94, and the formulas of M95 for ``grad_x`` and
        ``grad_weight``.
    """
    entry = entries_of(name)

    def on_the_way_back(formula: str, quantity: str) -> Misconception:
        return entry(
            "M95",
            "kernel the wrong way round in backward",
            "Let the upstream gradient be zero everywhere but for its first entry. "
            "Which entries of the input did it come from, and with which weights?",
            formula,
            part_of(turned, quantity),
        )

    def too_many_axes(formula: str, change: Change) -> Misconception:
        return entry(
            "M280",
            "kernel turned along the wrong axes",
            "Number the entries of a weight with 2 filters and 3 channels, turn it, "
            "and print it. Are the filters and the channels still where they were?",
            formula,
            part_of(with_weight(change, change), computed),
        )

    title, formula = forward
    return (
        entry(
            "M94",
            title,
            "Put an image through your layer that is 1 in one place and 0 elsewhere, "
            "with a kernel of different numbers. In which order do they come out?",
            formula,
            turned,
        ),
        on_the_way_back(backward[0], "grad_x"),
        on_the_way_back(backward[1], "grad_weight"),
        too_many_axes("np.flip(weight) of all axes", _reversed_channels),
        too_many_axes("np.rot90(weight, 2), which turns the first two axes", np.flip),
    )


def arrangement_entries(name: str) -> tuple[Misconception, ...]:
    """Return M12, M281 and M286."""
    entry = entries_of(name)
    return (
        entry(
            "M12",
            "weight gradient transposed",
            "Does your gradient for the weight have the shape of the weight itself, "
            "input channels and output channels included?",
            "the first two axes of grad_weight are exchanged",
            _weight_gradient_swapped,
        ),
        entry(
            "M281",
            "windows and weight flattened in different orders",
            "Flatten one window and one filter and write the indices of channel, row "
            "and column under each entry. Which entries does your product pair up?",
            "columns in the order (kernel, channels), weight in (channels, kernel)",
            _other_order,
        ),
        entry(
            "M286",
            "only one input channel counts",
            "Change an entry of the first input channel. Does the output move in your "
            "code?",
            "out is assigned in the loop over the input channels, not added to",
            _last_channel_only,
        ),
    )
