"""``grader bench queue``, ``burst`` and ``soak``: the commands and their options."""

from typing import Any

import click

from grader.cli.parts import chosen_parts


@click.command("queue")
@click.option("--part", "parts", multiple=True, help="Only this part; several times.")
@click.option("--database", "kinds", multiple=True, help="sqlite or postgresql.")
@click.option("--count", type=click.IntRange(20, 900), default=300, show_default=True)
@click.option("--finished", type=click.IntRange(300), default=100_000)
@click.option("--rounds", type=click.IntRange(3), default=15, show_default=True)
def queue(
    parts: tuple[str, ...],
    kinds: tuple[str, ...],
    count: int,
    finished: int,
    rounds: int,
) -> None:
    """Measure intake, claims, a full database and a second worker.

    On SQLite and, where it is installed, on a PostgreSQL server of its own. Exits with
    1 if something costs more than promised.
    """
    from grader.cli import bench_queue
    from grader.cli.load.databases import chosen_kinds

    extent = bench_queue.Extent(count, finished, rounds)
    chosen = chosen_parts(parts, tuple(bench_queue.PARTS))
    if not bench_queue.run(extent, chosen_kinds(kinds), chosen, click.echo):
        raise SystemExit(1)


@click.command("burst")
@click.option("--scale", type=click.FloatRange(0.01, 1.0), default=0.1)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("--grading", type=click.Choice(["fake", "jail"]), default="fake")
@click.option("--takes", type=click.FloatRange(0.0), default=0.4, show_default=True)
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True)
@click.option("--supersedes", is_flag=True, help="A newer one replaces what waits.")
@click.option("--database", "kinds", multiple=True, help="sqlite or postgresql.")
def burst(kinds: tuple[str, ...], **extent: Any) -> None:
    """Send what students send before a deadline, with and without a flooder.

    At scale 1, 1,000 submissions of 300 students in 10 minutes, 200 of them by one.
    Exits with 1 if a receipt is not honoured, the others wait too long because of the
    flooder, or uploads take too long.
    """
    from grader.cli import bench_burst
    from grader.cli.load.databases import chosen_kinds

    plan = bench_burst.Burst(**extent)
    held = [bench_burst.run(plan, kind, click.echo) for kind in chosen_kinds(kinds)]
    if not all(held):
        raise SystemExit(1)


@click.command("soak")
@click.option("--minutes", type=click.FloatRange(0.1), default=3.0, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("--rate", type=click.FloatRange(0.1), default=1.0, show_default=True)
@click.option("--database", "kinds", multiple=True, help="sqlite or postgresql.")
def soak(minutes: float, seed: int, rate: float, kinds: tuple[str, ...]) -> None:
    """Hurt a running service every few seconds while students hand in.

    Exits with 1 if a receipt is lost, a run is graded twice, stuck or an internal
    error, an attempt is charged for a fault of ours, or a process grows.
    """
    from grader.cli import bench_soak
    from grader.cli.load.databases import chosen_kinds

    plan = bench_soak.Soak(60 * minutes, rate, seed)
    held = [bench_soak.run(plan, kind, click.echo) for kind in chosen_kinds(kinds)]
    if not all(held):
        raise SystemExit(1)


@click.command("dashboard")
@click.option("--students", type=click.IntRange(2), default=1000, show_default=True)
@click.option("--assignments", type=click.IntRange(1), default=12, show_default=True)
@click.option("--attempts", type=click.IntRange(1), default=10, show_default=True)
@click.option("--checks", type=click.IntRange(1), default=20, show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=7, show_default=True)
@click.option("--only", default="", help="Only endpoints like this.")
@click.option("--database", "kinds", multiple=True, help="sqlite or postgresql.")
def dashboard(kinds: tuple[str, ...], rounds: int, only: str, **size: int) -> None:
    """Measure every page that lists or shows something, in a large course.

    Exits with 1 if the median of one is above 300 ms.
    """
    from grader.cli import bench_dashboard
    from grader.cli.load.classroom import Size
    from grader.cli.load.databases import chosen_kinds

    held = [
        bench_dashboard.run(Size(**size), kind, rounds, only, click.echo)
        for kind in chosen_kinds(kinds)
    ]
    if not all(held):
        raise SystemExit(1)


COMMANDS: tuple[click.Command, ...] = (queue, burst, soak, dashboard)
