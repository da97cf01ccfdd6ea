"""What no jail may touch: a file, a folder, sockets, a process, an environment."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Canaries:
    """Canaries that are out, and the names under which an attack finds them."""

    secret: str
    folder: Path
    listeners: tuple[socket.socket, ...]
    sibling: subprocess.Popen[bytes]
    names: dict[str, str]

    def told_to(self, source: str) -> str:
        """Return the source with the name of each canary filled in."""
        for name, value in self.names.items():
            source = source.replace(name, value)
        return source

    def touched(self) -> list[str]:
        """Return what has happened to them."""
        found = [f"{s.family.name} was reached" for s in self.listeners if _reached(s)]
        names = sorted(path.name for path in self.folder.iterdir())
        if names != ["secret", "socket"]:
            found.append(f"the folder holds {names}")
        elif self.secret not in (self.folder / "secret").read_text():
            found.append("the file was changed")
        if self.sibling.poll() is not None:
            found.append("the sibling was ended")
        return found


def _reached(listener: socket.socket) -> bool:
    try:
        if listener.type is socket.SOCK_DGRAM:
            listener.recvfrom(1)
        else:
            listener.accept()
    except BlockingIOError:
        return False
    return True


@contextmanager
def released(uid: int) -> Iterator[Canaries]:
    """Set out canaries that everybody may touch as far as permissions go.

    Parameters
    ----------
    uid
        Whose process the sibling is; that of the jail, if we may start one.
    """
    secret = secrets.token_hex(16)
    folder = Path(tempfile.mkdtemp(prefix="canary"))
    folder.chmod(0o777)
    (folder / "secret").write_text(secret)
    (folder / "secret").chmod(0o666)
    abstract = f"canary-{secrets.token_hex(4)}"
    listeners = (
        _listening(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
        _listening(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
        _listening(socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "socket")),
        _listening(socket.AF_UNIX, socket.SOCK_STREAM, f"\0{abstract}"),
    )
    (folder / "socket").chmod(0o777)
    sibling = subprocess.Popen(
        [shutil.which("cat") or "cat"],
        stdin=subprocess.PIPE,
        env={"CANARY": secret},
        user=uid if os.getuid() == 0 else None,
    )
    os.environ["CANARY"] = secret
    names = {
        "@FOLDER@": str(folder),
        "@TCP@": str(listeners[0].getsockname()[1]),
        "@UDP@": str(listeners[1].getsockname()[1]),
        "@ABSTRACT@": abstract,
        "@SIBLING@": str(sibling.pid),
        "@GRADER@": str(os.getpid()),
        "@SOURCE@": __file__,
    }
    try:
        yield Canaries(secret, folder, listeners, sibling, names)
    finally:
        del os.environ["CANARY"]
        sibling.communicate()
        for listener in listeners:
            listener.close()
        shutil.rmtree(folder)


def _listening(
    family: socket.AddressFamily, kind: socket.SocketKind, address: object
) -> socket.socket:
    listener = socket.socket(family, kind)
    listener.bind(address)  # type: ignore[arg-type]
    if kind is socket.SOCK_STREAM:
        listener.listen()
    listener.setblocking(False)
    return listener
