"""Backups: everything that is kept, in one file that says whether it is whole."""

from grader.services.backup.archive import Manifest
from grader.services.backup.making import make
from grader.services.backup.restoring import Restored, restore

__all__ = ["Manifest", "Restored", "make", "restore"]
