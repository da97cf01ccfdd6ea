"""Parts of the reference whose gradients have a course's scales and signs.

Examples are rows here; what is left of an arrangement is the factor between what a
student's part returns and what that of the reference would, such as 1/N in a layer.
"""

from dataclasses import dataclass, field
from typing import cast

from grader.checks.component import Component
from grader.checks.presentation.arranged import ArrangedOperation
from grader.contract.messages import Array
from reference.operations.base import Operation
from reference.operations.families import LayerOperation, LossOperation
from reference.protocols import Layer, Loss


def layer(part: Component, params: dict[str, Array]) -> Layer:
    """Return a layer that holds ``params``, which may be changed."""
    operation = part.reference()
    if isinstance(operation, LayerOperation):
        found: Layer = operation.layer(params)
        return found
    assert isinstance(operation, ArrangedOperation)  # noqa: S101 - there is no third
    if params.keys() & part.arrangement.scale.keys():
        return _ScaledLayer(operation, params)
    return _LayerOfScaledGradients(operation, params)


def loss(part: Component) -> Loss:
    """Return a fresh loss."""
    operation = part.reference()
    if isinstance(operation, LossOperation):
        found: Loss = operation.loss()
        return found
    return _ScaledLoss(operation)


class _LayerOfScaledGradients:
    """A layer of the reference between factors; its parameters are those of a student.

    This is the usual case, and training asks for many steps: the layer computes each
    thing once.
    """

    def __init__(self, operation: ArrangedOperation, params: dict[str, Array]) -> None:
        self._operation = operation
        self._layer: Layer = cast(LayerOperation, operation.plain).layer(params)
        self._seen: dict[str, Array] = {}
        self.grads: dict[str, Array] = {}

    @property
    def params(self) -> dict[str, Array]:
        """Return what the layer holds, for an optimizer to change."""
        return self._layer.params

    @params.setter
    def params(self, params: dict[str, Array]) -> None:
        self._layer.params = params

    def forward(self, x: Array) -> Array:
        self._seen = {"x": x}
        plain = x / self._factor("x")
        self._seen = {"x": plain, **self.params}
        return self._layer.forward(plain) * self._factor("out")

    def backward(self, grad_out: Array) -> Array:
        self._seen["grad_out"] = grad_out
        back = self._layer.backward(grad_out / self._factor("grad_out"))
        self.grads = {
            name: gradient * self._factor(f"grad_{name}")
            for name, gradient in self._layer.grads.items()
        }
        return back * self._factor("grad_x")

    def _factor(self, name: str) -> float:
        return self._operation.factor(name, self._seen)


@dataclass
class _ScaledLayer:
    """A layer whose parameters are scaled as well."""

    operation: Operation
    params: dict[str, Array]
    grads: dict[str, Array] = field(default_factory=dict)
    _x: Array | None = None

    def forward(self, x: Array) -> Array:
        self._x = x
        return self.operation.answer({"x": x, **self.params})["out"]

    def backward(self, grad_out: Array) -> Array:
        assert self._x is not None  # noqa: S101 - the loop calls forward first
        arrays = {"x": self._x, **self.params, "grad_out": grad_out}
        answer = self.operation.answer(arrays)
        self.grads = {name: answer[f"grad_{name}"] for name in self.params}
        return answer["grad_x"]


@dataclass
class _ScaledLoss:
    operation: Operation
    _gradient: Array | None = None

    def forward(self, predictions: Array, targets: Array, /) -> float:
        given = zip(self.operation.inputs, (predictions, targets), strict=True)
        answer = self.operation.answer(dict(given))
        (name,) = self.operation.gradients
        self._gradient = answer[name]
        return float(answer["loss"])

    def backward(self) -> Array:
        assert self._gradient is not None  # noqa: S101 - the loop calls forward first
        return self._gradient
