"""The parts of a benchmark that somebody asks for."""

import click


def chosen_parts(parts: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the parts that were asked for, or all.

    Raises
    ------
    BadParameter
        If there is no such part.
    """
    for part in parts:
        if part not in known:
            raise click.BadParameter(f"must be one of {', '.join(known)}", param=None)
    return parts or known
