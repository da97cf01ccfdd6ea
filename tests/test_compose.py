"""The compose file says what the Compose Specification allows, and what we promise."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft201909Validator

from grader.cli.main import COMMANDS, group

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = json.loads((ROOT / "tests/data/compose-spec.json").read_text("utf-8"))
OURS = ("migrate", "web", "worker", "janitor", "admin")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))


def problems(document: dict[str, Any]) -> list[str]:
    return [
        error.message for error in Draft201909Validator(SCHEMA).iter_errors(document)
    ]


def test_the_file_follows_the_compose_specification(compose: dict[str, Any]) -> None:
    assert problems(compose) == []


def test_a_misspelt_key_would_be_found(compose: dict[str, Any]) -> None:
    wrong = copy.deepcopy(compose)
    wrong["services"]["web"]["port"] = wrong["services"]["web"].pop("ports")
    assert problems(wrong)


def test_every_promised_service_is_there(compose: dict[str, Any]) -> None:
    assert {"web", "worker", "migrate", "redis", "postgres"} <= set(compose["services"])


@pytest.mark.parametrize("name", OURS)
def test_our_services_share_one_image_and_have_no_privileges(
    compose: dict[str, Any], name: str
) -> None:
    service = compose["services"][name]
    assert service["image"] == "backprop-grader:latest"
    assert service["user"] == "10001:10001"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service


@pytest.mark.parametrize("name", OURS)
def test_our_services_call_commands_that_exist_with_options_that_exist(
    compose: dict[str, Any], name: str
) -> None:
    command, *options = compose["services"][name]["command"]
    assert command in COMMANDS
    found = group.get_command(None, command)  # type: ignore[arg-type]
    assert found is not None
    known = {option for parameter in found.params for option in parameter.opts}
    assert {option for option in options if option.startswith("--")} <= known


def test_only_the_web_is_published_and_only_on_loopback(
    compose: dict[str, Any],
) -> None:
    published = {n: s["ports"] for n, s in compose["services"].items() if "ports" in s}
    assert list(published) == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in published["web"])


def test_database_and_broker_are_on_the_inside_network_only(
    compose: dict[str, Any],
) -> None:
    assert compose["networks"]["inside"]["internal"] is True
    for name in ("postgres", "redis"):
        assert compose["services"][name]["networks"] == ["inside"]


def test_passwords_are_files_and_never_values(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for key, value in service.get("environment", {}).items():
            if any(word in key for word in ("PASSWORD", "SECRET")):
                assert key.endswith("_FILE"), key
                assert str(value).startswith("/run/secrets/"), key


def test_the_broker_never_evicts(compose: dict[str, Any]) -> None:
    command = compose["services"]["redis"]["command"]
    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"


def test_nothing_grades_before_the_migration_has_ended(compose: dict[str, Any]) -> None:
    for name in ("web", "worker", "janitor"):
        condition = compose["services"][name]["depends_on"]["migrate"]["condition"]
        assert condition == "service_completed_successfully"
