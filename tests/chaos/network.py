"""A wire between a worker and its database that can be cut."""

import ctypes
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.chaos.cluster import Cluster
from tests.chaos.site import Site

PIECE = 1 << 16
# Of Linux, and not named by Python.
SO_ATTACH_FILTER = 26
SO_DETACH_FILTER = 27
# A filter of one instruction: return 0, which is to keep no byte of a packet.
KEEP_NOTHING = struct.pack("HBBI", 6, 0, 0, 0)


class Wire:
    """Passes bytes from a TCP port on to a unix socket.

    ``hold`` swallows nothing and passes nothing on, like a cable that was pulled;
    ``lose`` drops the packets themselves, so that nobody confirms anything any more;
    ``cut`` ends all connections and lets no new one through.

    Parameters
    ----------
    target
        Of the server.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        self._flows = threading.Event()
        self._flows.set()
        self._is_cut = False
        self._ends: list[socket.socket] = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def port(self) -> int:
        return self._listener.getsockname()[1]

    def hold(self) -> None:
        self._flows.clear()

    def lose(self) -> None:
        self.hold()
        code = ctypes.create_string_buffer(KEEP_NOTHING)
        program = struct.pack("HL", 1, ctypes.addressof(code))
        for end in self._near():
            end.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)

    def cut(self) -> None:
        with self._lock:
            self._is_cut = True
            ends, self._ends = self._ends, []
        for end in ends:
            _close(end)

    def heal(self) -> None:
        for end in self._near():
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)
        self._is_cut = False
        self._flows.set()

    def close(self) -> None:
        self.cut()
        self._flows.set()
        _close(self._listener)

    def _near(self) -> list[socket.socket]:
        """Return the sockets that packets reach, the listening one among them."""
        with self._lock:
            ends = [end for end in self._ends if end.family == socket.AF_INET]
        return [self._listener, *(end for end in ends if end.fileno() >= 0)]

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self._connect(near)

    def _connect(self, near: socket.socket) -> None:
        far = socket.socket(socket.AF_UNIX)
        with self._lock:
            if self._is_cut or far.connect_ex(str(self._target)):
                _close(near)
                _close(far)
                return
            self._ends += [near, far]
        for source, sink in ((near, far), (far, near)):
            threading.Thread(
                target=self._pump, args=(source, sink), daemon=True
            ).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(PIECE):
                self._flows.wait()
                sink.sendall(piece)
        _close(source)
        _close(sink)


@contextmanager
def wired(site: Site, cluster: Cluster) -> Iterator[tuple[Wire, str]]:
    """Yield a wire to the site's database, and the address at its other end."""
    wire = Wire(cluster.socket)
    name = site.database.engine.url.database
    try:
        yield wire, f"postgresql+psycopg://postgres@127.0.0.1:{wire.port}/{name}"
    finally:
        wire.close()


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
