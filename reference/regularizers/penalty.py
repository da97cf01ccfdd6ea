"""What the penalties on parameters share: which of them, and times what."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Protocol

import numpy as np

from reference.arrays import after_forward, require_floats
from reference.conventions import require_choice
from reference.errors import ConventionError, LabelError
from reference.protocols import Array


class Parametrized(Protocol):
    """Anything that has parameters."""

    @property
    def params(self) -> Mapping[str, Array]:
        """Return the parameters by name."""
        ...


class Penalty(ABC):
    """Add up a function of every entry of the parameters that are penalised.

    Parameters
    ----------
    strength
        lambda, not negative.
    factor
        What lambda is multiplied by: ``"one"``: 1; ``"half"``: 1/2;
        ``"half_over_n"``: 1/(2m) with the number m of examples.
    biases
        ``"excluded"`` leaves out the parameters whose name begins with ``bias``;
        ``"included"`` penalises them like all others.
    subset
        ``"all"``, or the indices of the layers that are penalised, from 0.
    examples
        m, for ``"half_over_n"`` only; the attribute may be set before each batch.
    """

    factors: ClassVar[tuple[str, ...]] = ("one", "half", "half_over_n")

    def __init__(
        self,
        strength: float,
        *,
        factor: str = "one",
        biases: str = "excluded",
        subset: str | Sequence[int] = "all",
        examples: int | None = None,
    ) -> None:
        owner = type(self).__name__
        if not 0 <= strength < np.inf:
            raise ValueError(
                f"{owner}: strength must be finite and not negative, got {strength}"
            )
        self.strength = strength
        self.factor = require_choice(owner, "factor", factor, self.factors)
        choices = ("excluded", "included")
        self.biases = require_choice(owner, "biases", biases, choices)
        self.subset = _checked_subset(owner, subset)
        self.examples = examples
        self._check_examples()
        self._gradients: list[dict[str, Array]] | None = None

    @abstractmethod
    def value_and_slope(self, parameter: Array) -> tuple[Array, Array]:
        """Return a function of each entry and its derivative, as two new arrays."""

    def forward(self, layers: Sequence[Parametrized]) -> float:
        """Return what the parameters of ``layers`` add to the loss.

        Raises
        ------
        DtypeError, NonFiniteError
            If a parameter, penalised or not, is not of finite floating-point numbers.
        LabelError
            If ``subset`` has an index that no layer has.
        """
        scale = self._scale()
        self._check(layers)
        total = 0.0
        gradients: list[dict[str, Array]] = [{} for _ in layers]
        for index, name in self.penalised(layers):
            value, slope = self.value_and_slope(layers[index].params[name])
            total += float(value.sum())
            gradients[index][name] = scale * slope
        self._gradients = gradients
        return scale * total

    def backward(self) -> list[dict[str, Array]]:
        """Return, for each layer, what to add to ``grads``.

        Parameters that are not penalised are left out.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        """
        gradients = after_forward(type(self).__name__, self._gradients)
        return [
            {name: gradient.copy() for name, gradient in layer.items()}
            for layer in gradients
        ]

    def penalised(self, layers: Sequence[Parametrized]) -> Iterator[tuple[int, str]]:
        """Yield the index of the layer and the name of each parameter penalised."""
        for index, layer in enumerate(layers):
            if self.subset != "all" and index not in self.subset:
                continue
            for name in layer.params:
                if self.biases == "included" or not name.startswith("bias"):
                    yield index, name

    def _check(self, layers: Sequence[Parametrized]) -> None:
        owner = type(self).__name__
        for index, layer in enumerate(layers):
            for name, parameter in layer.params.items():
                require_floats(owner, f"{name}_{index}", parameter)
        if isinstance(self.subset, str):
            return
        last = max(self.subset)
        if last >= len(layers):
            raise LabelError(
                f"{owner}: subset must be indices below {len(layers)}, got {last}"
            )

    def _check_examples(self) -> None:
        examples, owner = self.examples, type(self).__name__
        if self.factor != "half_over_n":
            if examples is not None:
                raise ConventionError(
                    f"{owner}: examples must be left out where factor is "
                    f"{self.factor}, got {examples!r}"
                )
        elif type(examples) is not int or examples < 1:
            raise ConventionError(
                f"{owner}: examples must be a number from 1 on where factor is "
                f"half_over_n, got {examples!r}"
            )

    def _scale(self) -> float:
        self._check_examples()
        divisors = {"one": 1, "half": 2, "half_over_n": 2 * (self.examples or 1)}
        return float(self.strength) / divisors[self.factor]


def _checked_subset(owner: str, subset: object) -> str | tuple[int, ...]:
    if isinstance(subset, (list, tuple)):
        indices = [one for one in subset if type(one) is int and one >= 0]
        if indices and len(set(indices)) == len(subset):
            return tuple(indices)
    elif subset == "all":
        return "all"
    raise ConventionError(
        f"{owner}: subset must be all or a list of different indices of layers, "
        f"got {subset!r}"
    )
