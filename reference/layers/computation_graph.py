"""A computation graph of numbers as a layer."""

import inspect

import numpy as np

from reference.arrays import (
    after_forward,
    require_floats,
    require_shape,
    require_upstream,
)
from reference.autodiff.examples import EXAMPLES
from reference.autodiff.graph import Node
from reference.autodiff.recording import no_grad
from reference.autodiff.reverse import gradient
from reference.conventions import require_choice
from reference.protocols import Array


class ComputationGraph:
    """Evaluate one of the graphs of the lectures and differentiate it in reverse mode.

    Parameters
    ----------
    example
        A function of ``reference.autodiff.examples``. Its arguments are the inputs,
        each a 0-d array.

    References
    ----------
    McGill COMP 451, lecture 22. Toronto CSC 311, lecture 6.

    Examples
    --------
    >>> layer = ComputationGraph("sum_times_increment")
    >>> layer.forward(np.array(2.0), np.array(1.0)).item()
    6.0
    >>> [grad.item() for grad in layer.backward(np.array(1.0))]
    [2.0, 5.0]
    """

    def __init__(self, example: str = "sum_times_increment") -> None:
        self.example = require_choice("ComputationGraph", "example", example, EXAMPLES)
        self.inputs = tuple(inspect.signature(EXAMPLES[example]).parameters)
        self.params: dict[str, Array] = {}
        self.grads: dict[str, Array] = {}
        self._recorded: tuple[tuple[Node, ...], Node] | None = None

    def forward(self, *values: Array) -> Array:
        """Return the output for the inputs in their order.

        Raises
        ------
        DtypeError, NonFiniteError, ShapeError
            If an input is not a finite floating-point number as a 0-d array.
        """
        for name, value in zip(self.inputs, values, strict=True):
            require_floats("ComputationGraph", name, value)
            require_shape("ComputationGraph", name, value, ())
        leaves = tuple(Node(value) for value in values)
        out = EXAMPLES[self.example](*leaves)
        self._recorded = leaves, out
        return out.value.copy()

    def backward(self, grad_out: Array) -> tuple[Array, ...]:
        """Turn the gradient for the output into one for each input.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        ShapeError
            If ``grad_out`` is not 0-d.
        """
        leaves, out = after_forward("ComputationGraph", self._recorded)
        require_upstream("ComputationGraph", grad_out, ())
        with no_grad():
            found = gradient(out, leaves, np.asarray(grad_out))
        return tuple(node.value.copy() for node in found)
