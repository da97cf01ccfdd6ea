"""A layer that only this assignment has: its shapes are known, its answers are not.

``gradcheck``, ``properties``, ``side_effects`` and ``interface`` can judge it. Kinds
that compare with the right answer refuse it when the assignment is loaded.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grader.checks.custom_layers import shapes as custom_shapes
from grader.checks.custom_layers.relations import Layout, declared
from grader.contract.messages import Array
from reference.errors import ConventionError
from reference.operations.base import Family, Operation
from reference.operations.draws import GRID, signed
from reference.operations.relations import Relation, linear_in_upstream

NAME = "custom"
REAL = ("signed", "positive", "unit")
Values = Literal["signed", "positive", "unit", "mask"]
ArrayName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Shapes = dict[ArrayName, tuple[str | int, ...]]
Length = Annotated[int, Field(strict=True, gt=0)]


class CustomKeys(BaseModel):
    """Keys of ``[component.convention]`` for ``operation = "custom"``.

    Parameters
    ----------
    inputs, parameters, outputs
        Shapes by name, as lists of letters and numbers: ``x = ["N", "D"]``. ``N`` is
        the batch. ``"2*D"`` and ``"L-2"`` are lengths that follow from a letter. Each
        output ``out`` has an upstream gradient ``grad_out``.
    differentiable
        Names of the inputs and parameters that have a gradient; all with real values if
        left out.
    values
        What is drawn, by name: ``"signed"`` numbers away from zero if left out,
        ``"positive"`` ones, ``"unit"`` between 0 and 1, or a ``"mask"``.
    lengths
        Two lengths for a letter, such as ``L = [9, 12]``, where the drawn ones, odd and
        all different, will not do.
    relations
        What must hold, see ``grader.checks.custom_layers.relations``: a name, or a
        table with ``name`` and the arguments.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    inputs: Annotated[Shapes, Field(min_length=1)]
    outputs: Annotated[Shapes, Field(min_length=1)]
    parameters: Shapes = Field(default_factory=dict)
    differentiable: tuple[str, ...] | None = None
    values: dict[str, Values] = Field(default_factory=dict)
    lengths: dict[str, tuple[Length, Length]] = Field(default_factory=dict)
    relations: tuple[str | dict[str, Any], ...] = ()


