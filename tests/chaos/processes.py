"""Children that are killed, frozen and counted by their recorded ids."""

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Process:
    """A child in its own session, so that all of it can be hit at once.

    Parameters
    ----------
    environment
        Added to this process's own.
    pass_fds
        Descriptors that it inherits.
    """

    def __init__(
        self,
        command: list[str],
        log: Path,
        environment: dict[str, str],
        *,
        pass_fds: tuple[int, ...] = (),
    ) -> None:
        self.log = log
        with log.open("ab") as output:
            self.popen = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                pass_fds=pass_fds,
            )

    @property
    def is_alive(self) -> bool:
        return self.popen.poll() is None

    def says(self, words: str) -> bool:
        return words in self.log.read_text(errors="replace")

    def owns(self, pid: int) -> bool:
        """Tell whether a process belongs to this one's session."""
        with suppress(ProcessLookupError):
            return os.getsid(pid) == self.popen.pid
        return False

    def kill(self) -> None:
        self._hit(signal.SIGKILL)
        self.popen.wait(30)

    def freeze(self) -> None:
        self._hit(signal.SIGSTOP)

    def thaw(self) -> None:
        self._hit(signal.SIGCONT)

    def terminate(self) -> None:
        """Ask only the first process to end, as an operator's tools do."""
        self.popen.terminate()

    def _hit(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.popen.pid, number)


def with_environment(mark: str) -> list[int]:
    """Return every process that has this assignment in its environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            environment = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if mark.encode() in environment:
            found.append(int(path.parent.name))
    return found
