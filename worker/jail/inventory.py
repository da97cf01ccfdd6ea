"""Find the few files of this machine that a jail needs."""

import functools
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import grader.contract
from grader.errors import SandboxUnavailableError
from worker.jail.settings import JailSettings

_HERE: Final = Path(__file__).resolve().parent
_SECONDS: Final = 60
_OTHER_PACKAGES: Final = ("site-packages", "dist-packages")
_LIBRARY_CACHE: Final = "/etc/ld.so.cache"

# No student's result may depend on the number of threads or the newest instructions.
PINS: Final = {
    "PATH": "/usr/bin",
    "LANG": "C.UTF-8",
    "PYTHONUTF8": "1",
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_CORETYPE": "Haswell",
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
}
PYTHON_FLAGS: Final = ("-s", "-S", "-P", "-B")


@dataclass(frozen=True, slots=True)
class Inventory:
    """Files and folders for one interpreter.

    Parameters
    ----------
    python
        The interpreter itself, no link.
    stdlib
        Folders of the standard library.
    foreign
        Folders inside those that hold other people's packages.
    numpy
        NumPy's folders, all in one parent.
    libraries
        Shared libraries: the file, and the names by which it is looked for.
    links
        Links at the top of the file system, such as ``/lib``: link to target.
    archive
        The runner's modules, compiled by that interpreter.
    boot
        Source of the first code in the jail.
    """

    python: str
    stdlib: tuple[str, ...]
    foreign: tuple[str, ...]
    numpy: tuple[str, ...]
    libraries: tuple[tuple[str, str], ...]
    links: tuple[tuple[str, str], ...]
    archive: bytes
    boot: str


def take(settings: JailSettings) -> Inventory:
    """Ask the interpreter what it needs; once for each process and interpreter.

    Raises
    ------
    SandboxUnavailableError
        If the interpreter cannot be run or does not find NumPy.
    """
    return _take(settings.python, settings.site)


@functools.cache
def _take(python: str, site: Path) -> Inventory:
    real = os.path.realpath(_base(python))
    runner = _HERE.parent / "runner"
    contract = Path(grader.contract.__file__).resolve().parent
    command = [
        *(real, *PYTHON_FLAGS, str(_HERE / "probe.py"), str(site)),
        *("worker.runner", str(runner), "grader.contract", str(contract)),
    ]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            env=PINS,
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        last = error.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise SandboxUnavailableError(
            f"The interpreter for student code could not be examined: {last}"
        ) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SandboxUnavailableError(
            f"The interpreter for student code could not be examined: {error}"
        ) from error
    line, _, archive = done.stdout.partition(b"\n")
    found = json.loads(line)
    numpy = Path(found["numpy"])
    return Inventory(
        python=real,
        stdlib=tuple(found["stdlib"]),
        foreign=tuple(
            str(path)
            for folder in found["stdlib"]
            for path in (Path(folder) / name for name in _OTHER_PACKAGES)
            if path.is_dir()
        ),
        numpy=tuple(
            str(path) for path in (numpy, numpy.parent / "numpy.libs") if path.is_dir()
        ),
        libraries=_libraries(found["libraries"], (*found["stdlib"], str(site))),
        links=tuple(
            (f"/{name}", os.readlink(f"/{name}"))
            for name in ("lib", "lib64", "lib32")
            if os.path.islink(f"/{name}")
        ),
        archive=archive,
        boot=(runner / "boot.py").read_text(encoding="utf-8"),
    )


def _base(python: str) -> str:
    # An environment's own copy of the interpreter would look for a file beside it.
    base = getattr(sys, "_base_executable", None)
    return base if python == sys.executable and base else python


def _libraries(
    names: list[str], covered: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    top_links = {f"/{name}" for name in os.listdir("/") if os.path.islink(f"/{name}")}
    if Path(_LIBRARY_CACHE).is_file():
        found[_LIBRARY_CACHE] = _LIBRARY_CACHE
    for name in names:
        if any(name.startswith(f"{folder}/") for folder in covered):
            continue
        folder, _, last = name.rpartition("/")
        source = os.path.realpath(name)
        found[f"{os.path.realpath(folder)}/{last}"] = source
        if f"/{name.split('/')[1]}" not in top_links:
            found[os.path.normpath(name)] = source
    return tuple(sorted((source, place) for place, source in found.items()))
