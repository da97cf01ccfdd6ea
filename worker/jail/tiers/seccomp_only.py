"""T2s: the lock without Landlock; no file at all can be opened after the start."""

import os
from collections.abc import Iterator
from typing import ClassVar

from worker.jail.inventory import PINS, Inventory
from worker.jail.launch import Launch
from worker.jail.settings import JailSettings
from worker.jail.tiers.base import Obstacle, Tier


class SeccompOnly(Tier):
    """Resource limits and a system call filter that denies to open files.

    Students can import what was imported before the filter; see
    `worker.runner.preload`. Whether a file exists can be found out.
    """

    name: ClassVar[str] = "T2s"
    rank: ClassVar[int] = 3
    summary: ClassVar[str] = "the lock without Landlock, no file can be opened"
    lacks: ClassVar[str] = (
        "Only the filter keeps files shut; students can import nothing that was not "
        "imported before it."
    )

    def obstacle(self, settings: JailSettings) -> Obstacle | None:
        """Return what can be seen to be missing without starting anything."""
        return None

    def launches(
        self, inventory: Inventory, settings: JailSettings
    ) -> Iterator[Launch]:
        """Yield the one way to start it."""
        site = os.path.dirname(inventory.numpy[0])
        yield Launch(
            tier=self.name,
            inventory=inventory,
            before=(),
            start={
                "site": site,
                "uid": settings.jail_uid,
                "gid": settings.jail_gid,
                "landlock": "off",
                "readable": [],
                "listable": [],
                "may_open": False,
                "preload": True,
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
        return "Use a kernel with seccomp filters."


TIER = SeccompOnly()
