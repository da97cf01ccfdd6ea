"""The manifests agree with each other, with the settings and with the profiles."""

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.cli.main import COMMANDS, group
from grader.config import Settings

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "deploy/kubernetes"
PROFILE = ROOT / "worker/jail/profiles/kubernetes/worker.yaml"
RUNNING = {"Deployment", "Job"}


def manifests(path: Path = FOLDER) -> list[dict[str, Any]]:
    """Return every document of a file or folder."""
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    return [one for file in files for one in yaml.safe_load_all(file.read_text())]


ALL = manifests()
PODS = {
    one["metadata"]["name"]: one["spec"]["template"]
    for one in ALL
    if one["kind"] in RUNNING
}


def named(kind: str, name: str = "") -> dict[str, Any]:
    """Return the one document of this kind, and name if there are several."""
    (found,) = (
        one
        for one in ALL
        if one["kind"] == kind and name in ("", one["metadata"]["name"])
    )
    return found


def variables() -> Iterator[str]:
    """Return every variable that some container gets."""
    yield from named("ConfigMap")["data"]
    for pod in PODS.values():
        for given in pod["spec"]["containers"][0].get("env", []):
            yield given["name"]


def test_everything_is_in_the_one_namespace() -> None:
    inside = [one for one in ALL if one["kind"] != "Namespace"]
    assert {one["metadata"]["namespace"] for one in inside} == {"grader"}
    assert named("Namespace")["metadata"]["name"] == "grader"


def test_all_four_programs_are_there() -> None:
    assert sorted(PODS) == [
        "grader-janitor",
        "grader-migrate",
        "grader-web",
        "grader-worker",
    ]


@pytest.mark.parametrize("name", PODS)
def test_a_pod_is_what_the_restricted_standard_allows(name: str) -> None:
    pod = PODS[name]["spec"]
    container = pod["containers"][0]["securityContext"]

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"]["type"] in {
        "RuntimeDefault",
        "Localhost",
    }
    assert container["allowPrivilegeEscalation"] is False
    assert container["capabilities"] == {"drop": ["ALL"]}
    assert container["readOnlyRootFilesystem"] is True
    assert pod["automountServiceAccountToken"] is False
    assert not any("hostPath" in volume for volume in pod["volumes"])


def test_the_worker_has_the_context_of_the_shipped_profile() -> None:
    (shipped,) = manifests(PROFILE)
    theirs = shipped["spec"]["template"]["spec"]
    ours = PODS["grader-worker"]["spec"]

    assert theirs["securityContext"].items() <= ours["securityContext"].items()
    for key in ("securityContext", "args", "env", "resources"):
        assert ours["containers"][0][key] == theirs["containers"][0][key]


@pytest.mark.parametrize("name", PODS)
def test_a_pod_calls_a_command_that_exists_with_options_that_exist(name: str) -> None:
    command, *options = PODS[name]["spec"]["containers"][0]["args"]
    assert command in COMMANDS
    found = group.get_command(None, command)  # type: ignore[arg-type]
    assert found is not None
    known = {option for parameter in found.params for option in parameter.opts}
    assert {option for option in options if option.startswith("--")} <= known


def test_every_variable_is_a_setting() -> None:
    known = {f"GRADER_{field.name.upper()}" for field in fields(Settings)}
    known.add("GRADER_DATABASE_PASSWORD")
    unknown = {name for name in variables() if name not in known}
    assert {name.removesuffix("_FILE") for name in unknown} <= known


def test_no_secret_is_written_down() -> None:
    assert not [one for one in ALL if one["kind"] == "Secret"]
    secret = [name for name in variables() if re.search("PASSWORD|SECRET|TOKEN", name)]
    assert secret
    assert all(name.endswith("_FILE") for name in secret)


@pytest.mark.parametrize("name", PODS)
def test_what_is_mounted_is_a_volume_and_secrets_are_where_settings_look(
    name: str,
) -> None:
    pod = PODS[name]["spec"]
    volumes = {volume["name"] for volume in pod["volumes"]}
    mounts = {m["name"]: m["mountPath"] for m in pod["containers"][0]["volumeMounts"]}
    files = [
        v for k, v in named("ConfigMap")["data"].items() if k.endswith("_KEY_FILE")
    ]

    assert set(mounts) <= volumes
    assert files
    assert all(file.startswith(mounts["secrets"] + "/") for file in files)


def test_only_the_pages_may_write_uploads() -> None:
    writers = [
        name
        for name, pod in PODS.items()
        for mount in pod["spec"]["containers"][0]["volumeMounts"]
        if mount["name"] == "uploads" and not mount["readOnly"]
    ]
    assert writers == ["grader-web"]


def test_whoever_grades_or_sweeps_is_asked_for_signs_of_life() -> None:
    for name in ("grader-worker", "grader-janitor"):
        probe = PODS[name]["spec"]["containers"][0]["livenessProbe"]
        assert probe["exec"]["command"] == ["grader", "work", "--healthcheck"]
    assert named("ConfigMap")["data"]["GRADER_HEARTBEAT_FILE"].startswith("/tmp/")


def test_selectors_find_the_pods_they_mean() -> None:
    labels = [pod["metadata"]["labels"] for pod in PODS.values()]
    selecting = [named("Service")["spec"]["selector"]]
    selecting += [
        one["spec"]["selector"]["matchLabels"]
        for one in ALL
        if one["kind"] in {"Deployment", "PodDisruptionBudget"}
    ]
    assert len(selecting) == 6
    for wanted in selecting:
        assert sum(wanted.items() <= label.items() for label in labels) == 1


def test_every_client_may_reach_database_broker_and_names_only() -> None:
    policy = named("NetworkPolicy", "database-broker-and-names")["spec"]
    wanted = policy["podSelector"]["matchLabels"]
    ports = {port["port"] for rule in policy["egress"] for port in rule["ports"]}

    assert ports == {5432, 6379, 53}
    assert all(wanted.items() <= p["metadata"]["labels"].items() for p in PODS.values())
    nothing = named("NetworkPolicy", "nothing")["spec"]
    assert nothing == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_nobody_reaches_a_worker() -> None:
    labels = PODS["grader-worker"]["metadata"]["labels"]
    reached = [
        one["metadata"]["name"]
        for one in ALL
        if one["kind"] == "NetworkPolicy"
        and one["spec"].get("ingress")
        and one["spec"]["podSelector"]["matchLabels"].items() <= labels.items()
    ]
    assert reached == []


def test_what_is_scaled_is_the_deployment_of_workers_alone() -> None:
    scaled = named("ScaledObject")["spec"]
    assert scaled["scaleTargetRef"]["name"] == "grader-worker"
    assert scaled["minReplicaCount"] >= 1
    # Else every rollout would undo what the scaler decided.
    assert "replicas" not in named("Deployment", "grader-worker")["spec"]
