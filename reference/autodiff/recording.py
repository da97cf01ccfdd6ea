"""The switch that decides whether operations are recorded."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_recording = ContextVar("recording", default=True)


def is_recording() -> bool:
    """Return whether operations leave edges behind for differentiation.

    Examples
    --------
    >>> is_recording()
    True
    """
    return _recording.get()


@contextmanager
def no_grad() -> Iterator[None]:
    """Compute values only: what an operation returns inside is a constant.

    Examples
    --------
    >>> from reference.autodiff.graph import Node
    >>> x = Node(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.tracked, (x * x).tracked
    (False, True)
    """
    before = _recording.set(False)
    try:
        yield
    finally:
        _recording.reset(before)
