"""Optimizers: ``step`` updates the parameters of a list of layers from their grads."""
