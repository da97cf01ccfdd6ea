"""First code in the jail: makes our modules importable and starts the fork server.

Its text is given to Python by ``-c``. Our own modules arrive compiled in a descriptor
and are never files in the jail; NumPy is found in one folder and nothing else is. So
``import reference`` or ``import flask`` fails in the jail, however it is laid out.

Starting is most of what a jail costs, so nothing is imported here, or by the modules
that follow, which brings much along: ``importlib.abc`` alone would be twenty modules.
"""

import gc
import importlib.machinery
import json
import marshal
import os
import sys
import types
from collections.abc import Sequence
from typing import Any


class OnlyOurs:
    """Finds the modules of one archive, and NumPy in one folder.

    Parameters
    ----------
    archive
        Module name to (is a package, code).
    site
        Folder that holds NumPy.
    """

    def __init__(
        self, archive: dict[str, tuple[bool, types.CodeType]], site: str
    ) -> None:
        self._archive = archive
        self._site = site

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: types.ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        """Return where a module comes from, or ``None`` to let others look."""
        if fullname == "numpy":
            return importlib.machinery.PathFinder.find_spec(fullname, [self._site])
        if fullname not in self._archive:
            return None
        package, _ = self._archive[fullname]
        loader: Any = self  # It has no base class, see `worker.runner.boot`.
        return importlib.machinery.ModuleSpec(fullname, loader, is_package=package)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        """Let Python make the module itself."""

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the module's code."""
        exec(self._archive[module.__name__][1], module.__dict__)  # noqa: S102


def _read_all(descriptor: int, size: int) -> bytes:
    # The descriptor is shared with other jails: its position must not be used.
    pieces, at = [], 0
    while at < size:
        piece = os.pread(descriptor, size - at, at)
        if not piece:
            raise EOFError("the archive is cut short")
        pieces.append(piece)
        at += len(piece)
    os.close(descriptor)
    return b"".join(pieces)


def boot(start: dict[str, Any]) -> None:
    """Install the finder and hand over to the fork server."""
    # Until everything is imported; hardly any of it is garbage.
    gc.disable()
    raw = _read_all(start["archive"], start["archive_size"])
    archive = marshal.loads(raw)  # noqa: S302 - written by the trusted side
    sys.meta_path.insert(0, OnlyOurs(archive, start["site"]))
    from worker.runner.main import main

    main(start)


if __name__ == "__main__":
    boot(json.loads(sys.argv[1]))
