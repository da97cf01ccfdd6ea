"""The one check of shapes that all components share."""

from reference.errors import ShapeError
from reference.protocols import Array


def require_shape(
    owner: str, name: str, array: Array, expected: tuple[int, ...]
) -> None:
    """Raise ``ShapeError`` unless ``array`` has the expected shape.

    Parameters
    ----------
    owner
        Class that needs the array, for the message.
    name
        Argument or parameter, for the message.
    """
    if array.shape != expected:
        raise ShapeError(f"{owner}: {name} must be {expected}, got {array.shape}")
