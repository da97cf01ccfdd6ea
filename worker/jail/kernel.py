"""What this kernel can do and what lies around this process, asked harmlessly."""

import ctypes
import functools
import os
import platform
from pathlib import Path
from typing import Final

_LANDLOCK_CREATE_RULESET: Final = 444
_ASK_VERSION: Final = 1
_ROOT: Final = Path("/")
_NONE: Final = "none"
_FILTERED: Final = "2"

# Sysctl -> the value that takes user namespaces from ordinary users, and how to say it.
# Some distributions have the second, Ubuntu the third.
_TAKEN_AWAY_BY: Final = {
    "user/max_user_namespaces": ("0", "off, user.max_user_namespaces is 0"),
    "kernel/unprivileged_userns_clone": (
        "0",
        "off, kernel.unprivileged_userns_clone is 0",
    ),
    "kernel/apparmor_restrict_unprivileged_userns": (
        "1",
        "restricted, kernel.apparmor_restrict_unprivileged_userns is 1",
    ),
}
_SIGNS_OF_CONTAINERS: Final = {
    ".dockerenv": "Docker",
    "run/.containerenv": "Podman",
    "var/run/secrets/kubernetes.io": "Kubernetes",
}


@functools.cache
def landlock_version() -> int:
    """Return the version of Landlock, or 0 if there is none."""
    libc = ctypes.CDLL(None, use_errno=True)
    answer = libc.syscall(
        _LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), _ASK_VERSION
    )
    return max(0, int(answer))


@functools.cache
def facts() -> dict[str, str]:
    """Return what decides which tier holds; the same for the life of a process."""
    return {
        "kernel": f"{platform.system()} {platform.release()}",
        "architecture": platform.machine(),
        "landlock": str(landlock_version() or _NONE),
        "seccomp": seccomp(),
        "user_namespaces": user_namespaces(),
        "apparmor": apparmor(),
        "cgroup": cgroup(),
        "container": container(),
        "user": "root" if os.getuid() == 0 else "ordinary",
    }


def seccomp(root: Path = _ROOT) -> str:
    """Say whether there are filters, and whether one lies around this process."""
    mode = _status(root, "Seccomp")
    if mode == _FILTERED:
        count = _status(root, "Seccomp_filters") or "at least 1"
        return f"yes, and filters around the grader itself: {count}"
    there = _read(root / "proc/sys/kernel/seccomp/actions_avail")
    return "yes" if mode or there else _NONE


def user_namespaces(root: Path = _ROOT) -> str:
    """Say whether ordinary users have them, and which setting takes them away."""
    if not (root / "proc/self/ns/user").exists():
        return _NONE
    for name, (value, sentence) in _TAKEN_AWAY_BY.items():
        if _read(root / "proc/sys" / name) == value:
            return sentence
    return "yes"


def apparmor(root: Path = _ROOT) -> str:
    """Return the profile around this process, such as ``docker-default (enforce)``."""
    own = root / "proc/self/attr/apparmor/current"
    switched_on = _read(root / "sys/module/apparmor/parameters/enabled") == "Y"
    return _read(own) or ("on" if switched_on else _NONE)


def cgroup(root: Path = _ROOT) -> str:
    """Return which hierarchy of control groups is there."""
    if (root / "sys/fs/cgroup/cgroup.controllers").exists():
        return "v2"
    return "v1" if _read(root / "proc/self/cgroup") else _NONE


def container(root: Path = _ROOT) -> str:
    """Return which container this looks like."""
    for sign, name in _SIGNS_OF_CONTAINERS.items():
        if (root / sign).exists():
            return name
    return _NONE


def _status(root: Path, key: str) -> str:
    for line in _read(root / "proc/self/status").splitlines():
        name, _, value = line.partition(":")
        if name == key:
            return value.strip()
    return ""


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip(" \n\0")
    except OSError:
        return ""
