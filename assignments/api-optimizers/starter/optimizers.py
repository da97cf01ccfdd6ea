"""Momentum, RMSProp, Adagrad and Adam."""

import numpy as np


def sgd_momentum(w, dw, config):
    """Return the next w and the config for the next call."""
    raise NotImplementedError


class RMSProp:
    """Steps through model.layers, which have W, b, dW and db."""

    def __init__(self, model, lr, decay, eps):
        raise NotImplementedError

    def step(self):
        """Change W and b of every layer."""
        raise NotImplementedError


class Adagrad:
    """Steps through a list of parameters, which have data and grad."""

    def __init__(self, parameters, lr, eps):
        raise NotImplementedError

    def step(self):
        """Change the data of every parameter."""
        raise NotImplementedError


def initialize_adam(parameters):
    """Return v and s, dicts of zeros with a d before each name."""
    raise NotImplementedError


def update_parameters_with_adam(
    parameters, grads, v, s, t, learning_rate, beta1, beta2, epsilon
):
    """Return parameters, v and s after step t, counted from 1."""
    raise NotImplementedError
