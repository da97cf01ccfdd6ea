"""What goes wrong in a multilayer perceptron that is one function."""

from collections.abc import Callable
from functools import cache

import numpy as np

from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.chains import (
    Chain,
    Changes,
    Link,
    Run,
    right_run,
    with_changes,
)
from reference.misconceptions.changes import differing, entries_of
from reference.misconceptions.inner_mistakes import Inside, of_all, of_each
from reference.operations import create
from reference.operations.base import Array, Arrays, Operation

_NAME = "mlp"
_ACTIVATIONS = ("relu", "tanh", "sigmoid")
_LOSSES = ("softmax_cross_entropy", "mean_squared_error")
_PLACES = ("after layer 1", "after layer 2")
_entry = entries_of(_NAME)


@cache
def _chain(
    activation: str, judge: str, reduction: str, depth: int, activations: str = "hidden"
) -> Chain:
    """Return the chain, with activations where they belong or where they do not.

    Parameters
    ----------
    activations
        ``"hidden"``, ``"all"`` or ``"none"``.
    """
    links: list[Link] = []
    for number in range(depth):
        held = {name: f"{name}_{number}" for name in ("weight", "bias")}
        links.append(Link("layer", create("linear"), held))
        if activations == "all" or (activations == "hidden" and number < depth - 1):
            links.append(Link("activation", create(activation), {}))
    entropy = judge == "softmax_cross_entropy"
    loss = create(judge, **{"reduction" if entropy else "scaling": reduction})
    return Chain(tuple(links), loss, "labels" if entropy else "targets")


def _build(operation: Operation, activations: str = "hidden") -> Chain:
    given = vars(operation)
    names = ("activation", "judge", "reduction", "depth")
    return _chain(*(given[name] for name in names), activations)


def _with_activations(activations: str) -> Wrong:
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        if activations == "none" and vars(operation)["depth"] == 1:
            return {}
        right = right_run(_build(operation), arrays).found
        other = right_run(_build(operation, activations), arrays).found
        return differing(right, other, operation.quantities)

    return wrong


def _of_the_run(gradients: Callable[[Chain, Run], dict[str, Array]]) -> Wrong:
    """Return the mistake of other gradients made from what a right run has."""

    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        chain = _build(operation)
        run = right_run(chain, arrays)
        return differing(run.found, gradients(chain, run), operation.quantities)

    return wrong


def _from_the_sums(chain: Chain, run: Run) -> dict[str, Array]:
    found = {}
    for number, place in enumerate(chain.places("layer")[1:], start=1):
        sums = run.received[place - 1]["x"]
        found[f"grad_weight_{number}"] = sums.T @ run.upstreams[place]
    return found


def _error_of_the_top(chain: Chain, run: Run) -> dict[str, Array]:
    places = chain.places("layer")
    top = run.upstreams[places[-1]]
    found = {}
    for number, place in enumerate(places):
        found[f"grad_weight_{number}"] = run.received[place]["x"].T @ top
        found[f"grad_bias_{number}"] = top.sum(axis=0)
    return found


def _no_error(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"grad_x": np.zeros_like(arrays["x"])} if "grad_out" in arrays else {}


def _summed_error(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    if "grad_out" not in arrays:
        return {}
    total = arrays["grad_out"].sum(axis=1, keepdims=True)
    return {"grad_x": np.broadcast_to(total, arrays["x"].shape).copy()}


def _behind_the_top(wrong: Wrong) -> Wrong:
    """Return the mistake of handing something else back from the last layer."""

    def changes(chain: Chain) -> Changes:
        return {chain.places("layer")[-1]: wrong}

    return with_changes(_build, changes)


def _layer(number: str) -> Inside:
    return Inside("layer", ("linear",), number)


def _activation(number: str, nth: int = 0) -> Inside:
    return Inside("activation", _ACTIVATIONS, number, nth)


def _loss(number: str, nth: int = 0) -> Inside:
    return Inside("loss", _LOSSES, number, nth)


def _lost_error() -> tuple[Misconception, ...]:
    def entry(formula: str, wrong: Wrong) -> Misconception:
        return _entry(
            "M26",
            "error of the output lost on its way to hidden layers",
            "How large are the gradients of your first weight beside those of the "
            "last? Follow the error of one class back to one hidden unit.",
            formula,
            _behind_the_top(wrong),
        )

    return (
        entry("delta_l = 0 for every hidden layer", _no_error),
        entry("delta_{L-1} = sum over the classes of delta_L", _summed_error),
    )


MISCONCEPTIONS: tuple[Misconception, ...] = (
    *of_all(
        _NAME,
        _build,
        *map(_layer, ("M02", "M12", "M14", "M15", "M16", "M17", "M18", "M19", "M245")),
        Inside("layer", ("linear",), "M03", least=2),
        _layer("M250"),
        *map(_activation, ("M23", "M25", "M27", "M31", "M32", "M33", "M34", "M35")),
        _activation("M33", 1),
        *map(_activation, ("M36", "M200", "M201", "M203", "M204")),
        *map(_loss, ("M01", "M04", "M05", "M07", "M08", "M09", "M10", "M42", "M43")),
        *map(_loss, ("M45", "M48", "M49", "M50", "M58", "M165", "M210", "M266")),
        *map(_loss, ("M267", "M269", "M271", "M261", "M263")),
    ),
    *of_each(
        _NAME,
        _build,
        _PLACES,
        *map(_activation, ("M25", "M27", "M31", "M33", "M35")),
    ),
    *_lost_error(),
    _entry(
        "M24",
        "error of the output fed to every layer",
        "What does the first layer of your network receive on the way back? On which "
        "weights above it should that depend?",
        "grad_weight_{l-1} = a_{l-1}.T @ delta_L for every l",
        _of_the_run(_error_of_the_top),
    ),
    _entry(
        "M360",
        "sums used where the activated values belong",
        "What does the second layer multiply by its weight in forward? Is it the same "
        "array that you use for the gradient of that weight?",
        "grad_weight_{l-1} = z_{l-1}.T @ delta_l",
        _of_the_run(_from_the_sums),
    ),
    _entry(
        "M361",
        "activation after the last layer as well",
        "What may the numbers be that go into your loss? Can one of them be negative, "
        "or larger than one?",
        "a_L = phi(z_L), forward and backward",
        _with_activations("all"),
    ),
    _entry(
        "M362",
        "activations left out",
        "Give your network twice the input and no biases. Does the output of the last "
        "layer double, and should it?",
        "a_l = z_l, forward and backward",
        _with_activations("none"),
    ),
)
