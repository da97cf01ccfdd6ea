"""Random changes of inputs that leave their labels as they are.

Each takes a generator and a batch and returns a new batch of the same shape and dtype,
so it fits ``augment`` of ``reference.training.trainer``. Images are (N, ..., H, W).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from reference.arrays import require_floats
from reference.errors import ShapeError
from reference.protocols import Array

Augmentation = Callable[[np.random.Generator, Array], Array]


@dataclass(frozen=True, slots=True)
class HorizontalFlip:
    """Mirror images left to right, each with the same probability.

    Parameters
    ----------
    probability
        In [0, 1].

    Notes
    -----
    Wrong for digits and letters: a mirrored 2 is none.

    Examples
    --------
    >>> image = np.array([[[1.0, 2.0], [3.0, 4.0]]])
    >>> HorizontalFlip(1.0)(np.random.default_rng(0), image).tolist()
    [[[2.0, 1.0], [4.0, 3.0]]]
    """

    probability: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise ValueError(
                f"HorizontalFlip: probability must be in [0, 1], got {self.probability}"
            )

    def __call__(self, rng: np.random.Generator, batch: Array) -> Array:
        """Return the batch with some images mirrored."""
        _require_images("HorizontalFlip", batch)
        chosen = rng.random(len(batch)) < self.probability
        flipped = batch.copy()
        flipped[chosen] = batch[chosen][..., ::-1]
        return flipped


@dataclass(frozen=True, slots=True)
class Shift:
    """Move each image by up to ``pixels`` in both directions and fill with zeros.

    Parameters
    ----------
    pixels
        Largest shift. All shifts from ``-pixels`` to ``pixels``, down and to the right,
        are equally likely; what leaves the image is lost.

    Examples
    --------
    >>> moved = Shift(1)(np.random.default_rng(0), np.ones((2, 3, 3)))
    >>> moved.sum(axis=(1, 2)).tolist()
    [6.0, 6.0]
    """

    pixels: int = 1

    def __post_init__(self) -> None:
        if self.pixels < 0:
            raise ValueError(f"Shift: pixels must be at least 0, got {self.pixels}")

    def __call__(self, rng: np.random.Generator, batch: Array) -> Array:
        """Return the batch with every image moved by an amount of its own."""
        _require_images("Shift", batch)
        shifts = rng.integers(-self.pixels, self.pixels + 1, (len(batch), 2))
        moved = np.zeros_like(batch)
        for image, result, (down, right) in zip(batch, moved, shifts, strict=True):
            to_rows, from_rows = _overlap(int(down), batch.shape[-2])
            to_columns, from_columns = _overlap(int(right), batch.shape[-1])
            result[..., to_rows, to_columns] = image[..., from_rows, from_columns]
        return moved


@dataclass(frozen=True, slots=True)
class Noise:
    """Add normal noise to every entry, also known as jitter.

    Parameters
    ----------
    std
        Standard deviation, 0 or positive.

    References
    ----------
    CMU 10-301/601, lecture 14: the gradient is taken at ``x`` plus N(0, std**2 I).

    Examples
    --------
    >>> Noise(0.0)(np.random.default_rng(0), np.array([[1.0, 2.0]])).tolist()
    [[1.0, 2.0]]
    """

    std: float = 0.1

    def __post_init__(self) -> None:
        if not self.std >= 0:
            raise ValueError(f"Noise: std must be at least 0, got {self.std}")

    def __call__(self, rng: np.random.Generator, batch: Array) -> Array:
        """Return the batch with noise."""
        require_floats("Noise", "batch", batch)
        return batch + rng.normal(0.0, self.std, batch.shape).astype(batch.dtype)


@dataclass(frozen=True, slots=True)
class InTurn:
    """Apply several changes, one after the other.

    Parameters
    ----------
    changes
        In order; all draw from the same generator.

    Examples
    --------
    >>> both = InTurn([HorizontalFlip(1.0), HorizontalFlip(1.0)])
    >>> both(np.random.default_rng(0), np.array([[[1.0, 2.0]]])).tolist()
    [[[1.0, 2.0]]]
    """

    changes: Sequence[Augmentation]

    def __call__(self, rng: np.random.Generator, batch: Array) -> Array:
        """Return the batch after all changes."""
        for change in self.changes:
            batch = change(rng, batch)
        return batch


def _require_images(owner: str, batch: Array) -> None:
    require_floats(owner, "batch", batch)
    if batch.ndim < 3:
        raise ShapeError(f"{owner}: batch must be (N, ..., H, W), got {batch.shape}")


def _overlap(shift: int, length: int) -> tuple[slice, slice]:
    """Return where the entries go that stay, and where they come from."""
    kept = max(length - abs(shift), 0)
    ahead = slice(length - kept, length)
    behind = slice(0, kept)
    return (ahead, behind) if shift > 0 else (behind, ahead)
