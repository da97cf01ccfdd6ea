"""The compose file says what the Compose Specification allows, and what we promise."""

import copy
import json
import re
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft201909Validator

from grader.cli.main import COMMANDS, group
from grader.models import AlarmKind
from worker.jail.profiles import SECCOMP

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = json.loads((ROOT / "tests/data/compose-spec.json").read_text("utf-8"))
OURS = ("migrate", "web", "worker", "janitor", "admin")
OTHERS = ("postgres", "redis", "proxy", "prometheus", "grafana")


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
    assert set(compose["services"]) == {*OURS, *OTHERS}


def test_only_what_grading_needs_starts_without_being_asked_for(
    compose: dict[str, Any],
) -> None:
    by_profile = {name: s.get("profiles") for name, s in compose["services"].items()}
    started = {name for name, profiles in by_profile.items() if profiles is None}
    assert started == {"postgres", "redis", "migrate", "web", "worker", "janitor"}
    assert by_profile["proxy"] == ["proxy"]
    assert by_profile["prometheus"] == by_profile["grafana"] == ["monitoring"]


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


def test_only_the_worker_has_a_profile_of_its_own_and_it_is_shipped(
    compose: dict[str, Any],
) -> None:
    named = {
        name: option.removeprefix("seccomp=")
        for name, service in compose["services"].items()
        for option in service.get("security_opt", [])
        if option.startswith("seccomp")
    }
    assert list(named) == ["worker"]
    assert (ROOT / named["worker"]) == SECCOMP


def test_the_world_reaches_the_proxy_alone(compose: dict[str, Any]) -> None:
    published = {n: s["ports"] for n, s in compose["services"].items() if "ports" in s}
    assert list(published) == ["web", "proxy", "grafana"]
    assert published.pop("proxy") == ["80:80", "443:443"]
    on_this_machine = [port for ports in published.values() for port in ports]
    assert all(port.startswith("127.0.0.1:") for port in on_this_machine)


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


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_not_ours_is_an_exact_version_and_as_locked_as_ours(
    compose: dict[str, Any], name: str
) -> None:
    service = compose["services"][name]

    assert re.search(r":v?\d+\.\d+(\.\d+)?(-\w+)?\}$", service["image"])
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == (
        ["NET_BIND_SERVICE"] if name == "proxy" else []
    )
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == "unless-stopped"


def test_the_image_is_built_from_an_exact_version() -> None:
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    assert [line for line in lines if line.startswith("FROM")] == [
        "FROM ${BASE} AS build",
        "FROM ${BASE}",
    ]
    assert any(re.fullmatch(r"ARG BASE=debian:\d+\.\d+-slim", line) for line in lines)


def test_every_service_has_bounds_and_a_log_that_does_not_grow_for_ever(
    compose: dict[str, Any],
) -> None:
    for name, service in compose["services"].items():
        assert {"mem_limit", "pids_limit"} <= set(service), name
        assert set(service["logging"]["options"]) == {"max-size", "max-file"}, name


def test_whoever_grades_or_sweeps_is_asked_for_signs_of_life(
    compose: dict[str, Any],
) -> None:
    for name in ("worker", "janitor"):
        service = compose["services"][name]
        assert service["healthcheck"]["test"][1:] == ["grader", "work", "--healthcheck"]
        assert service["environment"]["GRADER_HEARTBEAT_FILE"].startswith("/tmp/")


def test_a_worker_cannot_change_what_was_handed_in(compose: dict[str, Any]) -> None:
    assert compose["services"]["worker"]["volumes"] == [
        "blobs:/var/lib/grader/blobs:ro"
    ]
    assert "blobs:/var/lib/grader/blobs" in compose["services"]["web"]["volumes"]


def test_files_and_secrets_that_are_mounted_are_shipped_or_made(
    compose: dict[str, Any], tmp_path: Path
) -> None:
    made = tmp_path / "secrets"
    subprocess.run([ROOT / "deploy/make_secrets.sh", made], check=True)
    volumes = [v for s in compose["services"].values() for v in s.get("volumes", ())]
    shipped = [v.partition(":")[0] for v in volumes if v.startswith("./")]

    assert len(shipped) == 5
    assert all((ROOT / path).exists() for path in shipped)
    assert {path.name for path in made.iterdir()} == set(compose["secrets"])


def test_secrets_are_long_all_different_and_made_once(tmp_path: Path) -> None:
    make = [ROOT / "deploy/make_secrets.sh", tmp_path / "secrets"]
    subprocess.run(make, check=True)
    first = {path.name: path.read_text() for path in make[1].iterdir()}

    subprocess.run(make, check=True)

    assert {path.name: path.read_text() for path in make[1].iterdir()} == first
    assert len(set(first.values())) == len(first)
    assert all(re.fullmatch("[0-9a-f]{64}", value) for value in first.values())
    assert stat.S_IMODE(make[1].stat().st_mode) == 0o700


def test_the_rules_and_the_page_of_graphs_ask_for_numbers_that_there_are() -> None:
    folder = ROOT / "deploy/monitoring"
    rules = yaml.safe_load((folder / "alerts.yml").read_text("utf-8"))
    page = json.loads((folder / "grafana/dashboards/grader.json").read_text("utf-8"))
    asked = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    asked += [t["expr"] for panel in page["panels"] for t in panel["targets"]]
    source = (ROOT / "grader/services/metrics.py").read_text("utf-8")
    given = set(re.findall(r'"(grader_\w+)"', source))

    named = {name for text in asked for name in re.findall(r"grader_\w+", text)}

    assert {re.sub("_(sum|count)$", "", name) for name in named} == given


def test_every_kind_of_alarm_has_a_rule() -> None:
    text = (ROOT / "deploy/monitoring/alerts.yml").read_text("utf-8")
    kinds = [
        k for found in re.findall(r'kind=~"([^"]+)"', text) for k in found.split("|")
    ]
    assert sorted(kinds) == sorted(kind.value for kind in AlarmKind)
