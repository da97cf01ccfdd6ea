"""The check of a convention that all components share."""

from collections.abc import Iterable

from reference.errors import ConventionError


def require_choice(owner: str, name: str, value: object, choices: Iterable[str]) -> str:
    """Return ``value`` if it is one of ``choices``.

    Raises
    ------
    ConventionError
        If it is not; the message names the choices, the error carries them.
    """
    known = tuple(choices)
    if not isinstance(value, str) or value not in known:
        raise ConventionError(
            f"{owner}: {name} must be one of {', '.join(known)}, got {value!r}", known
        )
    return value


def require_flag(owner: str, name: str, value: object) -> bool:
    """Return ``value`` if it is true or false.

    Raises
    ------
    ConventionError
        If it is anything else.
    """
    if not isinstance(value, bool):
        raise ConventionError(
            f"{owner}: {name} must be true or false, got {value!r}", (True, False)
        )
    return value
