"""A student's module as an assignment's binding sees it: every name, or a sentence."""

from functools import wraps
from types import ModuleType
from typing import Any, Final

from worker.runner.bindings import binding_tools, parts
from worker.runner.faults import MissingError

# Where the types of functions come from, of ``np.vectorize`` and ``partial`` as well.
_MAKERS: Final = frozenset({"builtins", "functools", "numpy"})


class MissingNameError(MissingError, AttributeError):
    """A name that the student's file does not define.

    It is an ``AttributeError`` too, so that ``hasattr`` and ``getattr`` with a default
    work as they do for any module.
    """


class StudentNames:
    """What the student's file defines, by name; a function checks how it is called.

    Parameters
    ----------
    module
        The student's entry module. Setting a name sets it there.
    """

    __slots__ = ("_module",)

    def __init__(self, module: ModuleType) -> None:
        object.__setattr__(self, "_module", module)

    def __getattr__(self, name: str) -> Any:
        """Return what the student's file calls ``name``.

        Raises
        ------
        MissingNameError
            If there is nothing of this name; says what there is.
        """
        try:
            found = parts.find(self._module, name)
        except MissingError as error:
            raise MissingNameError(str(error)) from None
        return _asked(name, found) if _is_function(found) else found

    def __setattr__(self, name: str, value: Any) -> None:
        """Set a name in the student's module, such as a flag that its code reads."""
        setattr(self._module, name, value)

    def __dir__(self) -> list[str]:
        """Return the classes and functions that the student's files define."""
        return parts.public_names(self._module)


def _is_function(found: Any) -> bool:
    """Tell a function from a class and from an object of the student's own."""
    maker = type(found).__module__.partition(".")[0]
    return callable(found) and not isinstance(found, type) and maker in _MAKERS


def _asked(name: str, function: Any) -> Any:
    """Return a function that is called as ``binding_tools.call`` does."""

    @wraps(function)
    def asked(*arguments: Any, **keywords: Any) -> Any:
        return binding_tools.call_named(name, function, *arguments, **keywords)

    return asked
