"""The mistakes that all normalising layers share about ``gamma`` and ``beta``."""

from collections.abc import Callable
from functools import partial

import numpy as np

from reference.misconceptions.backward import (
    needs_upstream,
    parameters_averaged_entry,
    wrong_axis_entry,
)
from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.changes import changed, entries_of, quiet
from reference.misconceptions.normalization import Look, Normalized, normalized
from reference.operations.base import Array, Arrays, Operation

PARAMETER_GRADIENTS = "grad_gamma = sum(grad_out * x_hat), grad_beta = sum(grad_out)"


def parameters_with(
    look: Look, terms: Callable[[Normalized], Array], reduce: Callable[..., Array]
) -> Wrong:
    """Return wrong gradients for ``gamma`` and ``beta``.

    Parameters
    ----------
    terms
        What the upstream gradient is multiplied by for ``gamma``, in the view.
    reduce
        Takes products of the shape of ``x`` to the gradient of a parameter.
    """

    @quiet
    @needs_upstream
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        upstream, x = arrays["grad_out"], arrays["x"]
        found = normalized(operation, arrays, look(operation, arrays))
        factor = terms(found).reshape(x.shape)
        answer = {
            "grad_gamma": reduce(upstream * factor),
            "grad_beta": reduce(upstream),
        }
        return changed(operation, arrays, answer)

    return wrong


def _x_hat(found: Normalized) -> Array:
    return found.x_hat


def _over_features(products: Array) -> Array:
    return products.sum(axis=tuple(range(1, products.ndim)))


def _over_all(products: Array) -> Array:
    return np.asarray(products.sum())


def _over_the_rest(products: Array, *, keepdims: bool = False) -> Array:
    others = (0, *range(2, products.ndim))
    total: Array = products.sum(axis=others, keepdims=keepdims)
    return total


def summed_over_batch_entry(name: str, look: Look) -> Misconception:
    """Return M245 for images, where a sum over the batch leaves the pixels."""
    return _wrong_axis_entry(
        name,
        f"{PARAMETER_GRADIENTS} over the batch only",
        parameters_with(look, _x_hat, partial(np.sum, axis=0)),
    )


def _wrong_axis_entry(name: str, formula: str, wrong: Wrong) -> Misconception:
    hint = (
        "One parameter belongs to one feature. Which axis has to survive your sum, "
        "and which ones do?"
    )
    return wrong_axis_entry(name, hint, formula, wrong)


def parameter_entries(name: str, look: Look) -> tuple[Misconception, ...]:
    """Return what goes wrong with ``gamma`` and ``beta``."""
    return (*_sums(name, look), *_factors(name, look), *_outputs(name, look))


def _sums(name: str, look: Look) -> tuple[Misconception, ...]:
    entry = entries_of(name)
    return (
        parameters_averaged_entry(name, "grad_gamma and grad_beta are divided by N"),
        entry(
            "M14",
            "gradients of gamma and beta not summed over the batch",
            "How many entries of the batch does one beta act on, and how many numbers "
            "does your gradient hold for it?",
            "grad_gamma = grad_out * x_hat, grad_beta = grad_out",
            parameters_with(look, _x_hat, np.copy),
        ),
        entry(
            "M19",
            "gradients of gamma and beta are single numbers",
            "How many betas does this layer have, and how many numbers does your "
            "gradient for them hold?",
            f"{PARAMETER_GRADIENTS} over everything",
            parameters_with(look, _x_hat, _over_all),
        ),
        entry(
            "M82",
            "gradients of gamma and beta with extra axes",
            "Compare the shapes of gamma and of your gradient for it. Could an update "
            "change the shape of gamma?",
            f"{PARAMETER_GRADIENTS} with keepdims",
            parameters_with(look, _x_hat, partial(_over_the_rest, keepdims=True)),
        ),
        _wrong_axis_entry(
            name,
            f"{PARAMETER_GRADIENTS} over all axes but the first",
            parameters_with(look, _x_hat, _over_features),
        ),
    )


def _factors(name: str, look: Look) -> tuple[Misconception, ...]:
    other_factor = partial(
        entries_of(name),
        "M247",
        "gamma multiplied by the input that is not normalised",
        "What exactly is gamma multiplied by in forward? Is it the same array that "
        "your gradient for gamma contains?",
    )
    return (
        other_factor(
            "grad_gamma = sum(grad_out * x)",
            parameters_with(look, lambda found: found.x, _over_the_rest),
        ),
        other_factor(
            "grad_gamma = sum(grad_out * (x - mean))",
            parameters_with(look, lambda found: found.centred, _over_the_rest),
        ),
    )


def _outputs(name: str, look: Look) -> tuple[Misconception, ...]:
    entry = entries_of(name)
    return (
        entry(
            "M78",
            "gamma and beta not applied",
            "Set gamma to 3 and beta to 1. How should the output change, and does "
            "yours?",
            "out = x_hat",
            _bare(look),
        ),
        entry(
            "M250",
            "bias left out of the output",
            "What should this layer return when all entries that share a mean are "
            "equal? Put such an input into yours.",
            "out = gamma * x_hat",
            _without_beta(look),
        ),
    )


def _bare(look: Look) -> Wrong:
    @quiet
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        found = normalized(operation, arrays, look(operation, arrays))
        answer = {"out": found.x_hat.reshape(arrays["x"].shape)}
        if "grad_out" in arrays:
            gradient = found.back(found.upstream(arrays))
            answer["grad_x"] = gradient.reshape(arrays["x"].shape)
        return changed(operation, arrays, answer)

    return wrong


def _without_beta(look: Look) -> Wrong:
    @quiet
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        found = normalized(operation, arrays, look(operation, arrays))
        out = (found.x_hat * found.gamma).reshape(arrays["x"].shape)
        return changed(operation, arrays, {"out": out})

    return wrong
