"""Import a student's files from memory; nothing touches a disk."""

import importlib.machinery
import importlib.util
import linecache
import re
import sys
from collections.abc import Container, Mapping, Sequence
from types import CodeType, MappingProxyType, ModuleType
from typing import Any


class StudentFiles:
    """Finds modules and packages among files that are held in memory.

    A file's code object carries the plain file name, such as ``mlp.py``, and the line
    cache knows its text, so tracebacks show the student's own lines.

    Parameters
    ----------
    files
        Name, with ``/`` between folders, to bytes.
    codes
        Those of them that were compiled before.
    """

    def __init__(
        self, files: Mapping[str, bytes], codes: Mapping[str, CodeType]
    ) -> None:
        self.files = {
            name: source for name, source in files.items() if name.endswith(".py")
        }
        self._codes = codes
        self._modules: dict[str, tuple[str, bool]] = {}
        for name, source in self.files.items():
            self._add(name, name)
            _remember_lines(name, source)

    def _add(self, place: str, name: str) -> None:
        *folders, last = place.removesuffix(".py").split("/")
        for depth in range(1, len(folders) + 1):
            # A folder without __init__.py is a package with nothing in it.
            self._modules.setdefault(".".join(folders[:depth]), ("", True))
        if last == "__init__":
            if folders:
                self._modules[".".join(folders)] = (name, True)
        else:
            self._modules.setdefault(".".join([*folders, last]), (name, False))

    def add_entry(self, entry: str) -> str:
        """Make the entry and its neighbours importable; return the entry's module.

        The folder of the entry counts as the place where Python was started.
        """
        folder = entry.rpartition("/")[0]
        for name in self.files if folder else ():
            if name.startswith(f"{folder}/"):
                self._add(name.removeprefix(f"{folder}/"), name)
        module = module_name(entry)
        self._modules[module] = (entry, False)
        return module

    @property
    def names(self) -> frozenset[str]:
        """Return the full names of all modules that the files define."""
        return frozenset(self._modules)

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        """Return where a module comes from, or ``None`` to let others look."""
        if fullname not in self._modules:
            return None
        name, package = self._modules[fullname]
        loader: Any = self  # It has no base class, see `worker.runner.boot`.
        spec = importlib.machinery.ModuleSpec(
            fullname, loader, origin=name or None, is_package=package
        )
        spec.has_location = bool(name)
        return spec

    def get_code(self, fullname: str) -> CodeType:
        """Compile a module; raises what Python raises for a syntax error."""
        name, _ = self._modules[fullname]
        if name in self._codes:
            return self._codes[name]
        source = self.files[name] if name else b""
        return compile(source, name or "<folder>", "exec", dont_inherit=True)

    def get_source(self, fullname: str) -> str:
        """Return the text of a module, for ``inspect`` and tracebacks."""
        name, _ = self._modules[fullname]
        return importlib.util.decode_source(self.files[name]) if name else ""

    def is_package(self, fullname: str) -> bool:
        """Return whether a name is a folder."""
        return self._modules[fullname][1]

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        """Let Python make the module itself."""

    def exec_module(self, module: ModuleType) -> None:
        """Run a module's code."""
        exec(self.get_code(module.__name__), module.__dict__)  # noqa: S102


def _remember_lines(name: str, source: bytes) -> None:
    try:
        text = importlib.util.decode_source(source)
    except (SyntaxError, UnicodeDecodeError):
        return
    # Without a time of change the cache keeps an entry and never looks at a disk.
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)


def module_name(entry: str) -> str:
    """Return the name under which the entry file is imported.

    >>> module_name("my file-1.py")
    'my_file_1'
    """
    stem = entry.removesuffix(".py").rpartition("/")[2]
    return re.sub(r"\W", "_", stem) or "entry"


def load(
    files: Mapping[str, bytes],
    entry: str,
    protected: Container[str] = (),
    *,
    codes: Mapping[str, CodeType] = MappingProxyType({}),
    imported: bool = True,
) -> tuple[ModuleType, StudentFiles]:
    """Import a submission and return its entry module.

    The module does not run as ``__main__``, so a main guard does what it should.

    Parameters
    ----------
    protected
        Modules that stay as they are, even if a file has the same name. All others
        make way for the student's file, as they would on the student's own machine.

    codes
        Files that were compiled before.

    imported
        If false the entry is compiled and does not run; its module is empty.

    Raises
    ------
    BaseException
        Whatever the student's code raises at its top level.
    """
    _give_exit()
    finder = StudentFiles(files, codes)
    name = finder.add_entry(entry)
    for taken in finder.names:
        if taken not in protected:
            sys.modules.pop(taken, None)
    # Before the standard library's folders and after its frozen and built-in modules.
    sys.meta_path.insert(_position(), finder)
    spec = finder.find_spec(name, None)
    assert spec is not None  # noqa: S101 - its name was put in above
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    if imported:
        # So that Python says it if another file imports this one in a circle.
        vars(spec)["_initializing"] = True
        finder.exec_module(module)
        vars(spec)["_initializing"] = False
    else:
        finder.get_code(name)
    return module, finder


def _position() -> int:
    for index, finder in enumerate(sys.meta_path):
        if finder is importlib.machinery.PathFinder:
            return index
    return len(sys.meta_path)


def _give_exit() -> None:
    """Define ``exit`` and ``quit``, which Python's own start-up would have added."""
    import builtins

    def leave(code: object = None) -> None:
        raise SystemExit(code)

    for name in ("exit", "quit"):
        if not hasattr(builtins, name):
            setattr(builtins, name, leave)
