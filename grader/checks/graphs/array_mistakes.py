"""Known wrong engines in which an operation on arrays is undone wrongly."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from grader.checks.graphs.answers import key_of
from grader.checks.graphs.mistakes import EngineMistake
from grader.checks.graphs.rules import (
    PULLS,
    Params,
    Pull,
    flipped,
    permutation,
    places,
    spread,
    summed_to,
)
from grader.checks.graphs.tape import Engine, Entry
from grader.contract.messages import Array
from grader.report import Diagnosis

Shape = tuple[int, ...]
Summed = Callable[[Array, Shape, str], Array]

_NOT_SUMMED = Diagnosis(
    "M119",
    "gradient not summed over copied entries",
    "One entry of the smaller operand was used in several places. Which shape must "
    "its gradient have, and how do the pieces get there?",
)
_AVERAGED = Diagnosis(
    "M336",
    "gradient averaged over copied entries",
    "One entry is copied seven times, and the output is the sum. If you raise the "
    "entry by a little, does the output move by one share or by seven?",
)
_AXES_MISSED = Diagnosis(
    "M121",
    "only some of the copied axes are summed",
    "Try an operand of shape (3, 1) and one of shape (4,) beside one of shape (3, 4). "
    "Along which axes was each of them copied?",
)
_SQUEEZED = Diagnosis(
    "M337",
    "axis of length 1 lost in the gradient",
    "Compare the shape of the gradient with the shape of the operand. Which option "
    "of sum keeps an axis?",
)
_RESULT_SHAPE = Diagnosis(
    "M338",
    "gradient has the shape of the result",
    "Compare the shape of the gradient with the shape of what went into the "
    "operation. How does every entry get its part?",
)
_WHOLE = Diagnosis(
    "M339",
    "average hands its whole gradient to every entry",
    "Raise one of five entries by a little. By how much does their average move?",
)
_ONE_AXIS = Diagnosis(
    "M122",
    "average over several axes divided by one length",
    "How many entries does an average over two axes of lengths 3 and 5 have?",
)
_NOT_LARGEST = Diagnosis(
    "M292",
    "gradient given to entries that are not the largest",
    "Raise an entry that is not the largest by a little. Does the maximum move?",
)
_PERMUTED = Diagnosis(
    "M123",
    "permutation of the axes used again on the way back",
    "Apply the permutation (1, 2, 0) twice to an array of shape (2, 3, 5). Is it what "
    "it was before?",
)
_STORAGE = Diagnosis(
    "M124",
    "reshape reads the entries in the order of the storage",
    "Transpose an array, then reshape it, and compare with NumPy. In which order do "
    "the entries lie after the transpose?",
)
_UNTURNED = Diagnosis(
    "M340",
    "factor of a matrix product not transposed",
    "Write the shape under every factor of your product, for matrices that are not "
    "square. Do neighbours fit?",
)
_OTHER_SIDE = Diagnosis(
    "M341",
    "factors of a matrix product in the wrong order",
    "Which of the two factors must stand on the left so that the shapes fit for "
    "matrices that are not square?",
)
_REPEATS = Diagnosis(
    "M114",
    "repeated indices overwrite each other",
    "Read the same row twice. How many pieces must its gradient contain, and what "
    "does an assignment to the same place twice leave there?",
)
_NOT_DETACHED = Diagnosis(
    "M342",
    "gradient flows through a detached value",
    "Which operands does a detached value remember? On which path did this piece "
    "arrive?",
)
_STRETCHED = ("broadcasting",)


def _unsummed(piece: Array, shape: Shape, operation: str) -> Array:
    return piece


def _mean_to(piece: Array, shape: Shape, operation: str) -> Array:
    total = summed_to(piece, shape, operation)
    return total * (total.size / piece.size)


def _leading_only(piece: Array, shape: Shape, operation: str) -> Array:
    return piece.sum(axis=tuple(range(piece.ndim - len(shape))))


def _ones_only(piece: Array, shape: Shape, operation: str) -> Array:
    new = piece.ndim - len(shape)
    axes = tuple(
        new + axis
        for axis, length in enumerate(shape)
        if length != piece.shape[new + axis]
    )
    return piece.sum(axis=axes, keepdims=True)


def _first_new_only(piece: Array, shape: Shape, operation: str) -> Array:
    if piece.ndim == len(shape):
        return summed_to(piece, shape, operation)
    return summed_to(piece.sum(axis=0), piece.shape[1:], operation)


def _squeezed_to(piece: Array, shape: Shape, operation: str) -> Array:
    total = summed_to(piece, shape, operation)
    new = piece.ndim - len(shape)
    lost = [a for a, length in enumerate(shape) if length != piece.shape[new + a]]
    return np.squeeze(total, axis=tuple(lost))


def _products_only(wrong: Summed) -> Summed:
    def summed(piece: Array, shape: Shape, operation: str) -> Array:
        chosen = wrong if operation == "matmul" else summed_to
        return chosen(piece, shape, operation)

    return summed


def _summing(
    diagnosis: Diagnosis, formula: str, summed: Summed
) -> tuple[EngineMistake, ...]:
    general = EngineMistake(
        diagnosis, formula, Engine(summed=summed), _STRETCHED, arrays_only=True
    )
    product = replace(
        general,
        formula=f"matmul: {formula}",
        engine=Engine(summed=_products_only(summed)),
        topics=("products",),
        needs=frozenset({"matmul"}),
    )
    return general, product


def _stretching() -> tuple[EngineMistake, ...]:
    return (
        *_summing(_NOT_SUMMED, "no sum over the axes of the copies", _unsummed),
        *_summing(_AVERAGED, "mean over the axes of the copies", _mean_to),
        *_summing(_AXES_MISSED, "only new leading axes are summed", _leading_only),
        _summing(_AXES_MISSED, "only axes of length 1 are summed", _ones_only)[0],
        _summing(_AXES_MISSED, "only one new axis is summed", _first_new_only)[0],
        *_summing(_SQUEEZED, "axes of length 1 are summed away", _squeezed_to),
    )


def _rule(
    diagnosis: Diagnosis, formula: str, topic: str, operation: str, pull: Pull
) -> EngineMistake:
    return EngineMistake(
        diagnosis,
        formula,
        Engine(pulls={**PULLS, operation: pull}),
        (topic,),
        frozenset({operation}),
        arrays_only=True,
    )


def _one_length(g: Array, out: Array, xs: Sequence[Any], p: Params) -> list[Array]:
    axis = p["axis"][0] if isinstance(p["axis"], list) else p["axis"]
    lengths = xs[0].size if axis is None else xs[0].shape[axis]
    return [spread(g, xs[0], p) / lengths]


def _reductions() -> tuple[EngineMistake, ...]:
    topic = "reductions"
    unspread = tuple(
        _rule(
            _RESULT_SHAPE,
            f"{name} hands its gradient on as it is",
            topic,
            name,
            lambda g, out, xs, p: [g],
        )
        for name in ("sum", "max", "logsumexp")
    )
    everywhere = tuple(
        _rule(
            diagnosis,
            f"{name} copies its gradient to every entry",
            topic,
            name,
            lambda g, out, xs, p: [spread(g, xs[0], p)],
        )
        for name, diagnosis in (
            ("mean", _WHOLE),
            ("max", _NOT_LARGEST),
        )
    )
    return (
        *unspread,
        *everywhere,
        _rule(
            _ONE_AXIS,
            "mean divides by the first axis alone",
            topic,
            "mean",
            _one_length,
        ),
    )


def _as_stored(name: str, given: Sequence[Any]) -> Sequence[Any]:
    """Return what a reshape sees that ignores how its operand was transposed."""
    if name == "reshape" and isinstance(given[0], Entry):
        source = given[0]
        if source.operation in ("transpose", "swap_axes"):
            stored = source.numbers[0].reshape(source.value.shape)
            return [Entry(stored, source.operation, source.operands, source.params)]
    return given


def _shapes() -> tuple[EngineMistake, ...]:
    topic = "shapes"
    unturned = tuple(
        _rule(
            _RESULT_SHAPE,
            f"{name} hands its gradient on as it is",
            topic,
            name,
            lambda g, out, xs, p: [g],
        )
        for name in ("reshape", "transpose", "swap_axes")
    )
    return (
        _rule(
            _PERMUTED,
            "transpose applies the same permutation to the gradient",
            topic,
            "transpose",
            lambda g, out, xs, p: [np.transpose(g, permutation(xs[0], p))],
        ),
        *unturned,
        EngineMistake(
            _STORAGE,
            "reshape reads the storage of a transposed array",
            Engine(rewrite=_as_stored),
            (topic,),
            frozenset({"reshape"}),
            arrays_only=True,
        ),
    )


def _products() -> tuple[EngineMistake, ...]:
    topic = "products"
    return (
        _rule(
            _UNTURNED,
            "a gets g @ b and b gets a @ g",
            topic,
            "matmul",
            lambda g, out, xs, p: [g @ xs[1], xs[0] @ g],
        ),
        _rule(
            _OTHER_SIDE,
            "a gets b.T @ g and b gets g @ a.T",
            topic,
            "matmul",
            lambda g, out, xs, p: [flipped(xs[1]) @ g, g @ flipped(xs[0])],
        ),
        _rule(
            _OWN_SIDE,
            "a gets a.T @ g and b gets g @ b.T",
            topic,
            "matmul",
            lambda g, out, xs, p: [flipped(xs[0]) @ g, g @ flipped(xs[1])],
        ),
    )


_OWN_SIDE = Diagnosis(
    "M343",
    "gradients of the two factors exchanged",
    "The product has two factors. Which of them must appear in the gradient of the "
    "left one?",
)


def _assigned(g: Array, x: Array, key: Any) -> list[Array]:
    whole = np.zeros_like(x)
    whole[key] = g
    return [whole]


def _indexing() -> tuple[EngineMistake, ...]:
    topic = "indexing"
    return (
        _rule(
            _REPEATS,
            "grad[rows] += g with repeated rows",
            topic,
            "rows",
            lambda g, out, xs, p: _assigned(g, xs[0], key_of("rows", p)),
        ),
        _rule(
            _REPEATS,
            "grad[places] += g with repeated places",
            topic,
            "gather",
            lambda g, out, xs, p: _assigned(g, xs[0], places(xs[0], p)),
        ),
        *(
            _rule(
                _RESULT_SHAPE,
                f"{name} hands its gradient on as it is",
                topic,
                name,
                lambda g, out, xs, p: [g],
            )
            for name in ("slice", "rows")
        ),
    )


def array_mistakes() -> tuple[EngineMistake, ...]:
    """Return the mistakes that need arrays, and the one about ``detach``."""
    return (
        *_stretching(),
        *_reductions(),
        *_shapes(),
        *_products(),
        *_indexing(),
        EngineMistake(
            _NOT_DETACHED,
            "detach hands its gradient on",
            Engine(pulls={**PULLS, "detach": lambda g, out, xs, p: [g]}),
            ("detach",),
            frozenset({"detach"}),
        ),
    )
