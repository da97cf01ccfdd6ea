"""The right terms with wrong weights: one left out, doubled, with another sign."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from grader.checks.hypotheses.factors import named_factors
from grader.checks.mistakes import plain_operation, shown
from grader.checks.sightings import Arrays, Sighting, replayed
from grader.report import Diagnosis

HINT = (
    "Draw what the result depends on and by which ways. Each way has its own term; "
    "find the line of your code that each term comes from."
)
# A weight that has a name is this close to it; a fit that is not unique has none.
CLOSE = 2.0**-12
SINGULAR = 2.0**-20
# A sentence about more terms than this would help nobody.
MOST = 2


def from_terms(
    seen: Sequence[Sighting], quantity: str, closeness: float
) -> Diagnosis | None:
    """Return which terms have which wrong weight, if all weights have a name."""
    common: dict[str, list[str]] | None = None
    for one in seen:
        here = _weights(one, quantity)
        if here is None:
            return None
        if common is None:
            common = here
        else:
            common = {
                term: [name for name in names if name in here[term]]
                for term, names in common.items()
            }
    chosen = {term: names[0] for term, names in (common or {}).items() if names}
    if common is None or len(chosen) < len(common):
        return None
    wrong = {term: name for term, name in chosen.items() if name != "1"}
    if not 1 <= len(wrong) <= MOST or len(wrong) == len(chosen):
        return None
    ask = partial(_sum, chosen, quantity)
    if replayed(ask, seen, quantity, closeness) is None:
        return None
    title = " and ".join(_said(term, name) for term, name in wrong.items())
    return Diagnosis("terms", title, HINT)


def _terms(sighting: Sighting, quantity: str) -> Arrays:
    return sighting.recalled(("terms", quantity), lambda: _asked(sighting, quantity))


def _asked(sighting: Sighting, quantity: str) -> Arrays:
    plain = sighting.plain
    terms = plain_operation(sighting.operation).terms(plain).get(quantity, {})
    return {
        term: shown(sighting.operation, {quantity: value}, plain)[quantity]
        for term, value in terms.items()
    }


def _named(sighting: Sighting) -> dict[str, float]:
    return {"1": 1.0, "0": 0.0, **named_factors(sighting)}


def _weights(sighting: Sighting, quantity: str) -> dict[str, list[str]] | None:
    """Return the names that the weight of each term may have, by least squares."""
    terms, got = _terms(sighting, quantity), sighting.got[quantity]
    right = sighting.right[quantity].value
    if not terms or got.shape != right.shape or not np.isfinite(got).all():
        return None
    columns = np.stack([value.ravel() for value in terms.values()], axis=1)
    lengths = np.linalg.norm(columns, axis=0)
    if not lengths.all():
        return None
    fitted, _, rank, sizes = np.linalg.lstsq(
        columns / lengths, got.ravel().astype(np.float64), rcond=None
    )
    if rank < len(terms) or sizes[-1] < SINGULAR * sizes[0]:
        return None
    weights = dict(zip(terms, fitted / lengths, strict=True))
    return {
        term: [
            name
            for name, value in _named(sighting).items()
            if abs(value - weight) <= CLOSE * max(1.0, abs(value))
        ]
        for term, weight in weights.items()
    }


def _sum(chosen: Mapping[str, str], quantity: str, sighting: Sighting) -> Arrays:
    named, terms = _named(sighting), _terms(sighting, quantity)
    total = np.zeros_like(sighting.right[quantity].value)
    for term, name in chosen.items():
        total = total + named[name] * terms[term]
    return {quantity: total}


def _said(term: str, name: str) -> str:
    if name == "0":
        return f"{term} is missing"
    if name == "-1":
        return f"{term} has the wrong sign"
    if name == "2":
        return f"{term} is there twice"
    return f"{term} has the factor {name}"
