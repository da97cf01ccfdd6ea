"""Name the known mistake that gives exactly this wrong answer, or nothing.

A hypothesis is accepted only if it reproduces the student's numbers on two inputs of
different shapes. Tried in order: the library of the operation, its other conventions,
arrangements of the right numbers, sums over a part, named constants, and terms with
named weights.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from grader.checks.dialects import from_dialect
from grader.checks.feedback import conventions
from grader.checks.hypotheses.factors import from_factor
from grader.checks.hypotheses.layouts import from_layout
from grader.checks.hypotheses.library import from_library
from grader.checks.hypotheses.partial_sums import from_partial_sum
from grader.checks.hypotheses.terms import from_terms
from grader.checks.sightings import Sighting, closeness_of
from grader.report import Diagnosis

__all__ = ["Sighting", "diagnose"]

# Two inputs of different shapes must agree before anything is claimed.
CONFIRMATIONS = 2
GENERAL = (from_layout, from_partial_sum)
CONSTANT = (from_factor, from_terms)


def diagnose(
    sightings: Sequence[Sighting], quantity: str, *, factors: bool = True
) -> Diagnosis | None:
    """Name the mistake behind a wrong quantity, or return ``None``.

    Parameters
    ----------
    sightings
        Of different inputs; those without the quantity are left out.
    factors
        Whether constant factors make sense for this quantity.
    """
    seen = [sighting for sighting in sightings if quantity in sighting.got]
    if len(seen) < CONFIRMATIONS:
        return None
    if not all(sighting.got[quantity].dtype.kind in "fiu" for sighting in seen):
        return None
    with np.errstate(all="ignore"):
        closeness = closeness_of(seen)
        found = _known(seen, quantity, closeness)
        if found is not None:
            return found
        for family in (*GENERAL, *(CONSTANT if factors else ())):
            found = family(seen, quantity, closeness)
            if found is not None:
                return found
    return None


def _known(
    seen: Sequence[Sighting], quantity: str, closeness: float
) -> Diagnosis | None:
    """Return the entry of the library or the other convention that explains it.

    Where both do, the entry keeps its name, under which a class is counted, and the
    student reads of the convention as well.
    """
    entry = from_library(seen, quantity, closeness)
    dialect = from_dialect(seen, quantity, closeness)
    if entry is None or dialect is None:
        return entry if dialect is None else dialect.diagnosis
    return replace(entry, hint=conventions.beside(dialect.sentence, entry.hint))
