"""Momentum, RMSProp, Adagrad and Adam."""

import numpy as np


def sgd_momentum(w, dw, config):
    """Return the next w and the config for the next call."""
    v = config.get("velocity", np.zeros_like(w))
    v = config["momentum"] * v - config["learning_rate"] * dw
    return w + v, {**config, "velocity": v}


class RMSProp:
    """Steps through model.layers, which have W, b, dW and db."""

    def __init__(self, model, lr, decay, eps):
        self.layers = model.layers
        self.lr, self.decay, self.eps = lr, decay, eps
        self.squares = [
            {"W": np.zeros_like(layer.W), "b": np.zeros_like(layer.b)}
            for layer in self.layers
        ]

    def step(self):
        for layer, squares in zip(self.layers, self.squares):
            for name in squares:
                g = getattr(layer, f"d{name}")
                squares[name] = self.decay * squares[name] + (1 - self.decay) * g**2
                change = self.lr * g / (np.sqrt(squares[name]) + self.eps)
                setattr(layer, name, getattr(layer, name) - change)


class Adagrad:
    """Steps through a list of parameters, which have data and grad."""

    def __init__(self, parameters, lr, eps):
        self.parameters, self.lr, self.eps = parameters, lr, eps
        self.sums = [np.zeros_like(p.data) for p in parameters]

    def step(self):
        for p, total in zip(self.parameters, self.sums):
            total += p.grad**2
            p.data = p.data - self.lr * p.grad / (np.sqrt(total) + self.eps)


def initialize_adam(parameters):
    """Return v and s, dicts of zeros with a d before each name."""
    v = {f"d{name}": np.zeros_like(value) for name, value in parameters.items()}
    s = {f"d{name}": np.zeros_like(value) for name, value in parameters.items()}
    return v, s


def update_parameters_with_adam(
    parameters, grads, v, s, t, learning_rate, beta1, beta2, epsilon
):
    """Return parameters, v and s after step t, counted from 1."""
    for name in parameters:
        g = grads[f"d{name}"]
        v[f"d{name}"] = beta1 * v[f"d{name}"] + (1 - beta1) * g
        s[f"d{name}"] = beta2 * s[f"d{name}"] + (1 - beta2) * g**2
        v_hat = v[f"d{name}"] / (1 - beta1**t)
        s_hat = s[f"d{name}"] / (1 - beta2**t)
        change = learning_rate * v_hat / (np.sqrt(s_hat) + epsilon)
        parameters[name] = parameters[name] - change
    return parameters, v, s
