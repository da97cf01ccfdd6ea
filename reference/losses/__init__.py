"""Losses: ``forward`` returns a number, ``backward`` the gradient of it."""

from reference.losses.mean_squared_error import MeanSquaredError
from reference.losses.softmax_cross_entropy import SoftmaxCrossEntropy

__all__ = ["MeanSquaredError", "SoftmaxCrossEntropy"]
