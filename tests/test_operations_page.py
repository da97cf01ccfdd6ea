"""What the page for operators names is there: commands, settings, numbers, tests."""

import math
import re
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from grader.cli.main import COMMANDS, group
from grader.config import Settings
from grader.db import Database
from grader.models import AlarmKind
from grader.services import metrics

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs/operations.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"(?ms)^## (.+?)\n(.*?)(?=^## |\Z)", PAGE))
# `grader check --quick` in a line, and what follows a service in `docker compose run`.
CALLED = re.compile(
    r"(?:`grader|run --rm admin|--entrypoint grader worker) ([a-z]+(?: [^`\n]*)?)"
)
GUARD = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def rows(section: str) -> list[list[str]]:
    """Return the cells of a section's tables, without their heads."""
    lines = re.findall(r"(?m)^\| (.*) \|$", SECTIONS[section])
    cells = [line.split(" | ") for line in lines]
    heads = [k - 1 for k, row in enumerate(cells) if row[0] == "---"]
    return [row for k, row in enumerate(cells) if k not in heads and k - 1 not in heads]


def setting(name: str) -> Field[Any]:
    """Return the field of a setting by the name of its variable."""
    field = name.removeprefix("GRADER_").lower()
    return next(one for one in fields(Settings) if one.name == field)


SETTINGS = {
    row[0].strip("`"): row[1] for row in rows("Settings")[: len(fields(Settings))]
}


def test_every_command_it_shows_exists_with_its_options() -> None:
    called = [line.split() for line in CALLED.findall(PAGE)]

    assert len(called) > 10
    for name, *rest in called:
        assert name in COMMANDS, name
        command = group.get_command(click.Context(group), name)
        while isinstance(command, click.Group):
            command = command.get_command(click.Context(command), rest.pop(0))
        assert command is not None, (name, rest)
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in rest if word.startswith("--")} <= known


def test_the_table_has_every_setting_once_and_no_other() -> None:
    assert set(SETTINGS) == {f"GRADER_{one.name.upper()}" for one in fields(Settings)}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_default_that_is_a_number_or_a_word_is_the_real_one(name: str) -> None:
    default = setting(name).default
    if default is MISSING or default == "":
        assert not SETTINGS[name].isdigit()
    else:
        wanted = f"`{default}`" if isinstance(default, str) else f"{default:.15g}"
        assert SETTINGS[name] == wanted


def test_the_variables_of_the_compose_file_are_all_explained() -> None:
    compose = (ROOT / "docker-compose.yml").read_text("utf-8")
    read = set(re.findall(r"\$\{(GRADER_\w+)", compose))
    assert {name for name in read if f"`{name}`" not in SECTIONS["Settings"]} == set()


def test_every_kind_of_alarm_has_a_row_and_no_other() -> None:
    named = [row[0].strip("`") for row in rows("Alarms")]
    assert sorted(named) == sorted(kind.value for kind in AlarmKind)


def test_the_table_of_metrics_is_what_the_service_gives(empty_sqlite: Path) -> None:
    database = Database(f"sqlite:///{empty_sqlite}")
    with database.read() as session:
        families = metrics.collect(session, blob_bytes=0)
    database.dispose()

    named = {row[0].strip("`").partition("{")[0] for row in rows("What to watch")}

    assert named == {family.name for family in families}


def test_the_table_of_sizes_says_what_the_formula_gives() -> None:
    sizes = rows("How large")
    assert len(sizes) > 2
    for _, submissions, mean, places, workers in sizes:
        work = int(submissions.replace(",", "")) * float(mean.removesuffix(" s"))
        assert int(places) == math.ceil(work / 600)
        assert int(workers) == math.ceil(int(places) / 2)


def test_there_are_six_promises_and_each_names_a_test() -> None:
    promises = rows("What is promised")
    assert [row[0][:2] for row in promises] == [f"{k}." for k in range(1, 7)]
    assert all(GUARD.search(row[1]) for row in promises)


@pytest.mark.parametrize(("file", "name"), sorted(set(GUARD.findall(PAGE))))
def test_a_named_test_exists(file: str, name: str) -> None:
    source = (ROOT / file).read_text("utf-8")
    assert f"\ndef {name}(" in source


def test_every_file_it_speaks_of_is_there() -> None:
    links = set(re.findall(r"\]\(([^)#]+)\)", PAGE))
    spoken = set(re.findall(r"(?<![\w/])((?:deploy|worker)/[\w/.-]+)", PAGE))
    assert all((ROOT / "docs" / link).exists() for link in links)
    assert all((ROOT / path.rstrip(".")).exists() for path in spoken)


def test_every_manifest_has_its_row_and_every_row_its_manifest() -> None:
    named = re.findall(r"`(\w+\.yaml)`", SECTIONS["Several machines"])
    there = sorted(path.name for path in (ROOT / "deploy/kubernetes").iterdir())
    assert sorted(set(named)) == there


def test_links_within_the_page_lead_to_a_section() -> None:
    anchors = {
        re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in SECTIONS
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= anchors


def test_the_cap_of_the_proxy_lets_the_largest_upload_pass() -> None:
    text = (ROOT / "deploy/proxy/Caddyfile").read_text("utf-8")
    found = re.search(r"max_size (\d+)MiB", text)
    assert found is not None
    assert int(found[1]) << 20 > Settings.max_upload_bytes


def test_the_dump_programs_are_not_older_than_the_server() -> None:
    image = (ROOT / "Dockerfile").read_text("utf-8")
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    server = re.search(r"postgres:(\d+)", compose["services"]["postgres"]["image"])
    client = re.search(r"postgresql-client-(\d+)", image)
    assert server is not None
    assert client is not None
    assert int(client[1]) >= int(server[1])
