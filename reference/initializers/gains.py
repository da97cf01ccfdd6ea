"""The factor by which a weight makes up for what the next activation takes away."""

from reference.conventions import require_choice

SQUARED_GAINS: dict[str, float] = {
    "linear": 1.0,
    "sigmoid": 1.0,
    "tanh": 25.0 / 9.0,
    "relu": 2.0,
}
"""Usual values by the activation after the weight; they multiply the variance."""


def require_gain(owner: str, gain: object) -> str:
    """Return ``gain`` if it is one of ``SQUARED_GAINS``."""
    return require_choice(owner, "gain", gain, SQUARED_GAINS)
