"""Data to learn from."""

from reference.datasets.digits import Digits, digits

__all__ = ["Digits", "digits"]
