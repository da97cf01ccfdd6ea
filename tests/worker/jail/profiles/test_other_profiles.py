"""The files for AppArmor and Kubernetes say what the guide promises."""

import re
from typing import Any

import pytest
import yaml

from worker.jail import profiles

GUIDE = (profiles.FOLDER / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def pod() -> dict[str, Any]:
    document = yaml.safe_load(profiles.KUBERNETES.read_text("utf-8"))
    assert document["kind"] == "Deployment"
    return document["spec"]["template"]["spec"]


def rules(text: str) -> list[str]:
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


@pytest.mark.parametrize(
    "path", [profiles.APPARMOR_HOST, profiles.APPARMOR_CONTAINER], ids=lambda p: p.name
)
def test_a_profile_of_apparmor_is_called_like_its_file_and_every_rule_ends(
    path: Any,
) -> None:
    lines = rules(path.read_text("utf-8"))
    [head] = [line for line in lines if line.startswith("profile ")]

    assert head.split()[1] == path.name
    assert lines[-1] == "}"
    inside = lines[lines.index(head) + 1 : -1]
    assert all(rule.endswith(",") or rule.startswith("include ") for rule in inside)


def test_on_a_host_only_bubblewrap_gets_user_namespaces() -> None:
    text = profiles.APPARMOR_HOST.read_text("utf-8")

    assert "userns," in rules(text)
    assert "profile grader-bwrap /usr/bin/bwrap " in text


def test_in_a_container_mounts_are_allowed_and_the_kernels_switches_are_not() -> None:
    lines = rules(profiles.APPARMOR_CONTAINER.read_text("utf-8"))

    assert {"mount,", "umount,", "pivot_root,"} <= set(lines)
    assert "deny @{PROC}/sys/** wkl," in lines
    assert "deny /sys/** wkl," in lines


def test_the_pod_is_held_by_both_profiles_and_has_no_right(pod: dict[str, Any]) -> None:
    around = pod["securityContext"]
    inside = pod["containers"][0]["securityContext"]

    assert around["seccompProfile"]["type"] == "Localhost"
    assert around["appArmorProfile"]["localhostProfile"] == "grader-worker"
    assert around["runAsNonRoot"] is True
    assert inside["capabilities"] == {"drop": ["ALL"]}
    assert inside["allowPrivilegeEscalation"] is False
    assert "privileged" not in inside


def test_the_pod_refuses_rather_than_falls_back(pod: dict[str, Any]) -> None:
    environment = {e["name"]: e["value"] for e in pod["containers"][0]["env"]}

    assert environment["GRADER_MIN_TIER"] == "T1"


def test_the_guide_names_every_shipped_file() -> None:
    shipped = {
        str(path.relative_to(profiles.FOLDER))
        for path in (
            profiles.SECCOMP,
            profiles.APPARMOR_HOST,
            profiles.APPARMOR_CONTAINER,
            profiles.KUBERNETES,
        )
    }

    assert shipped <= set(re.findall(r"[\w./-]+", GUIDE))
