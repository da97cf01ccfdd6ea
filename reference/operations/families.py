"""What the operations of one family have in common."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from reference.operations.base import Array, Arrays, Family, Operation
from reference.operations.draws import signed
from reference.optimizers.base import Optimizer
from reference.protocols import Layer, Loss, Parameters


class LayerOperation(Operation):
    """A layer: ``x`` and parameters in, ``out`` and the gradients out."""

    family = Family.LAYER

    @abstractmethod
    def layer(self, arrays: Arrays) -> Layer:
        """Return a layer that holds the parameters in ``arrays``."""

    def answer(self, arrays: Arrays) -> dict[str, Array]:
        """Return ``out`` and, where there is ``grad_out``, every gradient."""
        layer = self.layer(arrays)
        answer = {"out": layer.forward(arrays["x"])}
        if "grad_out" in arrays:
            answer["grad_x"] = layer.backward(arrays["grad_out"])
            answer |= {f"grad_{name}": layer.grads[name] for name in self.parameters}
        return answer


class ActivationOperation(LayerOperation):
    """A layer without parameters that acts on each entry by itself."""

    inputs = ("x",)
    gradients: ClassVar[Mapping[str, str]] = {"grad_x": "x"}

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``x`` and ``grad_out``; no entry of either lies within 1/16 of zero."""
        shape = ((5, 7), (9, 3), (1, 7))[variant]
        return {"x": signed(rng, shape, scale=1.5), "grad_out": signed(rng, shape)}

    def extreme(self, rng: np.random.Generator) -> dict[str, Array]:
        """Draw ``x`` with ordinary entries and entries near 1000 and -1000."""
        shape = (5, 7)
        offset = np.resize([0.0, 1000.0, -1000.0], shape)
        return {"x": signed(rng, shape) + offset, "grad_out": signed(rng, shape)}


class LossOperation(Operation):
    """A loss: predictions and targets in, a 0-d ``loss`` and one gradient out."""

    family = Family.LOSS
    output = "loss"

    @abstractmethod
    def loss(self) -> Loss:
        """Return a fresh loss under the conventions of this operation."""

    def answer(self, arrays: Arrays) -> dict[str, Array]:
        """Return ``loss`` as a 0-d array and the gradient for the predictions."""
        loss = self.loss()
        predictions, targets = (arrays[name] for name in self.inputs)
        value = np.asarray(loss.forward(predictions, targets))
        (gradient,) = self.gradients
        return {"loss": value, gradient: loss.backward()}


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
    output = "weight"
    steps: ClassVar[int] = 12

    @abstractmethod
    def optimizer(self, layers: list[Parameters]) -> Optimizer:
        """Return a fresh optimizer for ``layers`` under these conventions."""

    @property
    def quantities(self) -> tuple[str, ...]:
        """Return the names of the parameters that ``answer`` follows."""
        return self.parameters

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
