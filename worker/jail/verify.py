"""Look at a child from outside, before it gets the first byte of a student."""

import resource
from pathlib import Path
from typing import Final

from grader.contract.control import child_limits
from grader.contract.limits import Limits
from grader.errors import JailNotLockedError, SandboxUnavailableError

_STATUS: Final = {
    "Seccomp": "2",
    "NoNewPrivs": "1",
    "Threads": "1",
    "CapInh": "0" * 16,
    "CapPrm": "0" * 16,
    "CapEff": "0" * 16,
    "CapAmb": "0" * 16,
}
_FILTERS: Final = "Seccomp_filters"
_LIMIT_NAMES: Final = {
    resource.RLIMIT_AS: "Max address space",
    resource.RLIMIT_CPU: "Max cpu time",
    resource.RLIMIT_NOFILE: "Max open files",
    resource.RLIMIT_FSIZE: "Max file size",
    resource.RLIMIT_CORE: "Max core file size",
    resource.RLIMIT_MEMLOCK: "Max locked memory",
    resource.RLIMIT_MSGQUEUE: "Max msgqueue size",
    resource.RLIMIT_STACK: "Max stack size",
}
_NAME_WIDTH: Final = 26  # /proc/PID/limits is a table of fixed columns.


def verify(pid: int, server: int, limits: Limits) -> None:
    """Demand that the kernel says what the lock should have done.

    Raises
    ------
    JailNotLockedError
        If anything differs; the child must be killed then.
    SandboxUnavailableError
        If the child cannot be examined, because it has ended, for example.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        own = Path("/proc/self/status").read_text(encoding="utf-8")
        table = Path(f"/proc/{pid}/limits").read_text(encoding="utf-8")
    except OSError as error:
        raise SandboxUnavailableError(
            f"The jail could not be examined: {error}"
        ) from error
    problems = [
        *status_problems(status, own, server),
        *limit_problems(table, limits),
    ]
    if problems:
        raise JailNotLockedError(problems)


def status_problems(status: str, own: str, server: int) -> list[str]:
    """Return what is wrong in the text of ``/proc/PID/status``.

    Parameters
    ----------
    own
        The same text about this process.
    server
        Process id of the fork server.
    """
    fields, own_fields = _fields(status), _fields(own)
    expected = {**_STATUS, "PPid": str(server)}
    problems = [
        f"{key} is {' '.join(fields.get(key, ['missing']))}"
        for key, value in expected.items()
        if fields.get(key) != [value]
    ]
    if _FILTERS in fields and _filters(fields) <= _filters(own_fields):
        # In a container the first filter is the container's, not ours.
        problems.append(f"{_FILTERS} is {_filters(fields)}")
    for key in ("Uid", "Gid"):
        ids = fields.get(key, [])
        if not ids or "0" in ids:
            problems.append(f"{key} is {' '.join(ids) or 'missing'}")
    return problems


def _fields(status: str) -> dict[str, list[str]]:
    lines = (line.partition(":") for line in status.splitlines())
    return {key: value.split() for key, _, value in lines}


def _filters(fields: dict[str, list[str]]) -> int:
    # Older kernels do not count; one filter is known to be there then.
    return int(fields.get(_FILTERS, ["1"])[0])


def limit_problems(table: str, limits: Limits) -> list[str]:
    """Return what is wrong in the text of ``/proc/PID/limits``."""
    rows = {
        line[:_NAME_WIDTH].strip(): line[_NAME_WIDTH:].split()
        for line in table.splitlines()
    }
    problems = []
    wanted = child_limits(limits.memory_bytes, limits.cpu_seconds)
    for which, most in wanted.items():
        name = _LIMIT_NAMES[which]
        found = rows.get(name, [])[:2]
        ok = len(found) == len(most) and all(
            value.isdigit() and int(value) <= bound
            for value, bound in zip(found, most, strict=True)
        )
        if not ok:
            problems.append(f"{name} is {' '.join(found) or 'missing'}")
    return problems
