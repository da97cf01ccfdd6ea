"""What takes namespaces and mounts away, and which shipped file gives them back."""

from collections.abc import Mapping

from worker.jail.profiles import APPARMOR_CONTAINER, APPARMOR_HOST, FOLDER, SECCOMP

_NO_KERNEL = "This kernel has no user namespaces: use one that is built with them."
FOR_A_LIMIT = (
    "Allow more user namespaces: sysctl user.max_user_namespaces=15000 (a container "
    "may not be allowed to; then do it on its host)."
)
_GUIDE = FOLDER / "README.md"


def for_namespaces(facts: Mapping[str, str]) -> str:
    """Return what gives user namespaces back, by the facts of `worker.jail.kernel`."""
    state = facts["user_namespaces"]
    if state == "none":
        return _NO_KERNEL
    if state.startswith("off"):
        setting = state.split()[1]
        value = "1" if "clone" in setting else "15000"
        return f"Allow unprivileged user namespaces: sysctl {setting}={value}"
    if state.startswith("restricted") and not _is_filtered(facts):
        return (
            "Allow unprivileged user namespaces to bubblewrap alone: load the AppArmor "
            f"profile {APPARMOR_HOST} (see {_GUIDE})."
        )
    return (
        "Allow unprivileged user namespaces: "
        f"in a container, start it with the seccomp profile {SECCOMP} (see {_GUIDE})."
    )


def for_mounts(facts: Mapping[str, str]) -> str:
    """Return what gives mounts inside a user namespace back."""
    container = f"start the container with the seccomp profile {SECCOMP}"
    if facts["apparmor"] not in {"none", "unconfined"}:
        container += f" and the AppArmor profile {APPARMOR_CONTAINER}"
    return f"Mounts are refused here: {container} (see {_GUIDE})."


def _is_filtered(facts: Mapping[str, str]) -> bool:
    return "filters around" in facts["seccomp"]
