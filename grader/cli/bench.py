"""``grader bench``: the numbers of docs/benchmarks.md, measured on this machine."""

import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import click
from rich.console import Console

from grader import assignments, engine
from grader.assignments import Assignment, Sample
from grader.cli.browser import Browser
from grader.cli.demo import hand_in, temporary_home
from grader.cli.demo_course import ASSIGNMENT, create_demo_course
from grader.cli.load.commands import COMMANDS
from grader.cli.parts import chosen_parts
from grader.cli.processes import cost
from grader.cli.trials import solution_sample
from grader.config import Settings
from grader.contract.jail import Jail
from grader.contract.messages import Bundle
from worker.jail.session import Session

SEED = 7


@dataclass(frozen=True, slots=True)
class Measurement:
    """One line of the table.

    Parameters
    ----------
    bar
        What was promised, as text; empty if nothing was.
    """

    what: str
    value: str
    bar: str = ""


@click.group()
def bench() -> None:
    """Measure speed and memory."""


@bench.command("all")
@click.option("--rounds", type=click.IntRange(3), default=15, show_default=True)
@click.option("--idle-seconds", type=click.IntRange(5), default=30, show_default=True)
def everything(rounds: int, idle_seconds: int) -> None:
    """Run every benchmark."""
    _print([*measure_grading(rounds), *measure_service(rounds, idle_seconds)])


@bench.command("grading")
@click.option("--rounds", type=click.IntRange(3), default=15, show_default=True)
def grading(rounds: int) -> None:
    """Measure one right submission, in the jail and without it."""
    _print(measure_grading(rounds))


@bench.command("service")
@click.option("--rounds", type=click.IntRange(3), default=15, show_default=True)
@click.option("--idle-seconds", type=click.IntRange(5), default=30, show_default=True)
def service(rounds: int, idle_seconds: int) -> None:
    """Measure the embedded service: from upload to report, and at rest."""
    _print(measure_service(rounds, idle_seconds))


@bench.command("reference")
@click.option("--rounds", type=click.IntRange(3), default=15, show_default=True)
def reference(rounds: int) -> None:
    """Compare the layers of the reference with PyTorch, which must be installed."""
    from grader.cli.bench_reference import table

    for line in table(rounds):
        click.echo(line)


@bench.command("checks")
@click.option("--part", "parts", multiple=True, help="Only this part; several times.")
@click.option("--operation", "chosen", multiple=True, help="Only this operation.")
@click.option(
    "--assignment", "shipped", multiple=True, help="Part failed: only this assignment."
)
@click.option("--runs", type=click.IntRange(1), default=2000, show_default=True)
@click.option("--seeds", type=click.IntRange(1), default=5, show_default=True)
@click.option("--processes", type=click.IntRange(1), default=2, show_default=True)
def checks(
    parts: tuple[str, ...],
    chosen: tuple[str, ...],
    shipped: tuple[str, ...],
    runs: int,
    seeds: int,
    processes: int,
) -> None:
    """Grade right and wrong code of every component, and measure the checks.

    Exits with 1 if right code loses a point, a known mistake passes, or more mistakes
    are given a wrong name than promised.
    """
    from grader.cli import bench_checks

    parts = chosen_parts(parts, tuple(bench_checks.PARTS))
    extent = bench_checks.Extent(
        bench_checks.names(chosen), runs, seeds, processes, shipped
    )
    if not bench_checks.run(extent, parts, click.echo):
        raise SystemExit(1)


