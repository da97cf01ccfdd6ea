"""What the jail costs: starting it, a fresh child for each check, and its pipes.

Every number comes with what the same work costs without a jail, taken in turns in the
same run.
"""

import statistics
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, cast

import numpy as np

from grader import assignments, engine
from grader.cli.demo_course import ASSIGNMENT
from grader.cli.trials import solution_sample
from grader.contract.jail import Jail, JailSession
from grader.contract.limits import Limits
from grader.contract.messages import Bundle, Call, Case, Observation, Outcome
from grader.errors import GraderError
from worker.jail import JailSettings, WarmPool, create_jail
from worker.jail.selection import TieredJail
from worker.jail.session import Session
from worker.jail.unjailed import UnjailedForMeasurementOnly

SEED: Final = 7
CHECKS: Final = 10
POINTS: Final = 2000
_KB: Final = 1000
_ECHO: Final = Bundle(
    {"echo.py": b"def echo(x): return x\ndef loss(x): return (x * x).sum()\n"},
    "echo.py",
    binding_source=b"""
def echo(student, x, *, options):
    return {"out": student.echo(x)}

def loss(student, x, *, options):
    return {"out": student.loss(x)}
""",
)


@dataclass(frozen=True, slots=True)
class Start:
    """Medians of wall seconds to the first answered call, and of importing NumPy."""

    plain: float
    cold: float
    warm: float


def starts(settings: JailSettings, rounds: int) -> Start:
    """Start jails, with and without a pool, and plain interpreters in between."""
    jail = create_jail(settings)
    pool = WarmPool(jail, 1)
    seconds: dict[str, list[float]] = {"plain": [], "cold": [], "warm": []}
    try:
        for _ in range(rounds):
            seconds["plain"].append(_import_numpy(settings))
            seconds["cold"].append(_first_answer(jail))
            pool.fill()
            pool.await_ready()
            seconds["warm"].append(_first_answer(pool))
            pool.close()
    finally:
        pool.close()
    return Start(**{name: statistics.median(some) for name, some in seconds.items()})


def _import_numpy(settings: JailSettings) -> float:
    began = time.perf_counter()
    subprocess.run(
        [settings.python, "-c", "import numpy"],
        check=True,
        env={"PYTHONPATH": str(settings.site), "OPENBLAS_NUM_THREADS": "1"},
    )
    return time.perf_counter() - began


def _first_answer(jail: TieredJail | WarmPool) -> float:
    began = time.perf_counter()
    with jail.open(_ECHO) as session:
        _answered(session, Case((_echo(np.ones(3)),), Limits()))
        return time.perf_counter() - began


def _echo(x: np.ndarray) -> Call:
    return Call("echo", arrays={"x": x})


def _answered(session: JailSession, case: Case) -> Observation:
    seen = session.observe(case)
    if seen.outcome is not Outcome.COMPLETED:
        raise GraderError(f"the jail's own echo ended as {seen.outcome}")
    return seen


@dataclass(frozen=True, slots=True)
class Children:
    """Medians of processor seconds, all processes of both sides together.

    Parameters
    ----------
    one_process
        The same calls in one process without a jail, its import of NumPy included.
    """

    jailed: float
    warm: float
    one_process: float
    calls: int


def fresh_children(settings: JailSettings, rounds: int) -> Children:
    """Make ten checks of a right submission, each in a child of its own."""
    jail = create_jail(settings)
    bare = UnjailedForMeasurementOnly(settings)
    bundle, cases = recorded(jail)
    calls = tuple(call for case in cases for call in case.calls)
    together = [Case(calls, Limits(reply_bytes=1 << 26))]
    cpu: dict[str, list[float]] = {"jailed": [], "warm": [], "one": []}
    for _ in range(rounds):
        whole, started = _cpu(jail, bundle, cases)
        cpu["jailed"].append(whole)
        cpu["warm"].append(whole - started)
        cpu["one"].append(_cpu(bare, bundle, together)[0])
    medians = {name: statistics.median(some) for name, some in cpu.items()}
    return Children(medians["jailed"], medians["warm"], medians["one"], len(calls))


def _cpu(
    jail: TieredJail | UnjailedForMeasurementOnly, bundle: Bundle, cases: list[Case]
) -> tuple[float, float]:
    """Return the processor time of both sides, and what of it the start took."""
    before = time.process_time()
    with jail.open(bundle) as session:
        started = session.cpu_seconds()
        for case in cases:
            _answered(session, case)
        inside = session.cpu_seconds()
    return time.process_time() - before + inside, started


@dataclass
class _Recorder:
    """A jail that notes every case."""

    jail: Jail
    bundle: Bundle | None = None
    cases: list[Case] = field(default_factory=list)

    @contextmanager
    def open(self, bundle: Bundle) -> Iterator[JailSession]:
        self.bundle = bundle
        with self.jail.open(bundle) as session:
            yield cast("JailSession", _Noting(session, self.cases))


@dataclass
class _Noting:
    session: JailSession
    cases: list[Case]

    @property
    def tier(self) -> str:
        return self.session.tier

    @property
    def facts(self) -> Mapping[str, str]:
        return self.session.facts

    def observe(self, case: Case) -> Observation:
        self.cases.append(case)
        return self.session.observe(case)


def recorded(jail: Jail) -> tuple[Bundle, list[Case]]:
    """Return what the first checks of the shipped assignment ask of its solution."""
    path = assignments.shipped(ASSIGNMENT)
    loaded = assignments.load_folder(path)
    solution = solution_sample(loaded, path)
    recorder = _Recorder(jail)
    chosen = [c.id for c in loaded.check_list if c.kind != "interface"][:CHECKS]
    engine.grade(
        loaded,
        solution.files,
        loaded.spec.submission.entry,
        seed=SEED,
        jail=cast("Jail", recorder),
        only=chosen,
    )
    if recorder.bundle is None:
        raise GraderError("nothing was asked of the solution")
    return recorder.bundle, recorder.cases


@dataclass(frozen=True, slots=True)
class Pipes:
    """Medians of wall seconds: one array there and back, and one whole gradient."""

    round_trip: float
    gradient: float
    gradient_one_by_one: float


def pipes(settings: JailSettings, rounds: int) -> Pipes:
    """Send arrays to a jailed echo, and differentiate a loss at many points."""
    trips, whole, single = [], [], []
    with create_jail(settings).open(_ECHO) as session:
        for _ in range(rounds):
            trips.append(_round_trip(session))
            whole.append(_gradient(session, one_by_one=False))
            single.append(_gradient(session, one_by_one=True))
    return Pipes(*(statistics.median(some) for some in (trips, whole, single)))


def _round_trip(session: Session) -> float:
    array = np.arange(100 * _KB // 8, dtype=np.float64)
    case = Case((_echo(array),) * 200, Limits(reply_bytes=1 << 26), one_by_one=True)
    return statistics.median(
        reply.seconds for reply in _answered(session, case).replies
    )


def _gradient(session: Session, *, one_by_one: bool) -> float:
    """Return the seconds of all central differences of one parameter array."""
    point = np.linspace(-1.0, 1.0, POINTS // 2)
    calls = []
    for sign in (1.0, -1.0):
        for index in range(point.size):
            moved = point.copy()
            moved[index] += sign * 1e-6
            calls.append(Call("loss", arrays={"x": moved}))
    case = Case(tuple(calls), Limits(), one_by_one)
    began = time.perf_counter()
    _answered(session, case)
    return time.perf_counter() - began
