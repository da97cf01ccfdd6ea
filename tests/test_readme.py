"""What the README promises is there."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from grader.cli.main import COMMANDS
from grader.config import Settings

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_every_setting_is_in_the_table() -> None:
    for field in fields(Settings):
        assert f"GRADER_{field.name.upper()}" in README, field.name


def test_every_command_it_shows_exists() -> None:
    shown = set(re.findall(r"\.venv/bin/grader (\w+)", README))
    assert shown
    assert shown <= set(COMMANDS)


def test_both_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in set(re.findall(r"^make (\w+)", README, re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/report.md"])
def test_every_relative_link_leads_somewhere(page: str) -> None:
    source = ROOT / page
    for target in re.findall(r"\]\(([^)#:]+)\)", source.read_text("utf-8")):
        assert (source.parent / target).exists(), target
