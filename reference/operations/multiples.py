"""Relations between the answers at an input and at a multiple of it."""

from collections.abc import Sequence

import numpy as np

from reference.operations.relations import Array, Arrays, Relation

TWICE = 2.0
"""A power of two, so that multiplying by it is exact."""


def _asked_about(
    factor: float, name: str, rng: np.random.Generator, arrays: Arrays
) -> list[dict[str, Array]]:
    return [dict(arrays), {**arrays, name: factor * arrays[name]}]


def positively_homogeneous(answers: Sequence[str], same: Sequence[str]) -> Relation:
    """Return that twice the input gives twice the answers.

    Parameters
    ----------
    answers
        Names of the outputs and gradients that double with ``x``.
    same
        Names of those that stay.
    """

    def pairs(
        asked: Sequence[Arrays], found: Sequence[Arrays]
    ) -> dict[str, tuple[Array, Array]]:
        once, twice = found
        doubled = {name: (TWICE * once[name], twice[name]) for name in answers}
        return doubled | {name: (once[name], twice[name]) for name in same}

    doubled, kept = " and ".join(answers), " and ".join(same)
    change = f"doubles {doubled} and leaves" if answers else "leaves"
    return Relation(
        "positively_homogeneous",
        f"Doubling x {change} {kept} as it was.",
        lambda rng, arrays: _asked_about(TWICE, "x", rng, arrays),
        pairs,
    )


def reflected() -> Relation:
    """Return that the outputs at x and -x differ by x, as for ``x * gate(x)``.

    It holds where the gates at x and -x sum to one, and for the rectified linear units
    and their smooth forms; the gradients at x and -x then sum to ``grad_out``.
    """

    def pairs(
        asked: Sequence[Arrays], found: Sequence[Arrays]
    ) -> dict[str, tuple[Array, Array]]:
        drawn, (here, there) = asked[0], found
        return {
            "out": (here["out"] - there["out"], drawn["x"]),
            "grad_x": (here["grad_x"] + there["grad_x"], drawn["grad_out"]),
        }

    return Relation(
        "reflected",
        "The outputs at x and -x differ by x; the gradients sum to grad_out.",
        lambda rng, arrays: _asked_about(-1.0, "x", rng, arrays),
        pairs,
    )
