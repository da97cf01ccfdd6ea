"""A multilayer perceptron and its loss as one function of all parameters."""

from typing import Any, ClassVar

from reference.arrays import after_forward, require_floats, require_shape
from reference.conventions import require_choice
from reference.errors import ShapeError
from reference.layers.elementwise import Elementwise
from reference.layers.linear import Linear
from reference.layers.relu import ReLU
from reference.layers.sigmoid import Sigmoid
from reference.layers.tanh import Tanh
from reference.losses.mean_squared_error import MeanSquaredError
from reference.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from reference.networks.sequential import Sequential
from reference.protocols import Array, Layer

ACTIVATIONS: dict[str, type[Elementwise]] = {
    "relu": ReLU,
    "tanh": Tanh,
    "sigmoid": Sigmoid,
}
LOSSES: dict[str, type[SoftmaxCrossEntropy] | type[MeanSquaredError]] = {
    "softmax_cross_entropy": SoftmaxCrossEntropy,
    "mean_squared_error": MeanSquaredError,
}
TARGETS = {"softmax_cross_entropy": "labels", "mean_squared_error": "targets"}
"""What the predictions of a network are compared with, by the name of the loss."""


class MLP:
    """Return the loss of a batch, and its gradients for weights and biases.

    Parameters
    ----------
    activation
        After every weight but the last: ``"relu"``, ``"tanh"`` or ``"sigmoid"``.
    loss
        ``"softmax_cross_entropy"`` of the last sums and integer labels, or
        ``"mean_squared_error"`` of the last sums and targets.
    reduction
        ``"mean"``: over the batch for cross-entropy, over all entries for the squared
        error. ``"sum"``: of all examples and entries.

    Notes
    -----
    With ``a_0 = x`` and L weights::

        z_l = a_{l-1} @ weight_{l-1} + bias_{l-1},      a_l = phi(z_l) for l < L
        delta_L = gradient of the loss for z_L
        delta_l = (delta_{l+1} @ weight_l.T) * phi'(z_l)
        grad_weight_{l-1} = a_{l-1}.T @ delta_l,        grad_bias_{l-1} = sum(delta_l)

    The average over the batch is in ``delta_L`` and nowhere else.

    References
    ----------
    Stanford CS231n, assignment 1 (two layers, ReLU, cross-entropy); Goodfellow, Bengio,
    Courville: "Deep Learning" (2016), algorithms 6.3 and 6.4.

    Examples
    --------
    >>> network = MLP(loss="mean_squared_error")
    >>> x, weight, bias = np.array([[2.0]]), np.array([[3.0]]), np.array([1.0])
    >>> network.forward(x, np.array([[5.0]]), weight, bias)
    4.0
    >>> [gradient.tolist() for gradient in network.backward()]
    [[[8.0]], [4.0]]
    """

    reductions: ClassVar[tuple[str, ...]] = ("mean", "sum")

    def __init__(
        self,
        activation: str = "relu",
        loss: str = "softmax_cross_entropy",
        reduction: str = "mean",
    ) -> None:
        self.activation = require_choice("MLP", "activation", activation, ACTIVATIONS)
        self.loss = require_choice("MLP", "loss", loss, LOSSES)
        self.reduction = require_choice("MLP", "reduction", reduction, self.reductions)
        self._ran: tuple[Sequential, Any] | None = None

    def forward(self, x: Array, targets: Array, *parameters: Array) -> float:
        """Return the loss of ``x`` (N, d_0) as a number.

        Parameters
        ----------
        targets
            Labels (N,) or targets (N, d_L), as the loss wants them.
        parameters
            ``weight_0`` (d_0, d_1), ``bias_0`` (d_1,), ``weight_1`` and so on.

        Raises
        ------
        ShapeError
            If an array does not have its shape, or there are no parameters or a
            weight without a bias.
        """
        layers = self._layers(x, parameters)
        network = Sequential(layers)
        judge = LOSSES[self.loss](self.reduction)
        value = judge.forward(network.forward(x), targets)
        self._ran = network, judge
        return value

    def backward(self) -> tuple[Array, ...]:
        """Return the gradients of the last ``forward``, in the order of its parameters.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        """
        network, judge = after_forward("MLP", self._ran)
        network.backward(judge.backward())
        return tuple(array.copy() for array in network.grads.values())

    def _layers(self, x: Array, parameters: tuple[Array, ...]) -> list[Layer]:
        self._check(x, parameters)
        layers: list[Layer] = []
        for weight, bias in zip(parameters[::2], parameters[1::2], strict=True):
            if layers:
                layers.append(ACTIVATIONS[self.activation]())
            layer = Linear(*weight.shape)
            layer.params = {"weight": weight, "bias": bias}
            layers.append(layer)
        return layers

    def _check(self, x: Array, parameters: tuple[Array, ...]) -> None:
        if not parameters or len(parameters) % 2:
            raise ShapeError(
                "MLP: parameters must be a weight and a bias for each layer, "
                f"got {len(parameters)} arrays"
            )
        require_floats("MLP", "x", x)
        if x.ndim != 2 or not len(x):
            raise ShapeError(f"MLP: x must be (N, D) and not empty, got {x.shape}")
        features = x.shape[1]
        for number in range(len(parameters) // 2):
            weight, bias = parameters[2 * number : 2 * number + 2]
            name = f"weight_{number}"
            require_floats("MLP", name, weight)
            require_floats("MLP", f"bias_{number}", bias)
            if weight.ndim != 2 or weight.shape[0] != features:
                raise ShapeError(
                    f"MLP: {name} must be ({features}, M), got {weight.shape}"
                )
            features = weight.shape[1]
            require_shape("MLP", f"bias_{number}", bias, (features,))
