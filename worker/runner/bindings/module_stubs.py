"""Modules that an assignment gives to students' code in place of what is not here."""

import dis
import sys
from collections.abc import Iterator, Mapping
from types import FrameType, ModuleType
from typing import Any, Final

_UNPACK: Final = dis.opmap["UNPACK_SEQUENCE"]


class Nothing:
    """Takes every call, index and attribute, and gives another of its kind.

    It can be unpacked into as many names as there are, as in ``line, = plt.plot(x)``
    and ``counts, edges, bars = plt.hist(x)``, and works as a context manager, in
    calculations, in an annotation and as a base class. It is false and cannot be read
    as a number, so it is no answer to anything that is checked.
    """

    # An array that is calculated with leaves the result to this class.
    __array_ufunc__ = None

    def __call__(self, *_arguments: Any, **_keywords: Any) -> "Nothing":
        """Do nothing."""
        return self

    def __getattr__(self, name: str) -> "Nothing":
        """Return nothing, but for what Python itself asks an object about."""
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, _key: Any) -> "Nothing":
        """Return nothing for any key."""
        return self

    def __setitem__(self, _key: Any, _value: Any) -> None:
        """Forget the value."""

    def __iter__(self) -> Iterator["Nothing"]:
        """Yield as many as are unpacked, and two for a loop."""
        return iter((self,) * _names_to_unpack(sys._getframe(1), otherwise=2))

    def __enter__(self) -> "Nothing":
        """Do nothing."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Let every exception through."""

    def __bool__(self) -> bool:
        """Be false, so that ``while plt.fignum_exists(1)`` ends."""
        return False

    def __format__(self, _style: str) -> str:
        """Show nothing, whatever the style."""
        return ""

    def __mro_entries__(self, _bases: tuple[Any, ...]) -> tuple[type, ...]:
        """Leave it to the other base classes."""
        return ()

    def _with(self, *_other: Any) -> "Nothing":
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _with
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = _with
    __pow__ = __rpow__ = __neg__ = __abs__ = __or__ = __ror__ = _with


def _names_to_unpack(frame: FrameType, otherwise: int) -> int:
    """Return how many names stand left of the ``=`` that a frame is at."""
    code, at = frame.f_code.co_code, frame.f_lasti
    if code[at] == _UNPACK:
        return code[at + 1]
    return otherwise


def nothing(name: str) -> Nothing:
    """Serve as ``__getattr__`` of a module that does nothing.

    Raises
    ------
    AttributeError
        For names that Python itself asks a module about.
    """
    if name.startswith("__"):
        raise AttributeError(name)
    return Nothing()


def register(name: str, contents: Mapping[str, Any]) -> None:
    """Make ``name`` importable; the packages around it are empty where they are new."""
    parent = None
    parts = name.split(".")
    for depth, part in enumerate(parts, start=1):
        full = ".".join(parts[:depth])
        module = sys.modules.get(full)
        if module is None:
            module = ModuleType(full)
            module.__path__ = []
            sys.modules[full] = module
        if parent is not None:
            setattr(parent, part, module)
        parent = module
    vars(sys.modules[name]).update(contents)
