"""How an assignment's own ``binding.py`` answers for an operation."""

from enum import StrEnum


class Way(StrEnum):
    """What a function of ``binding.py`` is.

    ``CLASSES``: students' classes are asked as without a ``binding.py``. ``IN_TURN``: a
    generator gives the outputs and waits before it gives gradients. ``AT_ONCE``: a
    function returns everything.
    """

    CLASSES = "classes"
    IN_TURN = "in turn"
    AT_ONCE = "at once"
