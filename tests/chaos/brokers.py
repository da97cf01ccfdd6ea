"""A Redis or Valkey that is killed, frozen, filled and emptied."""

from collections.abc import Callable
from pathlib import Path

import redis

from tests.chaos.processes import Process
from tests.waiting import until
from worker.embedded import broker_command, has_answer

Start = Callable[[list[str], str], Process]


class Broker:
    """One broker, always on the same socket.

    Parameters
    ----------
    start
        Starts a process of the site that this broker serves.
    """

    def __init__(self, program: str, folder: Path, start: Start) -> None:
        self.socket = folder / "broker.sock"
        self._program = program
        self._start = start
        self.process: Process | None = None

    def start(self, *options: str) -> None:
        """Start it; later options win over those of the service."""
        command = [*broker_command(self._program, self.socket), *options]
        self.process = self._start(command, "broker")
        until(lambda: has_answer(self.socket), f"for {self.process.log}")

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()

    def freeze(self) -> None:
        assert self.process is not None
        self.process.freeze()

    def thaw(self) -> None:
        assert self.process is not None
        self.process.thaw()

    def ask(self, *command: str) -> object:
        client = redis.Redis(unix_socket_path=str(self.socket), socket_timeout=10)
        try:
            return client.execute_command(*command)
        finally:
            client.close()
