"""A network for handwritten digits. Fill in every NotImplementedError.

All arrays are NumPy arrays; one example is one row. The handout says exactly what each
part has to compute.
"""

import numpy as np


def he_normal(shape):
    """Return new random numbers of this shape, mean 0 and variance 2 / shape[0]."""
    raise NotImplementedError("he_normal")


class Linear:
    """The affine layer: out = x @ weight + bias."""

    def __init__(self, in_features, out_features):
        # weight: from he_normal, shape (in_features, out_features)
        # bias: zeros, shape (out_features,)
        self.params = {"weight": None, "bias": None}
        self.grads = {}
        raise NotImplementedError("Linear.__init__")

    def forward(self, x):
        """Return the output, (N, out_features), for x, (N, in_features)."""
        raise NotImplementedError("Linear.forward")

    def backward(self, grad_out):
        """Store the gradients for weight and bias in self.grads; return the one for x.

        grad_out has the shape of the output of forward.
        """
        raise NotImplementedError("Linear.backward")


class ReLU:
    """The rectified linear unit: max(x, 0) for each entry."""

    def __init__(self):
        self.params = {}
        self.grads = {}

    def forward(self, x):
        """Return an array of the shape of x."""
        raise NotImplementedError("ReLU.forward")

    def backward(self, grad_out):
        """Return the gradient for x."""
        raise NotImplementedError("ReLU.backward")


class Tanh:
    """The hyperbolic tangent for each entry."""

    def __init__(self):
        self.params = {}
        self.grads = {}

    def forward(self, x):
        """Return an array of the shape of x."""
        raise NotImplementedError("Tanh.forward")

    def backward(self, grad_out):
        """Return the gradient for x."""
        raise NotImplementedError("Tanh.backward")


class SoftmaxCrossEntropy:
    """Softmax and cross-entropy in one, averaged over the batch."""

    def forward(self, logits, labels):
        """Return the loss, one number, for logits (N, C) and integer labels (N,)."""
        raise NotImplementedError("SoftmaxCrossEntropy.forward")

    def backward(self):
        """Return the gradient of the loss for the logits, (N, C)."""
        raise NotImplementedError("SoftmaxCrossEntropy.backward")


class Momentum:
    """Gradient descent with momentum: v = momentum * v - lr * g, then w = w + v."""

    def __init__(self, layers, lr, momentum):
        self.layers = layers
        self.lr = lr
        self.momentum = momentum

    def step(self):
        """Update every parameter of every layer once, from its velocity."""
        raise NotImplementedError("Momentum.step")


def train_network(X, y, seed):
    """Train a network on images X, (990, 64), with labels y, (990,).

    Return the trained network, something with a method predict(x), and a list with
    the mean loss of each epoch.
    """
    rng = np.random.default_rng(seed)  # for start weights and the order of examples
    raise NotImplementedError("train_network")
