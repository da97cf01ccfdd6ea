"""Files that are held in memory, in place of a disk that programs cannot reach."""

import builtins
import io
import os
import pathlib
import posixpath
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final

import numpy as np

_MOST_LISTED: Final = 10
_real_open = io.open


class MemoryFiles:
    """A folder in memory: opens, lists and keeps files by their relative names.

    Parameters
    ----------
    contents
        Name to text or bytes. Folders in names exist; others must be made first.
    """

    def __init__(self, contents: Mapping[str, str | bytes]) -> None:
        self._home = os.getcwd()
        self.contents = {
            self._name(name): value.encode() if isinstance(value, str) else value
            for name, value in contents.items()
        }
        self._folders = {"."}
        for name in self.contents:
            self.make_folders(posixpath.dirname(name) or ".")
        self._handles: list[Any] = []

    def open(
        self,
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,
        opener: Any = None,
    ) -> Any:
        """Do what the built-in ``open`` does; numbers of open files go to that one.

        Raises
        ------
        FileNotFoundError
            If there is no such file or folder; says what there is.
        FileExistsError
            If the mode is ``x`` and the file is there.
        ValueError
            If the mode is none.
        """
        if isinstance(file, int):
            return _real_open(
                file, mode, buffering, encoding, errors, newline, closefd, opener
            )
        name = self._name(file)
        kind = "".join(sorted(set(mode) & set("rwax")))
        if len(kind) != 1 or set(mode) - set("rwaxbt+") or set("bt") <= set(mode):
            raise ValueError(f"invalid mode: {mode!r}")
        self._require(name, kind)
        if kind in "wx":
            self.contents[name] = b""
        elif kind == "a":
            self.contents.setdefault(name, b"")
        handle: Any = _Handle(self, name, kind, both="+" in mode)
        if "b" not in mode:
            handle = io.TextIOWrapper(handle, encoding or "utf-8", errors, newline)
        self._handles.append(handle)
        return handle

    def _require(self, name: str, kind: str) -> None:
        if name in self._folders:
            raise IsADirectoryError(f"{name!r} is a folder")
        if kind == "r" and name not in self.contents:
            raise FileNotFoundError(f"there is no file {name!r}; {self._listed()}")
        if kind == "x" and name in self.contents:
            raise FileExistsError(f"the file {name!r} is there already")
        folder = posixpath.dirname(name) or "."
        if folder not in self._folders:
            raise FileNotFoundError(f"there is no folder {folder!r}; {self._listed()}")

    def _listed(self) -> str:
        names = sorted(self.contents)
        more = ", ..." if len(names) > _MOST_LISTED else ""
        return f"the files are {', '.join(names[:_MOST_LISTED]) or 'none'}{more}"

    def _name(self, path: Any) -> str:
        """Return the name of a path relative to the folder that programs start in."""
        text = os.fsdecode(os.fspath(path))
        return posixpath.relpath(posixpath.join(self._home, text), self._home)

    def is_file(self, path: Any) -> bool:
        """Return whether there is such a file."""
        return self._name(path) in self.contents

    def is_folder(self, path: Any) -> bool:
        """Return whether there is such a folder."""
        return self._name(path) in self._folders

    def exists(self, path: Any, **_: Any) -> bool:
        """Return whether there is such a file or folder."""
        return self.is_file(path) or self.is_folder(path)

    def size(self, path: Any) -> int:
        """Return the length of a file in bytes."""
        self._require(self._name(path), "r")
        return len(self.contents[self._name(path)])

    def names(self, path: Any = ".") -> list[str]:
        """Return what is directly in a folder."""
        folder = self._name(path)
        every = {*self.contents, *self._folders} - {"."}
        return sorted(
            posixpath.basename(name)
            for name in every
            if (posixpath.dirname(name) or ".") == folder
        )

    def remove(self, path: Any, *_: Any, **__: Any) -> None:
        """Take a file away."""
        self._require(self._name(path), "r")
        del self.contents[self._name(path)]

    def make_folders(self, path: Any, *_: Any, **__: Any) -> None:
        """Make a folder and those around it; nothing happens if it is there."""
        name = self._name(path)
        while name not in ("", "/", "."):
            self._folders.add(name)
            name = posixpath.dirname(name)

    def close(self) -> None:
        """Write out what is still open, as the end of a program does."""
        for handle in self._handles:
            with suppress(ValueError):  # closed already, or its buffer was taken away
                handle.close()
        self._handles.clear()


class _Handle(io.BytesIO):
    """One open file, whose bytes are kept when it is flushed or closed."""

    def __init__(self, files: MemoryFiles, name: str, kind: str, *, both: bool) -> None:
        super().__init__(files.contents[name])
        self.name = name
        self._files = files
        self._reads = both or kind == "r"
        self._writes = both or kind != "r"
        self._appends = kind == "a"

    def readable(self) -> bool:
        return self._reads

    def writable(self) -> bool:
        return self._writes

    def read(self, size: int | None = -1, /) -> bytes:
        self._require(self._reads, "not readable")
        return super().read(size)

    def write(self, part: Any, /) -> int:
        self._require(self._writes, "not writable")
        if self._appends:
            self.seek(0, io.SEEK_END)
        return super().write(part)

    def flush(self) -> None:
        super().flush()
        if self._writes:
            self._files.contents[self.name] = self.getvalue()

    def close(self) -> None:
        if not self.closed:
            self.flush()
        super().close()

    def _require(self, allowed: bool, reason: str) -> None:
        if not allowed:
            raise io.UnsupportedOperation(reason)


@contextmanager
def installed(files: MemoryFiles) -> Iterator[None]:
    """Let everything that opens a file by its name find these files, and no others.

    Served are ``open``, ``pathlib``, ``csv`` and all that take what ``open`` returns,
    the text functions of NumPy, and the questions of ``os.path`` about files.
    """
    before: list[tuple[Any, str, Any]] = []
    try:
        for owner, name, replacement in _replacements(files):
            before.append((owner, name, getattr(owner, name)))
            setattr(owner, name, replacement)
        yield
    finally:
        for owner, name, original in before:
            setattr(owner, name, original)
        files.close()


def _replacements(files: MemoryFiles) -> Iterator[tuple[Any, str, Callable[..., Any]]]:
    def opened_by_numpy(
        path: Any,
        mode: str = "r",
        destpath: Any = None,
        encoding: str | None = None,
        newline: str | None = None,
    ) -> Any:
        return files.open(path, mode, encoding=encoding, newline=newline)

    def method(function: Callable[..., Any]) -> Callable[..., Any]:
        # A bound method would not be given the path that it is called on.
        def asked(path: pathlib.Path, *rest: Any, **named: Any) -> Any:
            return function(path, *rest, **named)

        return asked

    yield from ((owner, "open", files.open) for owner in (builtins, io))
    yield np.lib._datasource, "open", opened_by_numpy
    yield from (
        (os.path, "exists", files.exists),
        (os.path, "isfile", files.is_file),
        (os.path, "isdir", files.is_folder),
        (os.path, "getsize", files.size),
        (os, "listdir", files.names),
        (os, "remove", files.remove),
        (os, "mkdir", files.make_folders),
        (os, "makedirs", files.make_folders),
    )
    methods: dict[str, Callable[..., Any]] = {
        "exists": files.exists,
        "is_file": files.is_file,
        "is_dir": files.is_folder,
        "mkdir": files.make_folders,
        "unlink": files.remove,
    }
    for name, function in methods.items():
        yield pathlib.Path, name, method(function)
