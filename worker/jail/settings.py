"""What an operator can choose about the jail."""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grader.config import Settings

NOBODY = 65534


@dataclass(frozen=True, slots=True)
class JailSettings:
    """Choices for one machine; the defaults suit a worker of this installation.

    Parameters
    ----------
    min_tier
        Name of the weakest tier to accept; empty accepts any that is shipped.
    uid, gid
        Whom to become when started by root; 0 means the unprivileged default.
    python
        Interpreter for student code.
    site
        Folder that holds NumPy for that interpreter.
    bwrap
        Name or path of bubblewrap.
    tiers
        If not empty, only these are considered. For tests and measurements.
    start_seconds
        How long a jail may take until it is ready.
    """

    min_tier: str = ""
    uid: int = 0
    gid: int = 0
    python: str = sys.executable
    site: Path = Path(np.__file__).parent.parent
    bwrap: str = "bwrap"
    tiers: tuple[str, ...] = ()
    start_seconds: float = 30.0

    @classmethod
    def chosen_by(cls, settings: Settings) -> "JailSettings":
        """Return what the operator's settings say about the jail."""
        return cls(
            min_tier=settings.min_tier, uid=settings.jail_uid, gid=settings.jail_uid
        )

    @property
    def jail_uid(self) -> int:
        """Return the user to become, never root."""
        return self.uid or NOBODY

    @property
    def jail_gid(self) -> int:
        """Return the group to become, never root's."""
        return self.gid or NOBODY
