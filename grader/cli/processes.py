"""What a tree of processes costs, read from /proc; used by the benchmarks only."""

import os
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    """Sums over a process and everything below it.

    Parameters
    ----------
    cpu_seconds
        Since each process started; children that have ended and were waited for count.
    memory_bytes
        Proportional set size: shared pages are divided among those who share them.
    """

    cpu_seconds: float
    memory_bytes: int
    processes: int


def descendants(root: int) -> list[int]:
    """Return a process and everything below it."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            fields = _stat(int(entry.name))
            if fields is not None:
                children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, todo = [], [root]
    while todo:
        found.append(todo.pop())
        todo += children.get(found[-1], [])
    return found


def cost(root: int) -> Cost:
    """Measure a tree of processes now; those that end meanwhile count as nothing."""
    members = descendants(root)
    return Cost(
        cpu_seconds=sum(_cpu_seconds(pid) for pid in members),
        memory_bytes=sum(_proportional_bytes(pid) for pid in members),
        processes=len(members),
    )


def resident_bytes(pid: int) -> int:
    """Return what a process has in memory now; 0 if it has ended."""
    try:
        pages = (PROC / str(pid) / "statm").read_text().split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _stat(pid: int) -> list[str] | None:
    """Return the fields after the command's name, which may hold spaces."""
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def _cpu_seconds(pid: int) -> float:
    fields = _stat(pid)
    # utime, stime and those of the children that were waited for: proc(5), 14 to 17.
    return sum(map(int, fields[11:15])) / TICKS_PER_SECOND if fields else 0.0


def _proportional_bytes(pid: int) -> int:
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(x.split()[1]) * 1024 for x in lines if x.startswith("Pss:"))
