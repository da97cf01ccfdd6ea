"""Shapes by letters, such as ``["N", "D", 4]``, and lengths for the letters."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reference.errors import ConventionError

BATCH = "N"
# Odd and all different, so that no two axes can be taken for each other.
BATCHES = (5, 7, 1)
LENGTHS = ((7, 3, 9, 11, 13, 15), (3, 9, 5, 13, 11, 17), (7, 3, 9, 11, 13, 15))
_AXIS = re.compile(r"(?:(\d+)\*)?([A-Z][A-Za-z]*)(?:([+-])(\d+))?")


@dataclass(frozen=True, slots=True)
class Axis:
    """The length of one axis: a number, or so many times a letter plus a number.

    Parameters
    ----------
    letter
        Empty for a plain number.
    """

    letter: str
    times: int
    plus: int

    def length(self, lengths: Mapping[str, int]) -> int:
        """Return the length, given that of each letter."""
        return self.times * lengths.get(self.letter, 0) + self.plus

    def is_plain(self, letter: str) -> bool:
        """Tell whether this is just the letter."""
        return self == Axis(letter, 1, 0)


Shape = tuple[Axis, ...]


def shape(name: str, given: Sequence[str | int]) -> Shape:
    """Read the shape of an array.

    Raises
    ------
    ConventionError
        If an axis is neither a letter nor a positive number.
    """
    return tuple(_axis(name, one) for one in given)


def _axis(name: str, given: str | int) -> Axis:
    if isinstance(given, int) and given > 0:
        return Axis("", 0, given)
    match = _AXIS.fullmatch(str(given))
    if match is None:
        raise ConventionError(
            f'{name}: an axis must be a positive number or a letter as in "D", "2*D" '
            f'or "L-2", got {given!r}'
        )
    times, letter, sign, plus = match.groups()
    return Axis(letter, int(times or 1), int(f"{sign or ''}{plus or 0}"))


def letters(shapes: Iterable[Shape]) -> list[str]:
    """Return the letters of all shapes in order, the batch not among them."""
    found = (axis.letter for shape in shapes for axis in shape)
    return [letter for letter in dict.fromkeys(found) if letter not in ("", BATCH)]


def lengths(
    names: Sequence[str], chosen: Mapping[str, Sequence[int]], variant: int
) -> dict[str, int]:
    """Return a length for every letter.

    Parameters
    ----------
    names
        The letters in order, without that of the batch.
    chosen
        Two lengths for a letter, for the two shapes that are drawn, where the author
        gives them.
    variant
        0 and 1 differ in every length; 2 is a batch of one.
    """
    own = iter(LENGTHS[variant])
    found = {BATCH: BATCHES[variant]}
    for name in names:
        found[name] = chosen[name][variant % 2] if name in chosen else next(own)
    return found
