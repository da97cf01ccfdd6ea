"""T2: the lock alone, with Landlock in place of namespaces."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from worker.jail.inventory import PINS, Inventory
from worker.jail.kernel import landlock_version
from worker.jail.launch import Launch
from worker.jail.settings import JailSettings
from worker.jail.tiers.base import Obstacle, Tier


class Landlock(Tier):
    """Resource limits, Landlock and the system call filter, without namespaces.

    Whether a file exists can be found out, its content cannot.
    """

    name: ClassVar[str] = "T2"
    rank: ClassVar[int] = 2
    summary: ClassVar[str] = "the lock with Landlock"
    lacks: ClassVar[str] = (
        "No namespaces lie around it: code in it can find out which files exist, "
        "though not what is in them."
    )

    def obstacle(self, settings: JailSettings) -> Obstacle | None:
        """Return what can be seen to be missing without starting anything."""
        if landlock_version() == 0:
            return Obstacle(
                reason="This kernel has no Landlock, or it is switched off.",
                advice="Use a kernel from 5.13 on with landlock in its lsm= list.",
            )
        return None

    def launches(
        self, inventory: Inventory, settings: JailSettings
    ) -> Iterator[Launch]:
        """Yield the one way to start it."""
        readable, listable = _paths(inventory)
        site = os.path.dirname(inventory.numpy[0])
        yield Launch(
            tier=self.name,
            inventory=inventory,
            before=(),
            start={
                "site": site,
                "uid": settings.jail_uid,
                "gid": settings.jail_gid,
                "landlock": "required",
                "readable": readable,
                "listable": listable,
                "may_open": True,
                "preload": not _open_to_all(inventory),
                "locked": True,
            },
            environment=PINS,
            host_paths=(site, *inventory.stdlib),
        )

    def explain(self, reason: str) -> str:
        """Return advice for a start that failed with this reason."""
        if os.getuid() == 0 and "not permitted" in reason:
            return (
                "Root without the capability to change its user cannot lock anything "
                "in: start the worker as an ordinary user."
            )
        return "The worker's log says what was refused."


def _open_to_all(inventory: Inventory) -> bool:
    """Return whether an unprivileged user could still read the standard library.

    An interpreter in root's own home is out of reach once root has become nobody.
    """
    if os.getuid() != 0:
        return True
    paths = [Path(folder) for folder in (*inventory.stdlib, *inventory.numpy)]
    folders = {folder for path in paths for folder in (path, *path.parents)}
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in folders)


def _paths(inventory: Inventory) -> tuple[list[str], list[str]]:
    """Return what may be read, and what may only be listed."""
    readable = [*inventory.numpy, *(source for source, _ in inventory.libraries)]
    listable: list[str] = []
    for folder in inventory.stdlib:
        hidden = {path for path in inventory.foreign if path.startswith(folder)}
        if not hidden:
            readable.append(folder)
            continue
        listable.append(folder)
        with os.scandir(folder) as entries:
            readable += [entry.path for entry in entries if entry.path not in hidden]
    return readable, listable


TIER = Landlock()
