"""Stop when the validation loss no longer falls, and go back to where it was lowest."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from reference.protocols import Array, Parameters
from reference.schedules.stagnation import Stagnation


class EarlyStopping:
    """Watch the validation loss; remember the parameters with the best one.

    Parameters
    ----------
    patience
        How many epochs in a row may pass without an improvement.
    min_improvement
        By how much a loss must be below the best one to count as better. A loss that
        is lower by less neither resets the patience nor is remembered as the best.
    threshold_form, patience_rule
        What ``min_improvement`` and ``patience`` mean, see
        ``reference.schedules.stagnation``. By default ``"absolute"`` and
        ``"reached"``: with a patience of 3, the third epoch in a row without an
        improvement is the last.

    Attributes
    ----------
    best_loss, best_epoch
        Of the best epoch so far, counted from 0; infinite and ``None`` before there
        is one.
    epochs
        Number of epochs observed.

    Notes
    -----
    Use a fresh object for each run. Besides ``params`` the best epoch keeps all other
    arrays of real numbers among the public attributes of a layer, and of those that it
    has as ``layers``: running statistics belong to the weights.

    References
    ----------
    McGill COMP 451, lecture 22; CMU 10-301/601, lecture 14; Penn CIS 4190/5190,
    lecture 12. None prints an algorithm; this is algorithm 7.1 of Goodfellow, Bengio,
    Courville: "Deep Learning" (2016), with one evaluation per epoch.

    Examples
    --------
    >>> layer, stopping = Linear(1, 1), EarlyStopping(patience=2)
    >>> for epoch, loss in enumerate([3.0, 2.0, 2.5, 4.0]):
    ...     layer.params["bias"] = np.array([float(epoch)])
    ...     stops = stopping.observe(loss, [layer])
    >>> stops, stopping.best_epoch
    (True, 1)
    >>> stopping.restore([layer])
    >>> layer.params["bias"].tolist()
    [1.0]
    """

    def __init__(
        self,
        patience: int,
        min_improvement: float = 0.0,
        threshold_form: str = "absolute",
        patience_rule: str = "reached",
    ) -> None:
        self._stagnation = Stagnation(
            "EarlyStopping", patience, min_improvement, threshold_form, patience_rule
        )
        self.epochs = 0
        self.best_epoch: int | None = None
        self._params: list[dict[str, Array]] = []
        self._others: list[dict[str, Array]] = []

    @property
    def best_loss(self) -> float:
        """Return the loss of the best epoch."""
        return self._stagnation.best

    def observe(self, loss: float, layers: Sequence[Parameters]) -> bool:
        """Take the validation loss of an epoch in and return whether to stop.

        The parameters are copied if it is the best epoch so far. NaN counts as no
        improvement.
        """
        if self._stagnation.improves(loss):
            self.best_epoch = self.epochs
            self._params = [_copied(layer.params) for layer in layers]
            self._others = [_copied(_arrays_of(layer)) for layer in _nested(layers)]
        self.epochs += 1
        return self._stagnation.is_over

    def restore(self, layers: Sequence[Parameters]) -> None:
        """Give the layers what they had after the best epoch.

        New arrays are put into ``params``; they may be written into afterwards.
        Nothing happens while there is no best epoch.
        """
        if self.best_epoch is None:
            return
        for layer, params in zip(layers, self._params, strict=True):
            layer.params.update(_copied(params))
        for owner, others in zip(_nested(layers), self._others, strict=True):
            for name, array in _copied(others).items():
                setattr(owner, name, array)


def _nested(layers: Iterable[object]) -> Iterator[object]:
    for layer in layers:
        yield layer
        yield from _nested(getattr(layer, "layers", ()))


def _arrays_of(layer: object) -> dict[str, Array]:
    return {
        name: value
        for name, value in vars(layer).items()
        if isinstance(value, np.ndarray)
        and value.dtype.kind == "f"
        and not name.startswith("_")
    }


def _copied(arrays: dict[str, Array]) -> dict[str, Array]:
    return {name: array.copy() for name, array in arrays.items()}