class CustomOperation(Operation):
    """A layer described by its arrays and by what must hold for it.

    Raises
    ------
    ConventionError
        If the keys do not go together.
    """

    name = NAME
    family = Family.LAYER
    formula = "what this layer computes is not known"
    has_answer: ClassVar[bool] = False

    def __init__(self, keys: CustomKeys) -> None:
        given = {**keys.inputs, **keys.parameters, **keys.outputs}
        if len(given) < len(keys.inputs) + len(keys.parameters) + len(keys.outputs):
            raise ConventionError("custom: each array must have a name of its own")
        for name in given:
            if name.startswith("grad_"):
                raise ConventionError(f"custom: name must not be a gradient's: {name}")
        self._shapes = {n: custom_shapes.shape(n, one) for n, one in given.items()}
        self.inputs = (*keys.inputs, *keys.parameters)
        self.parameters = tuple(keys.parameters)
        self.outputs = tuple(keys.outputs)
        _require_known("values", keys.values, self.inputs)
        self._values = {name: keys.values.get(name, "signed") for name in self.inputs}
        real = [name for name in self.inputs if self._values[name] in REAL]
        _require_known("differentiable", keys.differentiable or (), real)
        chosen = real if keys.differentiable is None else keys.differentiable
        self.differentiable = tuple(chosen)
        self._letters = custom_shapes.letters(self._shapes.values())
        _require_known("lengths", keys.lengths, self._letters)
        self._lengths = keys.lengths
        if len(self._letters) > len(custom_shapes.LENGTHS[0]) + len(self._lengths):
            raise ConventionError("lengths: must be given, there are many letters")
        self._require_lengths()
        layout = Layout(self._shapes, self.outputs, self.gradients)
        self._relations = declared(layout, keys.relations)

    def _require_lengths(self) -> None:
        """Require that the lengths of an output can be told from the inputs."""
        told = [
            axis.letter
            for name in self.inputs
            for axis in self._shapes[name]
            if axis.is_plain(axis.letter)
        ]
        for name in self.outputs:
            for axis in self._shapes[name]:
                if axis.letter and axis.letter not in told:
                    raise ConventionError(
                        f"{name}: a letter must stand by itself in the shape of an "
                        f"input, got {axis.letter!r}"
                    )

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw inputs and upstream gradients; no two axes have the same length."""
        sizes = self.drawn_shapes(variant)
        drawn = {
            name: _drawn(rng, self._values[name], sizes[name]) for name in self.inputs
        }
        upstreams = {
            f"grad_{name}": np.asarray(signed(rng, sizes[name]))
            for name in self.outputs
            if self.differentiable
        }
        return drawn | upstreams

    def drawn_shapes(self, variant: int) -> dict[str, tuple[int, ...]]:
        """Return the shape of each array that is drawn, and of each output.

        Raises
        ------
        ConventionError
            If a length is not positive.
        """
        lengths = custom_shapes.lengths(self._letters, self._lengths, variant)
        found = {
            name: tuple(axis.length(lengths) for axis in shape)
            for name, shape in self._shapes.items()
        }
        for name, shape in found.items():
            if any(length < 1 for length in shape):
                raise ConventionError(
                    f"{name}: every length must be positive, got {shape} for "
                    + ", ".join(f"{letter} = {n}" for letter, n in lengths.items())
                )
        return found

    def answer_shapes(self, arrays: Mapping[str, Array]) -> dict[str, tuple[int, ...]]:
        """Return the shape of every output and every gradient for some inputs."""
        lengths = self.sizes(arrays)
        made = {
            name: tuple(axis.length(lengths) for axis in self._shapes[name])
            for name in self.outputs
        }
        gradients = self.gradients.items()
        return made | {name: arrays[source].shape for name, source in gradients}

    def answer(self, arrays: Mapping[str, Array]) -> dict[str, Array]:
        """Refuse: only kinds that need no answer may ask about this layer.

        Raises
        ------
        NotImplementedError
            Always.
        """
        raise NotImplementedError("custom: there is no reference for this layer")

    def sizes(self, arrays: Mapping[str, Array]) -> dict[str, Any]:
        """Return the lengths by their letters, for the student's constructor."""
        return {
            axis.letter: length
            for name in self.inputs
            if name in arrays
            for axis, length in zip(self._shapes[name], arrays[name].shape, strict=True)
            if axis.is_plain(axis.letter)
        }

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return what every layer obeys, and what the assignment declares."""
        if not self.differentiable:
            return self._relations
        upstreams = [f"grad_{output}" for output in self.outputs]
        linear = linear_in_upstream(upstreams, list(self.gradients))
        return (linear, *self._relations)


def custom(conventions: Mapping[str, Any]) -> CustomOperation:
    """Return the layer that an assignment describes.

    Raises
    ------
    ConventionError
        If the description does not say what it must, with the key and the reason.
    """
    try:
        keys = CustomKeys.model_validate(dict(conventions))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        reason = first["msg"].removeprefix("Input ")
        raise ConventionError(f"{place}: {reason}, got {first['input']!r}") from None
    operation = CustomOperation(keys)
    for variant in range(len(custom_shapes.BATCHES)):
        operation.drawn_shapes(variant)
    return operation


def _require_known(key: str, names: Iterable[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            listed = ", ".join(known) or "nothing"
            raise ConventionError(f"{key}: must be about {listed}, got {name!r}")


def _drawn(rng: np.random.Generator, values: str, shape: tuple[int, ...]) -> Array:
    if values == "mask":
        return rng.random(shape) < 0.6
    if values == "unit":
        return np.round(rng.uniform(1 / 16, 15 / 16, shape) / GRID) * GRID
    found = np.asarray(signed(rng, shape))
    return np.abs(found) if values == "positive" else found
