"""What is said about a kernel, from files that look like another machine's."""

from pathlib import Path

import pytest

from worker.jail import kernel


def machine(root: Path, **files: str) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_a_kernel_without_namespaces_or_filters_is_seen(tmp_path: Path) -> None:
    assert kernel.user_namespaces(tmp_path) == "none"
    assert kernel.seccomp(tmp_path) == "none"
    assert kernel.apparmor(tmp_path) == "none"
    assert kernel.cgroup(tmp_path) == "none"
    assert kernel.container(tmp_path) == "none"


@pytest.mark.parametrize(
    ("setting", "value", "expected"),
    [
        ("user/max_user_namespaces", "0", "off, user.max_user_namespaces is 0"),
        ("user/max_user_namespaces", "96365", "yes"),
        (
            "kernel/unprivileged_userns_clone",
            "0",
            "off, kernel.unprivileged_userns_clone is 0",
        ),
        (
            "kernel/apparmor_restrict_unprivileged_userns",
            "1",
            "restricted, kernel.apparmor_restrict_unprivileged_userns is 1",
        ),
        ("kernel/apparmor_restrict_unprivileged_userns", "0", "yes"),
    ],
)
def test_the_setting_that_takes_user_namespaces_away_is_named(
    tmp_path: Path, setting: str, value: str, expected: str
) -> None:
    root = machine(
        tmp_path, **{"proc/self/ns/user": "", f"proc/sys/{setting}": f"{value}\n"}
    )

    assert kernel.user_namespaces(root) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("Seccomp:\t0\nSeccomp_filters:\t0\n", "yes"),
        (
            "Seccomp:\t2\nSeccomp_filters:\t3\n",
            "yes, and filters around the grader itself: 3",
        ),
        ("Seccomp:\t2\n", "yes, and filters around the grader itself: at least 1"),
    ],
)
def test_a_filter_around_the_grader_is_told_from_none(
    tmp_path: Path, status: str, expected: str
) -> None:
    root = machine(tmp_path, **{"proc/self/status": status})

    assert kernel.seccomp(root) == expected


def test_the_profile_of_apparmor_is_read(tmp_path: Path) -> None:
    profile = {"proc/self/attr/apparmor/current": "docker-default (enforce)\n"}

    assert kernel.apparmor(machine(tmp_path, **profile)) == "docker-default (enforce)"


@pytest.mark.parametrize(
    ("file", "expected"),
    [(".dockerenv", "Docker"), ("run/.containerenv", "Podman")],
)
def test_a_container_is_known_by_its_sign(
    tmp_path: Path, file: str, expected: str
) -> None:
    assert kernel.container(machine(tmp_path, **{file: ""})) == expected


@pytest.mark.parametrize(
    ("file", "expected"),
    [("sys/fs/cgroup/cgroup.controllers", "v2"), ("proc/self/cgroup", "v1")],
)
def test_the_hierarchy_of_control_groups_is_told(
    tmp_path: Path, file: str, expected: str
) -> None:
    assert kernel.cgroup(machine(tmp_path, **{file: "cpu\n"})) == expected


def test_the_facts_of_this_machine_are_short_texts() -> None:
    found = kernel.facts()

    assert found["kernel"].startswith("Linux ")
    assert {"landlock", "seccomp", "user_namespaces", "apparmor"} <= set(found)
    assert all(isinstance(value, str) and len(value) < 200 for value in found.values())
