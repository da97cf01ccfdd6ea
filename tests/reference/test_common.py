"""What every component must have, whichever it is."""

import doctest
import pkgutil
from importlib import import_module

import numpy as np
import pytest

import reference
import reference.layers
import reference.losses
import reference.optimizers
from reference.discovery import public_classes
from tests.reference.components import (
    LAYER_CASES,
    LOSS_CASES,
    OPTIMIZER_CASES,
    drawn,
)

LAYERS = public_classes(reference.layers)
LOSSES = public_classes(reference.losses)
OPTIMIZERS = public_classes(reference.optimizers)


def test_every_component_answers_for_some_operation():
    made = {
        *(type(case.values[0].layer(drawn(case.values[0]))) for case in LAYER_CASES),
        *(type(case.values[0].loss()) for case in LOSS_CASES),
        *(type(case.values[0].optimizer([])) for case in OPTIMIZER_CASES),
    }
    assert {cls.__name__ for cls in (*LAYERS, *LOSSES, *OPTIMIZERS)} <= {
        cls.__name__ for cls in made
    }


MODULES = [
    found.name for found in pkgutil.walk_packages(reference.__path__, "reference.")
]


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_in_the_docstrings_run(module):
    from reference.layers.linear import Linear

    names = {"np": np, "Linear": Linear}
    assert doctest.testmod(import_module(module), extraglobs=names).failed == 0


@pytest.mark.parametrize(
    "component", [*LAYERS, *LOSSES, *OPTIMIZERS], ids=lambda cls: cls.__name__
)
def test_every_component_shows_an_example(component):
    assert ">>> " in component.__doc__
