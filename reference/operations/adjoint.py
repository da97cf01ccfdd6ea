"""The relation of a layer whose output is linear in its inputs, without a constant."""

from collections.abc import Sequence

import numpy as np

from reference.operations.relations import Array, Arrays, Relation, always


def adjoint(inputs: Sequence[str]) -> Relation:
    """Return that ``sum(out * grad_out)`` is the sum of each input times its gradient.

    It ties backward to forward: the two are one matrix and its transpose.

    Parameters
    ----------
    inputs
        Names of the inputs that the output is linear in, all together.
    """

    def pairs(
        asked: Sequence[Arrays], found: Sequence[Arrays]
    ) -> dict[str, tuple[Array, Array]]:
        drawn, answer = asked[0], found[0]
        # Averages, so that a large array does not add up more rounding.
        count = answer["out"].size
        forward = np.sum(answer["out"] * drawn["grad_out"]) / count
        backward = sum(np.sum(drawn[name] * answer[f"grad_{name}"]) for name in inputs)
        return {"products": (np.asarray(forward), np.asarray(backward / count))}

    factors = " + ".join(f"{name} * grad_{name}" for name in inputs)
    return always("adjoint", f"sum(out * grad_out) equals sum({factors}).", pairs)
