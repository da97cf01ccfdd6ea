"""Every example of the page about components can be used as it stands."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from grader.assignments.components import read_components
from grader.assignments.spec import ArraySpec, ComponentSpec
from grader.checks.presentation.lengths import constants
from grader.checks.presentation.leniency import VectorForm
from reference import operations

PAGE = (Path(__file__).parents[2] / "docs" / "assignment-components.md").read_text()
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.mark.parametrize("text", EXAMPLES)
def test_each_example_is_a_component(text: str) -> None:
    specs = [
        ComponentSpec.model_validate(table)
        for table in tomllib.loads(text)["component"]
    ]

    components, problems = read_components(specs)

    assert problems == []
    assert len(components) == len(specs)


def test_the_page_has_an_example_for_each_key() -> None:
    keys = {*ComponentSpec.model_fields, *ArraySpec.model_fields, "construct"}

    assert len(EXAMPLES) >= 10
    for key in keys - {"arguments"}:
        assert f"`{key}" in PAGE or f".{key}" in PAGE, key
    for form in VectorForm:
        assert f'"{form}"' in PAGE


def test_the_page_explains_every_name_of_a_scale() -> None:
    found = set()
    for name in operations.names():
        operation = operations.create(name)
        found |= set(constants(operation, operation.draw(np.random.default_rng(0))))

    assert all(f"`{letter}`" in PAGE for letter in found), found
