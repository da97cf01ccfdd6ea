"""A small neural network from parts. Fill in every NotImplementedError.

All arrays are NumPy arrays; one example is one row. N is the number of examples in a
batch. The handout says exactly what each part has to compute.
"""

import numpy as np


class Linear:
    """The affine layer: out = x @ weight + bias."""

    def __init__(self, in_features, out_features):
        # weight: small random numbers, shape (in_features, out_features)
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


class Sigmoid:
    """The logistic function: 1 / (1 + exp(-x)) for each entry."""

    def __init__(self):
        self.params = {}
        self.grads = {}

    def forward(self, x):
        """Return an array of the shape of x."""
        raise NotImplementedError("Sigmoid.forward")

    def backward(self, grad_out):
        """Return the gradient for x."""
        raise NotImplementedError("Sigmoid.backward")


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


class MeanSquaredError:
    """The mean of all squared differences."""

    def forward(self, predictions, targets):
        """Return the loss, one number, for two arrays of the same shape (N, K)."""
        raise NotImplementedError("MeanSquaredError.forward")

    def backward(self):
        """Return the gradient of the loss for the predictions, (N, K)."""
        raise NotImplementedError("MeanSquaredError.backward")


class SGD:
    """Gradient descent: w = w - lr * g."""

    def __init__(self, layers, lr):
        self.layers = layers
        self.lr = lr

    def step(self):
        """Update every parameter of every layer once, from its gradient."""
        raise NotImplementedError("SGD.step")


class Momentum:
    """Gradient descent with momentum: v = momentum * v - lr * g, then w = w + v."""

    def __init__(self, layers, lr, momentum):
        self.layers = layers
        self.lr = lr
        self.momentum = momentum

    def step(self):
        """Update every parameter of every layer once, from its velocity."""
        raise NotImplementedError("Momentum.step")


def train(layers, loss, optimizer, X, y, batches):
    """Take one step for each batch of indices; return the list of losses.

    Each loss is the one of the batch before its step.
    """
    raise NotImplementedError("train")
