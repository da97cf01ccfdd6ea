"""Small disks that a test fills to the last byte."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.requirements import require

FULL = "no disk can be mounted here"


class Disk:
    """A file system of its own, held in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        """Leave no byte to anybody."""
        with (
            suppress(OSError),
            (self.folder / "ballast").open("wb", buffering=0) as ballast,
        ):
            while True:
                ballast.write(b"x" * 4096)

    def make_room(self) -> None:
        (self.folder / "ballast").unlink()


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Disk]:
    """Mount an empty disk; every process here sees it.

    Parameters
    ----------
    size
        As ``mount`` takes it, such as ``4m``.
    """
    if os.geteuid() != 0 or not shutil.which("mount"):
        require("mounts", FULL)
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        require("mounts", FULL)
    try:
        yield Disk(folder)
    finally:
        # What was killed last may still hold a file of it.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
