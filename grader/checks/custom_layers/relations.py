"""Relations that an assignment declares for a layer of its own."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.checks.custom_layers.shapes import BATCH, Shape
from grader.contract.messages import Array
from reference.errors import ConventionError
from reference.operations import relations as known
from reference.operations.adjoint import adjoint
from reference.operations.relations import Arrays, Relation

TWICE = 2.0
"""A power of two, so that multiplying by it is exact."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What is known of the arrays of a custom layer.

    Parameters
    ----------
    shapes
        Of all inputs, parameters and outputs, by name.
    outputs
        Names of the outputs.
    gradients
        Name of each gradient with the input it belongs to.
    """

    shapes: Mapping[str, Shape]
    outputs: Sequence[str]
    gradients: Mapping[str, str]

    @property
    def upstreams(self) -> dict[str, str]:
        """Return the name of each upstream gradient with the output it belongs to."""
        return {f"grad_{output}": output for output in self.outputs}

    @property
    def answers(self) -> list[str]:
        """Return the names of everything that comes back."""
        return [*self.outputs, *self.gradients]

    def shape(self, name: str) -> Shape:
        """Return the shape of any array, gradients included."""
        return self.shapes[self.upstreams.get(name, self.gradients.get(name, name))]

    def along(self, letter: str, names: Sequence[str]) -> dict[str, int]:
        """Return which axis of each array is the letter; the others are left out.

        Raises
        ------
        ConventionError
            If no array has it, or it occurs twice in one or within an expression.
        """
        found = {}
        for name in names:
            axes = [axis.letter for axis in self.shape(name)]
            if letter not in axes:
                continue
            at = axes.index(letter)
            if axes.count(letter) > 1 or not self.shape(name)[at].is_plain(letter):
                raise ConventionError(
                    f"relations: axis must be a letter by itself in the shape of "
                    f"{name}, got {letter!r}"
                )
            found[name] = at
        if not found:
            raise ConventionError(
                f"relations: axis must be a letter of a shape, got {letter!r}"
            )
        return found

    def asked(self) -> list[str]:
        """Return the names of everything that a question holds."""
        inputs = [name for name in self.shapes if name not in self.outputs]
        return [*inputs, *self.upstreams]

    def inputs(self, names: Sequence[str]) -> list[str]:
        """Return the names of some inputs or parameters.

        Raises
        ------
        ConventionError
            If one of them is none.
        """
        every = [name for name in self.shapes if name not in self.outputs]
        return _checked("of", names, every)

    def chosen(self, names: Sequence[str] | None) -> list[str]:
        """Return the names of some answers, or of all.

        Raises
        ------
        ConventionError
            If one of them is none.
        """
        if names is None:
            return self.answers
        return _checked("answers", names, self.answers)


def _checked(key: str, names: Sequence[str], every: Sequence[str]) -> list[str]:
    given = [names] if isinstance(names, str) else names
    if not isinstance(given, list | tuple) or not given:
        raise ConventionError(f"relations: {key} must be a list of names, got {names}")
    for name in given:
        if name not in every:
            raise ConventionError(
                f"relations: {key} must be among {', '.join(every)}, got {name!r}"
            )
    return list(given)


def declared(
    layout: Layout, given: Sequence[str | dict[str, Any]]
) -> tuple[Relation, ...]:
    """Return the relations that an assignment names.

    Parameters
    ----------
    given
        Names, or tables with ``name`` and the arguments of that relation.

    Raises
    ------
    ConventionError
        If there is no such relation, or it does not take these arguments.
    """
    found = [_one(layout, entry) for entry in given]
    names = [relation.name for relation in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConventionError(f"relations: {twice} must be named once")
    return tuple(found)


def _one(layout: Layout, entry: str | dict[str, Any]) -> Relation:
    table = {"name": entry} if isinstance(entry, str) else entry
    if "name" not in table:
        raise ConventionError(f"relations: a table must have a name, got {entry!r}")
    name, arguments = table["name"], {k: v for k, v in table.items() if k != "name"}
    if not isinstance(name, str) or name not in DECLARABLE:
        raise ConventionError(
            f"relations: name must be one of {', '.join(DECLARABLE)}, got {name!r}"
        )
    make = DECLARABLE[name]
    try:
        inspect.signature(make).bind(layout, **arguments)
    except TypeError as fault:
        raise ConventionError(f"relations: {name}: {fault}") from None
    return make(layout, **arguments)


def _independent_examples(layout: Layout) -> Relation:
    batched = layout.along(BATCH, layout.asked())
    return known.examples_apart(
        _leading(batched), _leading(layout.along(BATCH, layout.answers))
    )


def _leading(axes: Mapping[str, int]) -> list[str]:
    for name, axis in axes.items():
        if axis != 0:
            raise ConventionError(
                f"relations: {BATCH} must be the first axis of {name}, got axis {axis}"
            )
    return list(axes)


def _permutation_equivariant(layout: Layout, axis: str) -> Relation:
    moved = layout.along(axis, layout.asked())
    following = layout.along(axis, layout.answers)
    kept = [name for name in layout.answers if name not in following]

    def questions(rng: np.random.Generator, arrays: Arrays) -> list[dict[str, Array]]:
        turned = {name: _shuffled(arrays[name], at) for name, at in moved.items()}
        return [dict(arrays), {**arrays, **turned}]

    def pairs(
        asked: Sequence[Arrays], found: Sequence[Arrays]
    ) -> dict[str, tuple[Array, Array]]:
        one, other = found
        turned = {
            name: (_shuffled(one[name], at), other[name])
            for name, at in following.items()
        }
        return turned | {name: (one[name], other[name]) for name in kept}

    return Relation(
        f"permutation_equivariant_{axis}",
        f"Another order along {axis} gives the same answers in that order.",
        questions,
        pairs,
    )


def _shuffled(array: Array, axis: int) -> Array:
    """Put every second entry behind all others, which is no rotation."""
    length = array.shape[axis]
    order = [*range(0, length, 2), *range(1, length, 2)]
    return np.take(array, order, axis=axis)


def _translation_equivariant(layout: Layout, axis: str) -> Relation:
    inputs = [name for name in layout.shapes if name not in layout.outputs]
    moved = layout.along(axis, inputs)
    places = {
        output: [one.letter for one in layout.shape(output)].index(axis)
        for output in layout.outputs
        if axis in [one.letter for one in layout.shape(output)]
    }

    def questions(rng: np.random.Generator, arrays: Arrays) -> list[dict[str, Array]]:
        ended, rolled = {}, {}
        for name, at in moved.items():
            ended[name] = arrays[name].copy()
            np.moveaxis(ended[name], at, 0)[-1] = 0
            rolled[name] = np.roll(ended[name], 1, axis=at)
        return [{**arrays, **ended}, {**arrays, **rolled}]

    def pairs(
        asked: Sequence[Arrays], found: Sequence[Arrays]
    ) -> dict[str, tuple[Array, Array]]:
        one, other = found
        return {
            name: (
                np.moveaxis(one[name], at, 0)[:-1],
                np.moveaxis(other[name], at, 0)[1:],
            )
            for name, at in places.items()
        }

    return Relation(
        f"translation_equivariant_{axis}",
        f"Moving an input that ends with zeros by one place along {axis} moves the "
        "output by one place.",
        questions,
        pairs,
    )


def _scaled(
    layout: Layout, of: Sequence[str], factor: float, power: int
) -> tuple[Callable[..., list[dict[str, Array]]], known.Pairs]:
    """Return what a factor in front of some inputs makes of every answer."""
    names = layout.inputs(of)

    def questions(rng: np.random.Generator, arrays: Arrays) -> list[dict[str, Array]]:
        return [dict(arrays), {**arrays, **{n: factor * arrays[n] for n in names}}]

    def pairs(
        asked: Sequence[Arrays], found: Sequence[Arrays]
    ) -> dict[str, tuple[Array, Array]]:
        one, other = found
        found_pairs = {}
        for name in layout.answers:
            # One factor less for the derivative with respect to what is multiplied.
            less = layout.gradients.get(name) in names
            found_pairs[name] = (factor ** (power - less) * one[name], other[name])
        return found_pairs

    return questions, pairs


def _homogeneous(layout: Layout, of: Sequence[str], degree: int = 1) -> Relation:
    if type(degree) is not int:
        raise ConventionError(f"relations: degree must be an integer, got {degree!r}")
    listed = " and ".join(layout.inputs(of))
    return Relation(
        "homogeneous",
        f"Doubling {listed} multiplies the output by {TWICE**degree:g}.",
        *_scaled(layout, of, TWICE, degree),
    )


def _odd(layout: Layout, of: Sequence[str]) -> Relation:
    listed = " and ".join(layout.inputs(of))
    sentence = f"The opposite of {listed} gives the opposite output."
    return Relation("odd", sentence, *_scaled(layout, of, -1.0, 1))


def _even(layout: Layout, of: Sequence[str]) -> Relation:
    listed = " and ".join(layout.inputs(of))
    sentence = f"The opposite of {listed} gives the same output."
    return Relation("even", sentence, *_scaled(layout, of, -1.0, 0))


def _shift_invariant(
    layout: Layout, of: str, answers: Sequence[str] | None = None
) -> Relation:
    (shifted,) = layout.inputs([of])
    return known.shift_invariant(shifted, layout.chosen(answers))


def _rows_sum_to_zero(layout: Layout, answer: str) -> Relation:
    (chosen,) = layout.chosen([answer])
    return known.rows_sum_to_zero(chosen)


def _adjoint(layout: Layout, of: Sequence[str]) -> Relation:
    if list(layout.outputs) != ["out"]:
        raise ConventionError("relations: adjoint must have one output called out")
    return adjoint(layout.inputs(of))


def _known_values(layout: Layout, **arrays: Any) -> Relation:
    """Return that the answer to one question is known, for example by hand."""
    given = {name: _array(layout, name, value) for name, value in arrays.items()}
    _one_length_for_each_letter(layout, given)
    stated = {name: given[name] for name in layout.answers if name in given}
    inputs = [name for name in layout.shapes if name not in layout.outputs]
    missing = [name for name in inputs if name not in given]
    if missing or not stated:
        what = ", ".join(missing) or "an output or a gradient"
        raise ConventionError(f"relations: known_values must have {what}")
    question = {name: given[name] for name in inputs}
    for upstream, output in layout.upstreams.items():
        if upstream in given:
            question[upstream] = given[upstream]
        elif output in given:
            question[upstream] = np.zeros_like(given[output])
        else:
            raise ConventionError(f"relations: known_values must have {upstream}")

    def pairs(
        asked: Sequence[Arrays], found: Sequence[Arrays]
    ) -> dict[str, tuple[Array, Array]]:
        return {name: (found[0][name], value) for name, value in stated.items()}

    return Relation(
        "known_values",
        "The answers for the example in the handout are known.",
        lambda rng, drawn: [dict(question)],
        pairs,
    )


def _array(layout: Layout, name: str, value: Any) -> Array:
    known = [*layout.asked(), *layout.answers]
    if name not in known:
        raise ConventionError(
            f"relations: known_values has {', '.join(known)}, got {name!r}"
        )
    try:
        array = np.array(value)
    except ValueError:
        array = np.array(None)
    if array.dtype.kind not in "fib" or array.ndim != len(layout.shape(name)):
        raise ConventionError(
            f"relations: known_values must have {len(layout.shape(name))} axes of "
            f"numbers for {name}, got {value!r}"
        )
    return array if array.dtype.kind == "b" else array.astype(np.float64)


def _one_length_for_each_letter(layout: Layout, given: Mapping[str, Array]) -> None:
    lengths: dict[str, int] = {}
    for name, array in given.items():
        for axis, length in zip(layout.shape(name), array.shape, strict=True):
            if axis.is_plain(axis.letter):
                lengths.setdefault(axis.letter, length)
    for name, array in given.items():
        needed = tuple(axis.length(lengths) for axis in layout.shape(name))
        if array.shape != needed:
            raise ConventionError(
                f"relations: known_values must have shape {needed} for {name}, got "
                f"{array.shape}"
            )


DECLARABLE: Mapping[str, Callable[..., Relation]] = {
    "independent_examples": _independent_examples,
    "permutation_equivariant": _permutation_equivariant,
    "translation_equivariant": _translation_equivariant,
    "shift_invariant": _shift_invariant,
    "rows_sum_to_zero": _rows_sum_to_zero,
    "homogeneous": _homogeneous,
    "odd": _odd,
    "even": _even,
    "adjoint": _adjoint,
    "known_values": _known_values,
}
"""What may be declared, by name. Backward is linear in the upstream gradient always."""
