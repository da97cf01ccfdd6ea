"""``grader serve``, ``web``, ``work`` and ``migrate``: processes of the service."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from grader import logs
from grader.config import Settings
from grader.errors import SandboxUnavailableError

WEB_LOGGER = "grader.cli.web_log.WebLogger"


@contextmanager
def ready_service(
    settings: Settings, *, port: int, bind: str = "127.0.0.1"
) -> Iterator[str]:
    """Run the embedded service; give its address once it answers.

    Parameters
    ----------
    port
        0 takes a free one.

    Raises
    ------
    SandboxUnavailableError
        If no jail holds here: nothing could be graded.
    """
    from worker.embedded import EmbeddedService

    require_jail(settings)
    service = EmbeddedService(settings, port=port, bind=bind)
    try:
        service.start()
        yield service.url
    finally:
        service.stop()


@click.command()
@click.option("--home", type=click.Path(path_type=Path), help="Instead of GRADER_HOME.")
@click.option("--port", type=int, default=8000, show_default=True)
@click.option("--bind", default="127.0.0.1", show_default=True)
def serve(home: Path | None, port: int, bind: str) -> None:
    """Run broker, worker and web as one command, on data that stays."""
    from worker.embedded import EmbeddedService

    environment = dict(os.environ)
    if home is not None:
        environment["GRADER_HOME"] = str(home.absolute())
    settings = Settings.from_environment(environment).prepare_home()
    require_jail(settings)
    is_first_start = not (settings.home / "grader.sqlite3").exists()
    service = EmbeddedService(settings, port=port, bind=bind)
    try:
        service.start()
        click.echo(f"serving at {service.url}, data in {settings.home}")
        sys.stdout.flush()
        if is_first_start:
            click.echo(
                "If nobody can sign in yet, in another terminal:\n"
                '  grader user add you@example.org --name "You" --admin'
            )
        service.wait()
    except KeyboardInterrupt:
        click.echo("stopping ...")
    finally:
        service.stop()


def require_jail(settings: Settings) -> None:
    """Make sure that some jail holds, in a process of its own.

    The service's first process lives as long as the service; what it does not import
    it does not keep in memory.

    Raises
    ------
    SandboxUnavailableError
        If none holds; what would help has been printed.
    """
    examined = subprocess.run(
        [sys.executable, "-m", "grader", "doctor", "--jail-only"],
        env={**os.environ, **settings.to_environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    if examined.returncode:
        click.echo(examined.stdout + examined.stderr, err=True)
        raise SandboxUnavailableError("nothing could be graded on this machine")


@click.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True)
@click.option("--threads", type=click.IntRange(1), default=8, show_default=True)
def web(bind: str, threads: int) -> None:
    """Run the pages only, on the database and broker of the settings."""
    Settings.from_environment().prepare_home()
    command = [
        sys.executable,
        *("-m", "gunicorn", "--worker-class", "gthread"),
        *("--workers", "1", "--threads", str(threads)),
        *("--bind", bind, "--worker-tmp-dir", "/dev/shm"),  # noqa: S108
        # It would be a file in the home, which a container may not write.
        "--no-control-socket",
        *("--access-logfile", "-", "--logger-class", WEB_LOGGER),
        "grader.web:create_app()",
    ]
    os.execv(sys.executable, command)  # noqa: S606


@click.command()
@click.option("--concurrency", type=click.IntRange(1), default=1, show_default=True)
@click.option("--poll", is_flag=True, help="Look for work without a broker.")
@click.option("--janitor-only", is_flag=True, help="Only sweep expired leases.")
@click.option(
    "--healthcheck",
    is_flag=True,
    help="Say by GRADER_HEARTBEAT_FILE whether a running worker or janitor is well.",
)
def work(concurrency: int, poll: bool, janitor_only: bool, healthcheck: bool) -> None:
    """Grade what is queued, on the database and broker of the settings.

    Refuses to start where the clock differs from the database's by more than 30 s.
    """
    if healthcheck:
        _check_health()
        return
    settings = Settings.from_environment().prepare_home()
    logs.configure(settings.log_format)
    if janitor_only:
        from worker.janitor import run_janitor

        run_janitor(settings)
    elif poll:
        from worker.loop import run_polling

        run_polling(settings)
    else:
        from worker.embedded import worker_command

        command = worker_command(concurrency)
        os.execvpe(command[0], command, {**os.environ, **settings.to_environment()})  # noqa: S606


def _check_health() -> None:
    """Exit with 1 if the last sign of life is missing or too old."""
    from worker.heartbeat import sickness

    problem = sickness(Settings.from_environment())
    if problem:
        click.echo(f"grader: {problem}", err=True)
        raise SystemExit(1)


@click.command()
def migrate() -> None:
    """Bring the database up to date; safe to run at any time and by several at once."""
    from grader import db

    settings = Settings.from_environment()
    logs.configure(settings.log_format)
    if settings.database_url.startswith("sqlite"):
        settings.prepare_home()
    db.migrate(settings.database_url)
    click.echo("the database is up to date")
