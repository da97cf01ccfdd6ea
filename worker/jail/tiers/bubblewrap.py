"""T1: namespaces by bubblewrap around the lock; nothing else is mounted."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from worker.jail import kernel
from worker.jail.inventory import PINS, Inventory
from worker.jail.launch import Launch
from worker.jail.settings import NOBODY, JailSettings
from worker.jail.tiers import remedies
from worker.jail.tiers.base import Obstacle, Tier

_SITE = "/py"
_EMPTY = "/tmp"  # noqa: S108 - a name inside the jail; read-only and empty
_KEPT_BY_ROOT = ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")


class Bubblewrap(Tier):
    """User, process, network, IPC and mount namespaces, and the lock inside.

    There is no ``/proc``, no ``/dev`` and nothing that could be written to. Started by
    root there is no user namespace (its inner user would be root to the kernel):
    bubblewrap keeps what it takes to change the user, and the runner gives that up.
    """

    name: ClassVar[str] = "T1"
    rank: ClassVar[int] = 1
    summary: ClassVar[str] = "bubblewrap and the lock"
    lacks: ClassVar[str] = ""

    def obstacle(self, settings: JailSettings) -> Obstacle | None:
        """Return what can be seen to be missing without starting anything."""
        if shutil.which(settings.bwrap) is None:
            return Obstacle(
                reason="bubblewrap is not installed.",
                advice="Install the package bubblewrap.",
            )
        return None

    def launches(
        self, inventory: Inventory, settings: JailSettings
    ) -> Iterator[Launch]:
        """Yield the full set of flags, then the one that containers allow."""
        bwrap = shutil.which(settings.bwrap) or settings.bwrap
        own_names = ("--unshare-uts", "--hostname", "jail")
        for extra in (own_names, ()):
            yield Launch(
                tier=self.name,
                inventory=inventory,
                before=(
                    bwrap,
                    *_identity(),
                    *("--unshare-pid", "--unshare-net", "--unshare-ipc"),
                    *extra,
                    *("--die-with-parent", "--new-session", "--clearenv"),
                    *_mounts(inventory),
                    *_environment(),
                    "--",
                ),
                start={
                    "site": _SITE,
                    "uid": settings.jail_uid,
                    "gid": settings.jail_gid,
                    "landlock": "welcome",
                    "readable": ["/"],
                    "listable": [],
                    "may_open": True,
                    "preload": False,
                    "locked": True,
                },
                environment={},
            )

    def explain(self, reason: str) -> str:
        """Return advice for a start that failed with this reason."""
        if os.getuid() == 0 and "not permitted" in reason:
            return "Start the worker as an ordinary user, or as root with SYS_ADMIN."
        # What it is refused first depends on who refuses: making the namespace, getting
        # rights in it, or mounting.
        if "ENOSPC" in reason:
            return remedies.FOR_A_LIMIT
        if "namespace" in reason or "uid map" in reason:
            return remedies.for_namespaces(kernel.facts())
        if any(word in reason for word in ("mount", "pivot_root", "slave")):
            return remedies.for_mounts(kernel.facts())
        return "Run bubblewrap by hand to see what it is refused."


def _identity() -> tuple[str, ...]:
    if os.getuid() == 0:
        kept = (part for name in _KEPT_BY_ROOT for part in ("--cap-add", name))
        return ("--cap-drop", "ALL", *kept)
    nobody = str(NOBODY)
    return (
        *("--unshare-user", "--uid", nobody, "--gid", nobody),
        *("--cap-drop", "ALL"),
    )


def _mounts(inventory: Inventory) -> list[str]:
    flags: list[str] = []
    for link, target in inventory.links:
        flags += ["--symlink", target, link]
    for folder in _parents(inventory):
        # Otherwise bubblewrap copies the mode, and a home folder shuts the jail out.
        flags += ["--dir", folder]
    for folder in inventory.stdlib:
        flags += ["--ro-bind", folder, folder]
    for folder in inventory.foreign:
        # Other people's packages may lie inside the standard library: cover them.
        flags += ["--tmpfs", folder, "--remount-ro", folder]
    flags += ["--ro-bind", inventory.python, inventory.python]
    for source, place in inventory.libraries:
        flags += ["--ro-bind", source, place]
    for folder in inventory.numpy:
        flags += ["--ro-bind", folder, f"{_SITE}/{os.path.basename(folder)}"]
    return [*flags, "--dir", _EMPTY, "--remount-ro", "/", "--chdir", _EMPTY]


def _parents(inventory: Inventory) -> list[str]:
    places = (inventory.python, *inventory.stdlib, *dict(inventory.libraries).values())
    links = tuple(link for link, _ in inventory.links)
    parents = {str(parent) for place in places for parent in Path(place).parents}
    return sorted({*parents, _SITE} - {"/", *links})


def _environment() -> list[str]:
    return [part for item in PINS.items() for part in ("--setenv", *item)]


TIER = Bubblewrap()
