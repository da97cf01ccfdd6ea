"""What the operations of one family have in common."""

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from reference.operations.base import Array, Arrays, Family, Operation
from reference.operations.draws import signed
from reference.operations.relations import (
    Relation,
    independent_examples,
    linear_in_upstream,
)
from reference.optimizers.base import Optimizer
from reference.protocols import Parameters


class LayerOperation(Operation):
    """A layer: arrays and parameters in, outputs and gradients out.

    The arguments of ``forward`` are ``arguments``. It returns those ``outputs`` that
    are not states, one array or a tuple. ``backward`` takes the upstream gradients of
    the outputs and returns the gradients of those arguments that have one, one array
    or a tuple; ``grads`` holds those of the parameters.
    """

    family = Family.LAYER

    @abstractmethod
    def layer(self, arrays: Arrays) -> Any:
        """Return a layer that holds the parameters and states in ``arrays``."""

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return the one relation that every layer obeys."""
        if not self.differentiable:
            return ()
        upstreams = [f"grad_{output}" for output in self.outputs]
        return (linear_in_upstream(upstreams, list(self.gradients)),)

    def answer(self, arrays: Arrays) -> dict[str, Array]:
        """Return the outputs and, where there are upstream gradients, the gradients."""
        layer = self.layer(arrays)
        returned = _as_tuple(layer.forward(*(arrays[name] for name in self.arguments)))
        values = iter(returned)
        answer = {
            name: getattr(layer, name) if name in self.states else next(values)
            for name in self.outputs
        }
        upstreams = self.upstreams(arrays)
        if not upstreams or not self.differentiable:
            return answer
        gradients = iter(_as_tuple(layer.backward(*upstreams.values())))
        for name in self.differentiable:
            held = name in self.parameters
            answer[f"grad_{name}"] = layer.grads[name] if held else next(gradients)
        return answer


def _as_tuple(returned: Any) -> tuple[Any, ...]:
    return returned if isinstance(returned, tuple) else (returned,)


class ActivationOperation(LayerOperation):
    """A layer without parameters that acts on each entry by itself."""

    inputs = ("x",)
    differentiable = ("x",)

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return that backward is linear and that examples do not meet."""
        every = independent_examples(("x", "grad_out"), ("out", "grad_x"))
        return (*super().relations, every)

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``x`` and ``grad_out``; no entry of either lies within 1/16 of zero."""
        shape = ((5, 7), (9, 3), (1, 7))[variant]
        return {"x": signed(rng, shape, scale=1.5), "grad_out": signed(rng, shape)}

    def extreme(self, rng: np.random.Generator) -> dict[str, Array] | None:
        """Draw ``x`` with ordinary entries and entries near 1000 and -1000."""
        shape = (5, 7)
        offset = np.resize([0.0, 1000.0, -1000.0], shape)
        return {"x": signed(rng, shape) + offset, "grad_out": signed(rng, shape)}


class LossOperation(Operation):
    """A loss: predictions and targets in, a 0-d ``loss`` and gradients out.

    ``forward`` of the loss takes ``inputs`` in order; ``backward`` returns the
    gradients of ``differentiable``, one array or a tuple.
    """

    family = Family.LOSS
    outputs = ("loss",)

    @abstractmethod
    def loss(self) -> Any:
        """Return a fresh loss under the conventions of this operation."""

    def answer(self, arrays: Arrays) -> dict[str, Array]:
        """Return ``loss`` as a 0-d array and the gradients."""
        loss = self.loss()
        value = np.asarray(loss.forward(*(arrays[name] for name in self.inputs)))
        gradients = _as_tuple(loss.backward())
        return {"loss": value, **dict(zip(self.gradients, gradients, strict=True))}


@dataclass
class _Holder:
    """Parameters without a layer, for an optimizer to update."""

    params: dict[str, Array]
    grads: dict[str, Array] = field(default_factory=dict)


class OptimizerOperation(Operation):
    """An optimizer: start values and T gradients in, T parameter values out.

    The inputs are ``weight`` (D, M), ``bias`` (M,), ``grad_weight`` (T, D, M) and
    ``grad_bias`` (T, M). The answer holds ``weight`` (T, D, M) and ``bias`` (T, M),
    the values after each step. The gradients do not depend on the parameters, so a
    mistake cannot hide behind convergence.

    Class attributes
    ----------------
    steps
        T of what ``draw`` returns; ``answer`` takes any.
    """

    family = Family.OPTIMIZER
    inputs = ("weight", "bias", "grad_weight", "grad_bias")
    parameters = ("weight", "bias")
    outputs = ("weight", "bias")
    steps: ClassVar[int] = 12

    @abstractmethod
    def optimizer(self, layers: list[Parameters]) -> Optimizer:
        """Return a fresh optimizer for ``layers`` under these conventions."""

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw two parameters of different shape and their gradients.

        There is no batch here; variant 2 has one input feature instead.
        """
        features, units = ((5, 3), (7, 9), (1, 3))[variant]
        shapes = {"weight": (features, units), "bias": (units,)}
        start = {name: signed(rng, shape) for name, shape in shapes.items()}
        gradients = {
            f"grad_{name}": signed(rng, (self.steps, *shape))
            for name, shape in shapes.items()
        }
        return start | gradients

    def answer(self, arrays: Arrays) -> dict[str, Array]:
        """Return the parameters after each step."""
        holders = {name: _Holder({name: arrays[name]}) for name in self.parameters}
        optimizer = self.optimizer(list(holders.values()))
        path: dict[str, list[Array]] = {name: [] for name in self.parameters}
        for step in range(len(arrays["grad_weight"])):
            for name, holder in holders.items():
                holder.grads[name] = arrays[f"grad_{name}"][step]
            optimizer.step()
            for name, holder in holders.items():
                path[name].append(holder.params[name])
        return {name: np.array(values) for name, values in path.items()}


class FunctionOperation(Operation):
    """A function without gradients: a schedule, clipping, early stopping."""

    family = Family.FUNCTION


class InitializerOperation(Operation):
    """An initialiser: the moments of what it draws for a parameter of a given shape.

    The input is ``shape``, the lengths of the axes as integers. The answer holds
    ``mean`` and ``variance`` as 0-d arrays; the numbers themselves are random, so they
    are judged by their moments.
    """

    family = Family.INITIALIZER
    inputs = ("shape",)
    outputs = ("mean", "variance")

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw the shape of a weight of at least 10,000 entries."""
        shape = ((151, 97), (83, 211), (1, 10007))[variant]
        return {"shape": np.array(shape, dtype=np.int64)}

    @abstractmethod
    def sample(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        """Return one draw, for the tests of the moments."""
