"""Which questions PyTorch is asked."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from reference.operations import Arrays, Family, Operation, create, names
from tests.reference.golden.counterparts import counterpart


@dataclass(frozen=True)
class Case:
    """An operation under conventions, and its inputs."""

    key: str
    operation: Operation
    arrays: Arrays


def cases() -> Iterator[Case]:
    """Yield every operation under every convention that PyTorch knows."""
    for name in names():
        for number, conventions in enumerate(type(create(name)).example_conventions):
            operation = create(name, **conventions)
            if counterpart(operation) is None:
                continue
            rng = np.random.default_rng(number)
            # Two more variants of an optimizer would only make the file larger.
            variants = (0,) if operation.family is Family.OPTIMIZER else (0, 1, 2)
            for variant in variants:
                arrays = operation.draw(rng, variant=variant)
                yield Case(f"{name}-{number}-{variant}", operation, arrays)
            extreme = operation.extreme(rng)
            if extreme is not None:
                yield Case(f"{name}-{number}-extreme", operation, extreme)
