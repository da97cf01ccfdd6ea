"""Script that tells what one Python interpreter needs, to be run by that interpreter.

Prints one line of JSON and then the compiled modules of the runner. Arguments: the
folder that holds NumPy, and pairs of a package name and its folder.
"""

import ctypes
import importlib
import importlib.util
import json
import marshal
import sys
import sysconfig
from pathlib import Path
from types import CodeType


class _Library(ctypes.Structure):
    _fields_ = (("address", ctypes.c_void_p), ("name", ctypes.c_char_p))


def loaded_libraries() -> list[str]:
    """Return the shared libraries of this process by the names they were opened by."""
    found: list[str] = []
    signature = ctypes.CFUNCTYPE(
        ctypes.c_int, ctypes.POINTER(_Library), ctypes.c_size_t, ctypes.c_void_p
    )

    def visit(library: "ctypes._Pointer[_Library]", _size: int, _data: int) -> int:
        name = library.contents.name
        if name and name.startswith(b"/"):
            found.append(name.decode())
        return 0

    ctypes.CDLL(None).dl_iterate_phdr(signature(visit), None)
    return found


def compiled(package: str, folder: Path) -> dict[str, tuple[bool, CodeType]]:
    """Return every module below a package: name to (is a package, code)."""
    modules = {}
    for path in sorted(folder.rglob("*.py")):
        parts = [package, *path.relative_to(folder).with_suffix("").parts]
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        label = f"<jail>/{name.replace('.', '/')}.py"
        code = compile(path.read_bytes(), label, "exec", dont_inherit=True)
        modules[name] = (is_package, code)
    return modules


def main(site: str, *packages: str) -> None:
    """Print what is needed."""
    empty = compile("", "<jail>", "exec")
    archive: dict[str, tuple[bool, CodeType]] = {}
    for package, folder in zip(packages[::2], packages[1::2], strict=True):
        parent = package.rpartition(".")[0]
        if parent:
            archive[parent] = (True, empty)
        archive.update(compiled(package, Path(folder)))
    sys.path.append(site)
    _, preload = archive["worker.runner.preload"]
    names: dict[str, tuple[str, ...]] = {}
    exec(preload, names)  # noqa: S102 - our own module
    for module in (*names["ALWAYS"], *names["WITHOUT_FILES"]):
        try:
            importlib.import_module(module)
        except ImportError:
            if module in names["ALWAYS"]:
                raise
    found = {
        "stdlib": sorted(
            {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}
        ),
        "numpy": str(Path(sys.modules["numpy"].__file__ or "").parent),
        "libraries": loaded_libraries(),
    }
    sys.stdout.buffer.write(json.dumps(found).encode() + b"\n")
    sys.stdout.buffer.write(marshal.dumps(archive))


if __name__ == "__main__":
    main(*sys.argv[1:])
