"""An operation in the presentation of a course, which knows nothing else about it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from grader.checks.presentation.arrangement import GRADIENT, Arrangement
from grader.checks.presentation.lengths import constants
from grader.contract.messages import Array
from reference.errors import ShapeError
from reference.operations.base import Family, Operation
from reference.operations.relations import Relation

Arrays = Mapping[str, Array]

_DESCRIBED = (
    "name",
    "family",
    "has_answer",
    "formula",
    "not_differentiable",
    "kink",
    "moves_kinks",
    "inputs",
    "parameters",
    "states",
    "outputs",
    "differentiable",
    "square",
    "smallest_batch",
    "example_conventions",
)


class ArrangedOperation(Operation):
    """An operation whose arrays look as an arrangement says.

    Everything that goes in and comes out is in the student's presentation, so whatever
    compares, explains or names arrays works on it as on any other operation.

    Parameters
    ----------
    plain
        The operation in the layout of the reference.
    """

    def __init__(self, plain: Operation, arrangement: Arrangement) -> None:
        self.plain = plain
        self.arrangement = arrangement
        vars(self).update({name: getattr(plain, name) for name in _DESCRIBED})
        example = plain.draw(np.random.default_rng(0))
        self._ndims = {name: value.ndim for name, value in example.items()}
        self._single = {
            name
            for name in example
            if arrangement.of(name).left_out(example[name].ndim)
        }

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw inputs in generic position, as students see them.

        Of an axis that the student's arrays do not have, only the first entry is
        drawn: a batch becomes a single example.
        """
        return self.presented(self._cut(self.plain.draw(rng, variant=variant)))

    def extreme(self, rng: np.random.Generator) -> dict[str, Array] | None:
        """Draw inputs at which a careless formula overflows, as students see them."""
        arrays = self.plain.extreme(rng)
        return None if arrays is None else self.presented(self._cut(arrays))

    def kinked(
        self, rng: np.random.Generator, *, variant: int = 0
    ) -> dict[str, Array] | None:
        """Draw inputs at kinks, as students see them."""
        arrays = self.plain.kinked(rng, variant=variant)
        return None if arrays is None else self.presented(self._cut(arrays))

    def nearest(self, arrays: Arrays, quantity: str, got: Array) -> Array:
        """Return the nearest right answer, as students have to return it."""
        plain = self.taken(arrays)
        asked = self._answers_taken({quantity: got}, plain)[quantity]
        nearest = self.plain.nearest(plain, quantity, asked)
        return self._presented({quantity: nearest}, plain)[quantity]

    def margin(self, arrays: Arrays) -> float:
        """Return how far the inputs are from where there is no derivative.

        An input that is half as large reaches the place with half the step.
        """
        plain = self.taken(arrays)
        sizes = [
            abs(self._scale(name, plain)) for name in self.inputs if name in arrays
        ]
        return min([1.0, *sizes]) * self.plain.margin(plain)

    def answer(self, arrays: Arrays) -> dict[str, Array]:
        """Return every output and every gradient, as students have to return them."""
        plain = self.taken(arrays)
        return self._presented(self.plain.answer(plain), plain)

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return what a student's constructor may need."""
        return self.plain.sizes(self.taken(arrays) if arrays else arrays)

    def upstreams(self, arrays: Arrays) -> dict[str, Array]:
        """Return the weights of each output whose sum has the right gradients.

        For a scaled output, or a scaled upstream gradient, this is not the array that
        the student is given: a layer that takes ``-grad_out`` still has a forward to
        which ``grad_out`` belongs.
        """
        plain = self.taken(arrays)
        given = super().upstreams(arrays)
        if self.family is Family.LOSS and self.output in self.arrangement.scale:
            return {self.output: np.asarray(1.0 / self._scale(self.output, plain))}
        return {
            output: upstream
            / (self._scale(output, plain) * self._scale(f"{GRADIENT}{output}", plain))
            for output, upstream in given.items()
        }

    def derivatives(self, arrays: Arrays, gradients: Arrays) -> dict[str, Array]:
        """Return gradients as slopes of the student's own forward, scales undone.

        Parameters
        ----------
        gradients
            By name of the gradient, in the student's presentation and scale.
        """
        plain = self.taken(arrays)
        found = {}
        for name, value in gradients.items():
            source = self.gradients[name]
            scale = self._scale(name, plain) * self._scale(source, plain)
            found[name] = self._like(source, name, value) / scale
        return found

    def _like(self, source: str, name: str, gradient: Array) -> Array:
        """Return a gradient with the axes of its input, if it has those it should."""
        looks, wanted = self.arrangement.of(name), self.arrangement.of(source)
        if looks.axes == wanted.axes:
            return gradient
        try:
            return wanted.present(looks.undo(gradient, self._ndim(source)))
        except ShapeError:
            return gradient

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return those relations of the operation that can be asked about here.

        Questions are put in the student's presentation and the answers taken back. A
        relation between other arrays than drawn ones may not fit a single example.
        """
        return tuple(
            self._converted(relation)
            for relation in self.plain.relations
            if not self._single or self._can_be_asked(relation)
        )

    def presented(self, arrays: Arrays) -> dict[str, Array]:
        """Return inputs of the reference as students see them."""
        return self._presented(arrays, arrays)

    def presented_mistake(self, wrong: Arrays, arrays: Arrays) -> dict[str, Array]:
        """Return wrong answers of the reference as a student here would return them.

        Parameters
        ----------
        wrong
            May have any shape. One that is not that of the quantity is taken for the
            array of this shape that is there; else it is left as it is.
        arrays
            The inputs in the layout of the reference.
        """
        return {
            name: self._as_mistaken(name, np.asarray(value), arrays)
            for name, value in wrong.items()
        }

    def taken(self, arrays: Arrays) -> dict[str, Array]:
        """Return a student's arrays in the layout and scale of the reference."""
        plain = {
            name: self.arrangement.of(name).undo(value, self._ndim(name))
            for name, value in arrays.items()
        }
        scales = {name: self._scale(name, plain) for name in plain}
        return {
            name: value / scales[name] if scales[name] != 1.0 else value
            for name, value in plain.items()
        }

    def factor(self, name: str, plain: Arrays) -> float:
        """Return what a student's array is as a multiple of the reference's.

        Parameters
        ----------
        plain
            Inputs in the layout of the reference, from which sizes are read.
        """
        return self._scale(name, plain)

    def _ndim(self, name: str) -> int | None:
        """Return how many axes the reference's array has, if a drawn one tells."""
        gradient, source = f"{GRADIENT}{name}", name.removeprefix(GRADIENT)
        found = (self._ndims.get(one) for one in (name, source, gradient))
        return next((ndim for ndim in found if ndim is not None), None)

    def _scale(self, name: str, plain: Arrays) -> float:
        scale = self.arrangement.scale.get(name)
        if scale is None:
            return 1.0
        known = constants(self.plain, plain)
        return scale.value({letter: one.value for letter, one in known.items()})

    def _cut(self, arrays: dict[str, Array]) -> dict[str, Array]:
        """Return arrays with one entry along every axis that the student's lack."""
        cut = dict(arrays)
        for name in cut.keys() & self._single:
            for axis in self.arrangement.of(name).left_out(cut[name].ndim):
                cut[name] = np.take(cut[name], [0], axis=axis)
        return cut

    def _presented(self, values: Arrays, plain: Arrays) -> dict[str, Array]:
        """Return arrays as students see them; ``plain`` are the inputs beside them."""
        found = {}
        for name, value in values.items():
            shown = self.arrangement.of(name).present(value, self._classes(plain))
            scale = self._scale(name, plain)
            found[name] = shown * scale if scale != 1.0 else shown
        return found

    def _classes(self, plain: Arrays) -> int:
        """Return how many classes there are: the scores have one column for each."""
        return plain[self.inputs[0]].shape[-1] if plain[self.inputs[0]].ndim else 0

    def _as_mistaken(self, name: str, value: Array, plain: Arrays) -> Array:
        own = (name.removeprefix(GRADIENT), f"{GRADIENT}{name}", name)
        shapes = {other: plain[other].shape for other in plain}
        looks = name
        if not any(shapes.get(other) == value.shape for other in own):
            same = (other for other in shapes if shapes[other] == value.shape)
            looks = next(same, name)
        presentation = replace(self.arrangement.of(looks), form="", offset=0)
        scale = self._scale(name, plain)
        try:
            return presentation.present(value) * scale
        except ShapeError:
            # No array of this shape is known, so nothing says how it would look.
            return value * scale

    def _can_be_asked(self, relation: Relation) -> bool:
        rng = np.random.default_rng(0)
        arrays = self._cut(self.plain.draw(rng))
        try:
            for question in relation.questions(rng, arrays):
                self.presented(question)
        except ShapeError:
            return False
        return True

    def _converted(self, relation: Relation) -> Relation:
        def questions(
            rng: np.random.Generator, arrays: Arrays
        ) -> list[dict[str, Array]]:
            asked = relation.questions(rng, self.taken(arrays))
            return [self.presented(question) for question in asked]

        def pairs(
            asked: Sequence[Arrays], found: Sequence[Arrays]
        ) -> dict[str, tuple[Array, Array]]:
            plain = [self.taken(one) for one in asked]
            answers = [
                self._answers_taken(one, inputs)
                for one, inputs in zip(found, plain, strict=True)
            ]
            return relation.pairs(plain, answers)

        return replace(relation, questions=questions, pairs=pairs)

    def _answers_taken(self, answer: Arrays, plain: Arrays) -> dict[str, Array]:
        return {
            name: self.arrangement.of(name).undo(value, self._ndim(name))
            / self._scale(name, plain)
            for name, value in answer.items()
        }