@bench.command("jail")
@click.option("--part", "parts", multiple=True, help="Only this part; several times.")
@click.option("--frames", type=click.IntRange(1), default=1_000_000, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--processes", type=click.IntRange(1), default=2, show_default=True)
@click.option("--rounds", type=click.IntRange(3), default=15, show_default=True)
def jail_parts(
    parts: tuple[str, ...], frames: int, seed: int, processes: int, rounds: int
) -> None:
    """Attack what reads from a jail, and measure what a jail costs.

    Exits with 1 if a reader is surprised.
    """
    from grader.cli import bench_jail

    chosen = chosen_parts(parts, tuple(bench_jail.PARTS))
    extent = bench_jail.Extent(frames, seed, processes, rounds)
    if not bench_jail.run(extent, chosen, click.echo):
        raise SystemExit(1)


for _command in COMMANDS:
    bench.add_command(_command)


def measure_grading(rounds: int) -> list[Measurement]:
    """Grade the solution in turns with and without the jail; return medians."""
    from worker.jail import JailSettings, create_jail
    from worker.jail.unjailed import UnjailedForMeasurementOnly

    loaded, solution = _shipped()
    quick = [c.id for c in loaded.check_list if c.kind != "training"]
    settings = JailSettings.chosen_by(Settings.from_environment())
    jailed = MeteredJail(create_jail(settings))
    bare = MeteredJail(UnjailedForMeasurementOnly(settings))
    runs: dict[str, Callable[[], float]] = {
        "jailed": lambda: _grade(loaded, solution, jailed, quick),
        "bare": lambda: _grade(loaded, solution, bare, quick),
        "whole": lambda: _grade(loaded, solution, jailed, None),
    }
    cpu, wall = _interleaved(runs, rounds)
    extra = statistics.median(
        a / b - 1 for a, b in zip(cpu["jailed"], cpu["bare"], strict=True)
    )
    return [
        Measurement(
            "CPU of a right submission, all checks but training, jailed",
            f"{statistics.median(cpu['jailed']):.2f} s",
            "< 1 s",
        ),
        Measurement(
            "the jail's extra CPU over the same run", f"{extra:+.1%}", "< 15 %"
        ),
        Measurement(
            "a right submission, all checks, jailed, wall clock",
            f"{statistics.median(wall['whole']):.2f} s",
        ),
        Measurement(
            "  its CPU, training included", f"{statistics.median(cpu['whole']):.2f} s"
        ),
    ]


def measure_service(rounds: int, idle_seconds: int) -> list[Measurement]:
    """Start the embedded service, upload, wait, and leave it alone."""
    with temporary_home() as home:
        settings = Settings.from_environment({"GRADER_HOME": str(home)}).prepare_home()
        started = time.perf_counter()
        with _serving(home) as (url, service_pid):
            start_seconds = time.perf_counter() - started
            course = create_demo_course(settings)
            browser = Browser(url)
            browser.sign_in(course.student.email, course.student.password)
            solution = solution_sample(
                course.assignment, assignments.shipped(ASSIGNMENT)
            )
            waits = []
            for _ in range(min(rounds, 10)):
                began = time.perf_counter()
                hand_in(browser, course, solution)
                waits.append(time.perf_counter() - began)
            time.sleep(3)  # lets the last drain of the queue end
            before, began = cost(service_pid), time.perf_counter()
            time.sleep(idle_seconds)
            after, seconds = cost(service_pid), time.perf_counter() - began
    share = (after.cpu_seconds - before.cpu_seconds) / seconds
    return [
        Measurement("embedded service, start to ready", f"{start_seconds:.1f} s"),
        Measurement(
            "upload to complete report, idle service, median",
            f"{statistics.median(waits):.2f} s",
            "< 3 s",
        ),
        Measurement("idle service, share of one core", f"{share:.2%}", "< 1 %"),
        Measurement(
            f"idle service, memory of {after.processes} processes (PSS)",
            f"{after.memory_bytes / 2**20:.0f} MB",
            "< 350 MB",
        ),
    ]


@contextmanager
def _serving(home: Path) -> Iterator[tuple[str, int]]:
    """Run ``grader serve`` as its users do; give its address and process id.

    Raises
    ------
    ClickException
        If it ends before it serves.
    """
    command = [sys.executable, "-m", "grader", "serve", "--port", "0"]
    with subprocess.Popen(
        [*command, "--home", str(home)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None  # noqa: S101 - asked for above
        first = process.stdout.readline()
        found = re.search(r"http://\S+?(?=,)", first)
        if found is None:
            raise click.ClickException(f"grader serve said: {first or 'nothing'}")
        try:
            yield found.group(), process.pid
        finally:
            process.terminate()


def _shipped() -> tuple[Assignment, Sample]:
    path = assignments.shipped(ASSIGNMENT)
    loaded = assignments.load_folder(path)
    return loaded, solution_sample(loaded, path)


class MeteredJail:
    """A jail whose sessions add up the processor time of all their processes."""

    def __init__(self, jail: Jail) -> None:
        self._jail = jail
        self.cpu_seconds = 0.0

    @contextmanager
    def open(self, bundle: Bundle) -> Iterator[Session]:
        """Start a session; read its meter before it ends."""
        with self._jail.open(bundle) as session:
            metered = cast("Session", session)
            yield metered
            self.cpu_seconds += metered.cpu_seconds()


def _grade(
    loaded: Assignment,
    solution: Sample,
    jail: MeteredJail,
    only: Sequence[str] | None,
) -> float:
    """Grade once; return the CPU seconds of this process and of the jail."""
    before = time.process_time() + jail.cpu_seconds
    report = engine.grade(
        loaded,
        solution.files,
        loaded.spec.submission.entry,
        seed=SEED,
        jail=cast("Jail", jail),
        only=only,
    )
    used = time.process_time() + jail.cpu_seconds - before
    expected = sum(result.max_points for result in report.results)
    if report.score != expected:
        raise click.ClickException(
            f"the solution scored {report.score} of {expected}: nothing was measured"
        )
    return used


def _interleaved(
    runs: dict[str, Callable[[], float]], rounds: int
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Run each in turn, so that the noise of a shared machine meets all alike."""
    cpu: dict[str, list[float]] = {name: [] for name in runs}
    wall: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds + 1):
        for name, run in runs.items():
            began = time.perf_counter()
            used = run()
            if number:  # the first round warms caches
                cpu[name].append(used)
                wall[name].append(time.perf_counter() - began)
    return cpu, wall


def _print(measurements: list[Measurement]) -> None:
    console = Console(width=120)
    console.print("| what | measured | bar |\n| --- | --- | --- |", markup=False)
    for line in measurements:
        console.print(f"| {line.what} | {line.value} | {line.bar} |", markup=False)
