"""How a fork server is started, as one tier wants it."""

import json
import os
from dataclasses import dataclass
from typing import Any

from worker.jail.inventory import PYTHON_FLAGS, Inventory


@dataclass(frozen=True, slots=True)
class Launch:
    """A command, and what the runner is told.

    Parameters
    ----------
    tier
        Name of the tier.
    before
        What stands before the interpreter on the command line.
    start
        Keys of `worker.runner.main.main`, without the descriptors.
    environment
        All that the first process gets.
    host_paths
        Folders of the host that may show up in what student code prints.
    verified
        Whether each child is examined from outside before it gets a student's byte.
        False only in `worker.jail.unjailed`.
    """

    tier: str
    inventory: Inventory
    before: tuple[str, ...]
    start: dict[str, Any]
    environment: dict[str, str]
    host_paths: tuple[str, ...] = ()
    verified: bool = True

    def command(self, control: int, archive: int) -> list[str]:
        """Return the whole command line for two inherited descriptors."""
        start = {
            **self.start,
            "control": control,
            # Inside a process namespace the parent has another number.
            "parent": None if self.before else os.getpid(),
            "archive": archive,
            "archive_size": len(self.inventory.archive),
        }
        python = (self.inventory.python, *PYTHON_FLAGS, "-c", self.inventory.boot)
        return [*self.before, *python, json.dumps(start)]
