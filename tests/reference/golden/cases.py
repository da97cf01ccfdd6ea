"""Which questions PyTorch is asked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.operations import Arrays, Family, create, names

# PyTorch has one form of momentum; two others take the same path at a constant rate.
SAME_PATH = ("velocity", "displacement", "accumulated")


@dataclass(frozen=True)
class Case:
    """An operation under conventions, and its inputs."""

    key: str
    name: str
    conventions: Mapping[str, Any]
    arrays: Arrays


def cases() -> Iterator[Case]:
    """Yield every operation under every convention that PyTorch knows."""
    for name in names():
        for number, conventions in enumerate(type(create(name)).example_conventions):
            operation = create(name, **conventions)
            if getattr(operation, "form", "velocity") not in SAME_PATH:
                continue
            rng = np.random.default_rng(number)
            # Two more variants of an optimizer would only make the file larger.
            variants = (0,) if operation.family is Family.OPTIMIZER else (0, 1, 2)
            for variant in variants:
                arrays = operation.draw(rng, variant=variant)
                yield Case(f"{name}-{number}-{variant}", name, conventions, arrays)
            extreme = operation.extreme(rng)
            if extreme is not None:
                yield Case(f"{name}-{number}-extreme", name, conventions, extreme)
