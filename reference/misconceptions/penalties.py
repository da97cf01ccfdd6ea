"""Mistakes in a penalty on the parameters.

``w`` is any parameter that is penalised and ``f`` the factor in front of the sum.
"""

from collections.abc import Callable

import numpy as np

from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.conventions import answered_under, chosen, only_changed
from reference.misconceptions.losses import both_scaled, negated_loss_entry
from reference.operations.base import Array, Arrays, Operation

Formula = Callable[[Array], Array | float]
"""From a parameter to numbers that are added up, or to a slope for each entry."""


def _factor(operation: Operation) -> float:
    given = chosen(operation)
    divisors = {"one": 1, "half": 2, "half_over_n": 2 * (given["examples"] or 1)}
    return float(given["strength"]) / divisors[given["factor"]]


def sloped(slope: Formula) -> Wrong:
    """Return the mistake of another derivative."""

    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        factor = _factor(operation)
        return {
            gradient: np.broadcast_to(
                factor * slope(arrays[name]), arrays[name].shape
            ).copy()
            for gradient, name in operation.gradients.items()
        }

    return wrong


def summed(value: Formula, slope: Formula) -> Wrong:
    """Return the mistake of another penalty, with its derivative."""

    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        penalised = [arrays[name] for name in operation.differentiable]
        total = sum(float(np.sum(value(parameter))) for parameter in penalised)
        loss = np.asarray(_factor(operation) * total)
        return {"loss": loss} | sloped(slope)(operation, arrays)

    return wrong


def _others_penalised(
    operation: Operation, arrays: Arrays, **others: object
) -> dict[str, Array]:
    """Return the answer where other parameters are penalised than should be.

    Those that have no gradient there get zeros.
    """
    found = answered_under(operation, arrays, **others)
    missing = {
        gradient: np.zeros_like(arrays[name])
        for gradient, name in operation.gradients.items()
        if gradient not in found
    }
    # A list of all layers is "all" as well.
    return only_changed(operation, arrays, {"loss": found["loss"], **missing})


def _biases_confused(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    is_included = chosen(operation)["biases"] == "included"
    other = "excluded" if is_included else "included"
    return _others_penalised(operation, arrays, biases=other)


def _first_or_every_layer(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    other = [0] if chosen(operation)["subset"] == "all" else "all"
    return _others_penalised(operation, arrays, subset=other)


def _last_layer(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    if chosen(operation)["subset"] != "all":
        return {}
    return _others_penalised(operation, arrays, subset=[1])


def _examples_forgotten(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    examples = chosen(operation)["examples"]
    return {} if examples in (None, 1) else both_scaled(operation, arrays, examples)


def _factor_two(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    is_one = chosen(operation)["factor"] == "one"
    return both_scaled(operation, arrays, 0.5 if is_one else 2.0)


def _strength_ignored(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return answered_under(operation, arrays, strength=1.0)


def _averaged(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    total = 0.0
    found = {}
    for gradient, name in operation.gradients.items():
        alone = _only(operation, arrays, name)
        total += float(alone["loss"]) / arrays[name].size
        found[gradient] = alone[gradient] / arrays[name].size
    return {"loss": np.asarray(total), **found}


def _only(operation: Operation, arrays: Arrays, name: str) -> dict[str, Array]:
    """Return the answer for one parameter, the others being zero."""
    others = {other: np.zeros_like(value) for other, value in arrays.items()}
    return operation.answer({**others, name: arrays[name]})


def _layer_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    return Misconception(
        id="M63",
        operation=operation,
        title="wrong set of layers",
        hint=(
            "Over which layers does your sum run, and over which should it? Set the "
            "weights of one layer to zero: does the penalty change?"
        ),
        formula=formula,
        wrong=wrong,
    )


def _set_entries(operation: str) -> tuple[Misconception, ...]:
    return (
        Misconception(
            id="M62",
            operation=operation,
            title="biases penalised or left out, unlike asked for",
            hint=(
                "Which parameters does the handout penalise? Change a bias: should the "
                "penalty move, and does yours?"
            ),
            formula="biases are in the sum where they should not be, or the reverse",
            wrong=_biases_confused,
        ),
        _layer_entry(
            operation,
            "only the first layer, or every layer where some are asked for",
            _first_or_every_layer,
        ),
        _layer_entry(operation, "only the last layer", _last_layer),
    )


def penalty_entries(operation: str) -> tuple[Misconception, ...]:
    """Return the mistakes that do not depend on the power of the penalty."""
    return (
        Misconception(
            id="M04",
            operation=operation,
            title="sum and mean confused",
            hint=(
                "Make a layer twice as wide with copies of its weights. Should its "
                "penalty stay the same, and does yours?"
            ),
            formula="mean over the entries of each parameter in place of their sum",
            wrong=_averaged,
        ),
        Misconception(
            id="M08",
            operation=operation,
            title="factor of two missing or too many",
            hint=(
                "Which constant does the handout put in front of the sum? What is your "
                "penalty for a single weight of 1?"
            ),
            formula="a factor 1/2 more, or less, than the convention has",
            wrong=_factor_two,
        ),
        negated_loss_entry(operation, "every gradient has the opposite sign"),
        *_set_entries(operation),
        Misconception(
            id="M64",
            operation=operation,
            title="number of examples left out",
            hint=(
                "Is the penalty that the handout asks for the same for 10 examples as "
                "for 1000? Is yours?"
            ),
            formula="lambda / 2 in place of lambda / (2*m)",
            wrong=_examples_forgotten,
        ),
        Misconception(
            id="M146",
            operation=operation,
            title="strength ignored",
            hint=(
                "Double lambda. What should happen to value and gradient, and does it?"
            ),
            formula="lambda = 1 whatever was asked for",
            wrong=_strength_ignored,
        ),
    )
