"""Profiles that let a container or a host hold the strongest tier; see README.md."""

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).resolve().parent
SECCOMP: Final = FOLDER / "seccomp.json"
APPARMOR_HOST: Final = FOLDER / "apparmor" / "grader-bwrap"
APPARMOR_CONTAINER: Final = FOLDER / "apparmor" / "grader-worker"
KUBERNETES: Final = FOLDER / "kubernetes" / "worker.yaml"
