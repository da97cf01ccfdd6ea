"""What goes wrong in convolution with padding, dilation and groups."""

from typing import Any

import numpy as np

from reference.misconceptions.backward import needs_upstream
from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.changes import changed, entries_of
from reference.misconceptions.sliding import read_by
from reference.misconceptions.windows import output_with, remade, windows_of
from reference.operations.base import Array, Arrays, Operation
from reference.windows import Edges, Place


def groups_of(operation: Operation) -> int:
    """Return the number of groups."""
    groups: int = vars(operation)["groups"]
    return groups


def seen_channels(operation: Operation, arrays: Arrays) -> Array:
    """Return (F, C) with a one where a filter sees a channel."""
    groups, filters = groups_of(operation), len(arrays["weight"])
    owners = np.arange(filters) * groups // filters
    return _ones(operation, arrays, owners)


def _ones(operation: Operation, arrays: Arrays, owners: Array) -> Array:
    """Return (F, C) with a one where the group that owns a filter has a channel."""
    groups, channels = groups_of(operation), arrays["x"].shape[1]
    belongs_to = np.arange(channels) * groups // channels
    return (owners[:, np.newaxis] == belongs_to).astype(float)


def whole_weight(weight: Array, sees: Array) -> Array:
    """Return the weight with an entry for every channel, zero where none is seen."""
    groups = sees.shape[1] // weight.shape[1]
    kernel = (1,) * (weight.ndim - 2)
    return np.tile(weight, (1, groups, *kernel)) * sees.reshape(*sees.shape, *kernel)


def _seeing(operation: Operation, arrays: Arrays, sees: Array) -> dict[str, Array]:
    """Return what comes out where filters see other channels than they should."""
    weight, groups = arrays["weight"], groups_of(operation)
    whole = {**arrays, "weight": whole_weight(weight, sees)}
    answer = remade(operation, groups=1).answer(whole)
    if "grad_weight" in answer:
        shares = whole_weight(np.ones_like(weight), sees) * answer["grad_weight"]
        parts = shares.reshape(len(weight), groups, *weight.shape[1:])
        answer["grad_weight"] = parts.sum(axis=1)
    return changed(operation, arrays, answer)


def _one_channel_each(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    if groups_of(operation) > 1:
        return {}
    filters, channels = len(arrays["weight"]), arrays["x"].shape[1]
    own = np.equal.outer(np.arange(filters) % channels, np.arange(channels))
    return _seeing(operation, arrays, own.astype(float))


def _groups_in_turn(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    if groups_of(operation) == 1:
        return {}
    owners = np.arange(len(arrays["weight"])) % groups_of(operation)
    return _seeing(operation, arrays, _ones(operation, arrays, owners))


def _groups_ignored(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    if groups_of(operation) == 1:
        return {}
    first = np.zeros(len(arrays["weight"]), int)
    return _seeing(operation, arrays, _ones(operation, arrays, first))


def _padded(
    operation: Operation, arrays: Arrays, edges: Edges, **others: Any
) -> dict[str, Array]:
    """Return what comes out for an image with zeros around it, padding included.

    Parameters
    ----------
    others
        Conventions that differ; there are as many windows as before.
    """
    counts = windows_of(operation).counts(arrays["x"].shape[2:])
    x = np.pad(arrays["x"], ((0, 0), (0, 0), *edges))
    other = remade(operation, **({"padding": 0} | others))
    return read_by(other, counts, {**arrays, "x": x})


@needs_upstream
def _padding_kept(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    answer = _padded(operation, arrays, windows_of(operation).padding)
    return changed(operation, arrays, answer, "grad_x")


@needs_upstream
def _nothing_left(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    edges = windows_of(operation).padding
    gradient = _padded(operation, arrays, edges)["grad_x"]
    left: Place = (..., *(slice(before, -after) for before, after in edges))
    return changed(operation, arrays, {"grad_x": gradient[left].copy()})


def _with_edges(
    operation: Operation, arrays: Arrays, edges: Edges, **others: Any
) -> dict[str, Array]:
    """Return what is wrong with zeros around the image, cut off in ``grad_x``."""
    answer = _padded(operation, arrays, edges, **others)
    if "grad_x" in answer:
        sides = zip(edges, arrays["x"].shape[2:], strict=True)
        inside: Place = (..., *(slice(at, at + side) for (at, _), side in sides))
        answer["grad_x"] = answer["grad_x"][inside].copy()
    return changed(operation, arrays, answer)


def _unpadded(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    if isinstance(vars(operation)["padding"], str):
        return {}
    return output_with(operation, arrays, padding=0)


def _other_end_longer(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    edges = tuple((after, before) for before, after in windows_of(operation).padding)
    return _with_edges(operation, arrays, edges)


def _neighbours_read(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    edges = windows_of(operation).padding
    return _with_edges(operation, arrays, edges, dilation=1)


def _undilated(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return output_with(operation, arrays, dilation=1)


def _dilated_once_more(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    steps = [step + 1 for step in windows_of(operation).dilation]
    return output_with(operation, arrays, dilation=steps)


def padding_entries(name: str) -> tuple[Misconception, ...]:
    """Return M98, M283 and M288."""
    entry = entries_of(name)

    def cut(formula: str, wrong: Wrong) -> Misconception:
        return entry(
            "M98",
            "padding not cut off properly on the way back",
            "Which part of the padded gradient belongs to the input? Print the slice "
            "that you take once for a padding of 0 and once for a padding of 1.",
            formula,
            wrong,
        )

    return (
        cut("grad_x with its padding", _padding_kept),
        cut("grad_x = grad_padded[p:-p], which is empty for p = 0", _nothing_left),
        entry(
            "M288",
            "padding ignored or misread",
            "Construct the layer with another padding. What changes in the shape of "
            "your output, and what should?",
            "out as for padding 0",
            _unpadded,
        ),
        entry(
            "M283",
            "uneven padding has its extra zero at the wrong end",
            "A kernel with an even number of entries needs an odd number of zeros to "
            "keep the length. At which end does the handout want one more?",
            "one zero more at the beginning than at the end",
            _other_end_longer,
        ),
    )


def choice_entries(name: str) -> tuple[Misconception, ...]:
    """Return M285 and M287."""
    entry = entries_of(name)

    def distance(formula: str, wrong: Wrong) -> Misconception:
        return entry(
            "M285",
            "entries of a window at the wrong distance",
            "Take a row of 5 entries, a kernel of 2 and a dilation of 2. Which two "
            "entries does your first window read?",
            formula,
            wrong,
        )

    def seen(formula: str, wrong: Wrong) -> Misconception:
        return entry(
            "M287",
            "filters see the wrong channels",
            "Write down for the last filter which channels of the input have an "
            "influence on its output. Does that fit the number of groups?",
            formula,
            wrong,
        )

    return (
        distance("entries are neighbours, sides as asked for", _neighbours_read),
        distance("dilation ignored, for the sides as well", _undilated),
        distance("as many entries in between as dilation says", _dilated_once_more),
        seen("filter f sees channel f % C alone", _one_channel_each),
        seen("filter f belongs to group f % groups", _groups_in_turn),
        seen("every filter sees the channels of the first group", _groups_ignored),
    )
