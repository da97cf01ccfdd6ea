"""Mutated bytes for every reader of what a jail says, led by the lines they reach."""

import re
import time
import tracemalloc
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from random import Random
from types import ModuleType
from typing import Any, Final

from tests.jail.line_coverage import LineCoverage
from tests.jail.mutators import Specimen, mutate

_MOST_KEPT: Final = 2000
# What is kept is read again and again: short ones, so that many are.
_LONGEST_KEPT: Final = 1 << 11
# Old ones are tried as well, but what was found last has been tried least.
_NEWEST: Final = 0.3
# Following lines costs twenty times what reading does, so not every input is followed.
_FOLLOWED: Final = 8


@dataclass(frozen=True, slots=True)
class Target:
    """A reader of bytes that come from a jail.

    Parameters
    ----------
    seeds
        Real ones, to start from.
    read
        Reads the bytes; ``None`` says that they were refused. All that it raises is a
        mistake of ours.
    require
        Demands of the bytes and what was read from them what everyone relies on, and
        tells whether they were accepted.
    modules
        Where new lines count as progress.
    most_bytes
        What reading may hold in memory at most.
    most_lines
        How many lines of these modules may run at most.
    """

    name: str
    seeds: Sequence[bytes]
    read: Callable[[bytes], object]
    require: Callable[[bytes, Any], bool]
    modules: Sequence[ModuleType]
    most_bytes: int
    most_lines: int


@dataclass(slots=True)
class Tally:
    """What came of many inputs for one target.

    Parameters
    ----------
    kept
        Inputs that reached something new.
    surprises
        Whatever may not be: its kind, and the first one with its bytes in hexadecimal.
    """

    target: str
    inputs: int = 0
    accepted: int = 0
    kept: int = 0
    pairs: int = 0
    peak_bytes: int = 0
    most_lines: int = 0
    slowest_seconds: float = 0.0
    surprises: dict[str, str] = field(default_factory=dict)

    def note(self, trouble: str, raw: bytes) -> None:
        """Keep one input for each kind of trouble; numbers make no new kind."""
        kind = re.sub(r"\d+", "#", trouble)[:80]
        self.surprises.setdefault(kind, f"{self.target}: {trouble}: {raw.hex()}")

    def add(self, other: "Tally") -> None:
        """Take in what another process found."""
        self.inputs += other.inputs
        self.accepted += other.accepted
        self.kept += other.kept
        self.surprises = {**other.surprises, **self.surprises}
        for name in ("pairs", "peak_bytes", "most_lines", "slowest_seconds"):
            setattr(self, name, max(getattr(self, name), getattr(other, name)))


def fuzz(target: Target, inputs: int, rng: Random) -> Tally:
    """Let a target read its seeds, and then so many changed ones."""
    tally = Tally(target.name)
    coverage = LineCoverage(target.modules)
    kept = [Specimen.of(seed) for seed in target.seeds]
    tracemalloc.start()
    try:
        for seed in target.seeds:
            _try(target, seed, coverage, tally)
        for number in range(inputs):
            raw = mutate(_parent(kept, rng), kept, rng)
            lines = coverage if number % _FOLLOWED == 0 else None
            if _try(target, raw, lines, tally) and len(raw) < _LONGEST_KEPT:
                kept.append(Specimen.of(raw))
                del kept[_MOST_KEPT:]
    finally:
        tracemalloc.stop()
    tally.kept = len(kept) - len(target.seeds)
    tally.pairs = len(coverage.pairs)
    return tally


def _parent(kept: Sequence[Specimen], rng: Random) -> Specimen:
    if rng.random() < _NEWEST:
        return kept[-1 - rng.randrange(min(8, len(kept)))]
    return rng.choice(kept)


def _try(
    target: Target, raw: bytes, coverage: LineCoverage | None, tally: Tally
) -> bool:
    """Read once, note what it cost, and tell whether anything new was reached."""
    known, ran = (len(coverage.pairs), coverage.lines) if coverage else (0, 0)
    before, _ = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    began = time.perf_counter()
    with coverage or nullcontext():
        found, trouble = _done(target.read, raw)
    seconds = time.perf_counter() - began
    held = tracemalloc.get_traced_memory()[1] - before
    ran = coverage.lines - ran if coverage else 0
    if held > target.most_bytes or ran > target.most_lines:
        trouble = trouble or f"{held} bytes were held, {ran} lines ran"
    if found is not None:
        accepted, wrong = _done(target.require, raw, found)
        tally.accepted += bool(accepted)
        trouble = trouble or wrong
    if trouble:
        tally.note(trouble, raw)
    tally.inputs += 1
    tally.peak_bytes = max(tally.peak_bytes, held)
    tally.most_lines = max(tally.most_lines, ran)
    tally.slowest_seconds = max(tally.slowest_seconds, seconds)
    return coverage is not None and len(coverage.pairs) > known


def _done(work: Callable[..., object], *given: object) -> tuple[object, str]:
    """Return what comes of something, and what it raised, as text."""
    try:
        return work(*given), ""
    except Exception as error:  # noqa: BLE001 - this is what is looked for
        return None, f"{type(error).__name__}: {error}"
