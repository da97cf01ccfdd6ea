"""Entries of a network's library, made from the entries of what it consists of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reference.misconceptions import for_operation
from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.chains import Build, Chain, Changes, with_changes


@dataclass(frozen=True, slots=True)
class Inside:
    """Which mistake of an inner operation is made, and where.

    Parameters
    ----------
    kind
        Of the links that are wrong.
    operations
        Names of the operations that such a link may be; the first that has the mistake
        lends its words.
    id, nth
        Which entry of the library: the first of this number, or a later one.
    number
        Which link of the kind, from 1; all of them if 0.
    least
        How many links of the kind there must be.
    """

    kind: str
    operations: tuple[str, ...]
    id: str
    nth: int = 0
    number: int = 0
    least: int = 1

    @property
    def words(self) -> Misconception:
        """Return the entry that lends title and hint."""
        found = (self.entry(name) for name in self.operations)
        return next(entry for entry in found if entry is not None)

    def entry(self, operation: str) -> Misconception | None:
        """Return the mistake of one operation, if it can be made there."""
        entries = [e for e in for_operation(operation) if e.id == self.id]
        return entries[self.nth] if self.nth < len(entries) else None

    def changes(self, chain: Chain) -> Changes:
        """Return what is wrong where.

        Nothing if there is only one link of the kind and one of them is meant: then
        the entry for all of them says the same.
        """
        places = chain.places(self.kind)
        if len(places) < self.least:
            return {}
        if self.number:
            if len(places) == 1 or self.number > len(places):
                return {}
            places = [places[self.number - 1]]
        found: dict[int, Wrong] = {}
        for place in places:
            entry = self.entry(chain.operation(place).name)
            if entry is not None:
                found[place] = entry.wrong
        return found


def of_all(network: str, build: Build, *insides: Inside) -> tuple[Misconception, ...]:
    """Return an entry for each mistake, made in every link of its kind."""
    return tuple(_entry(network, build, one) for one in insides)


def of_each(
    network: str, build: Build, places: Sequence[str], *insides: Inside
) -> tuple[Misconception, ...]:
    """Return an entry for each mistake in each link of its kind.

    Parameters
    ----------
    places
        What titles call the links, in order.
    """
    return tuple(
        _entry(network, build, replace(one, number=number), place)
        for one in insides
        for number, place in enumerate(places, start=1)
    )


def joined(
    network: str, build: Build, insides: Sequence[Inside], formula: str
) -> Misconception:
    """Return one entry for a mistake made in links of several kinds at once."""

    def changes(chain: Chain) -> Changes:
        found: dict[int, Wrong] = {}
        for inside in insides:
            found |= inside.changes(chain)
        return found

    return replace(
        insides[0].words,
        operation=network,
        formula=formula,
        wrong=with_changes(build, changes),
    )


def _entry(
    network: str, build: Build, inside: Inside, place: str = ""
) -> Misconception:
    words = inside.words
    return Misconception(
        id=words.id,
        operation=network,
        title=f"{place}: {words.title}" if place else words.title,
        hint=words.hint,
        formula=f"{place or f'every {inside.kind}'}: {words.formula}",
        wrong=with_changes(build, inside.changes),
        visible_on=words.visible_on,
    )
