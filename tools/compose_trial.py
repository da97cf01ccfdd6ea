"""What `tools/try_compose.sh` does once there is an engine and every image.

Each step prints what it saw; the first that is not as it must be ends the trial with 1.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from grader.cli.browser import Browser

ROOT = Path(__file__).resolve().parent.parent
PROJECT = "grader-trial"
ADDRESS = f"http://127.0.0.1:{os.environ['GRADER_PORT']}"
ASSIGNMENT = "/courses/trial/assignments/modular-mlp"
SOLUTION = ROOT / "assignments/modular-mlp/solution"
STUDENT, STAFF = "student@example.org", "staff@example.org"
PATIENCE_SECONDS = 180.0
# So that there is time to kill whoever grades it.
SLOW = "import time\n\ntime.sleep(0.5)\n"


def compose_command() -> list[str]:
    """Return how Compose is called here: a plugin of the engine, or a program."""
    asked = subprocess.run(
        ["docker", "compose", "version"], capture_output=True, check=False
    )
    found = ["docker", "compose"] if asked.returncode == 0 else ["docker-compose"]
    return [*found, "--project-name", PROJECT]


COMPOSE = compose_command()


def run(*command: str, given: str = "", check: bool = True) -> str:
    """Run a command; return what it printed."""
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, cwd=ROOT, check=False
    )
    if check and done.returncode:
        sys.exit(f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def compose(*arguments: str, **options: Any) -> str:
    """Run Compose on this project."""
    return run(*COMPOSE, *arguments, **options)


def admin(*arguments: str, **options: Any) -> str:
    """Run one `grader` command in a container of its own."""
    return compose("run", "--rm", "-T", "admin", *arguments, **options)


def say(text: str) -> None:
    """Print a line with the time since the start."""
    click.echo(f"{time.monotonic() - BEGAN:6.1f} s  {text}")


def require(holds: bool, claim: str) -> None:
    """Say that something holds, or end."""
    say(("ok    " if holds else "WRONG ") + claim)
    if not holds:
        sys.exit(1)


def until(found: Callable[[], Any], what: str) -> Any:
    """Ask again and again, for some minutes at most."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.5)
    click.echo(compose("ps") + compose("logs", "--tail", "20", check=False))
    sys.exit(f"{what}: not within {PATIENCE_SECONDS:.0f} s")


def containers(service: str) -> list[str]:
    """Return the ids of a service's running containers."""
    return compose("ps", "-q", service).split()


def inspect(container: str) -> dict[str, Any]:
    """Return what the engine knows about a container."""
    return json.loads(run("docker", "inspect", container))[0]


def is_well(container: str) -> bool:
    """Tell whether the health check of a container succeeded."""
    return inspect(container)["State"].get("Health", {}).get("Status") == "healthy"


def up(*options: str) -> None:
    """Start what is not running."""
    compose("up", "-d", "--no-build", *options, "web", "worker", "janitor")
    until(lambda: all(map(is_well, containers("web"))), "the pages")


def set_up_course() -> Browser:
    """Create a course with one student; return that student's browser."""
    admin("course", "add", "trial", "Trial")
    roster = f"email,name,role\n{STUDENT},Sam,student\n{STAFF},Ines,instructor\n"
    script = (
        "cat > /tmp/r.csv && grader course enrol trial /tmp/r.csv"
        " && grader assignment publish trial modular-mlp --unproven"
        # Where attempts are limited a newer submission does not replace a waiting one.
        " --max-attempts 100"
    )
    printed = compose(
        *("run", "--rm", "-T", "--entrypoint", "sh", "admin", "-c", script),
        given=roster,
    )
    password = printed.split(STUDENT, 1)[1].split()[1]
    browser = Browser(ADDRESS)
    until(lambda: browser.get("/readyz").status == 200, "a worker")
    browser.sign_in(STUDENT, password)
    return browser


def asked(query: str) -> str:
    """Return what the database answers."""
    psql = ("psql", "-U", "grader", "-Atc", query)
    return compose("exec", "-T", "postgres", *psql).strip()


def submit(browser: Browser, mark: str, more: str = "") -> str:
    """Hand the right solution in, with more at its end; return the id it got."""
    files = {
        path.name: path.read_bytes() + f"\n# {mark}\n{more}".encode()
        for path in sorted(SOLUTION.glob("*.py"))
    }
    page = browser.submit(ASSIGNMENT, {}, files, action=ASSIGNMENT)
    if page.status != 200:
        sys.exit(f"the upload was answered with {page.status} at {page.url}")
    return page.url.rstrip("/").rpartition("/")[2]


def report(browser: Browser, submission: str) -> dict[str, Any]:
    """Return a submission's report as far as it has come."""
    return browser.get_json(f"/api/v1/submissions/{submission}")


def graded(browser: Browser, submission: str) -> dict[str, Any]:
    """Wait for the report of a submission."""

    def seen() -> dict[str, Any] | None:
        now = report(browser, submission)
        return now if now["status"] not in {"queued", "running"} else None

    return until(seen, f"the report of {submission}")


def jail(examined: str) -> str:
    """Return what a report of `grader doctor` says about the jail."""
    return next(row["found"] for row in json.loads(examined) if row["what"] == "jail")


def with_the_profile() -> str:
    """Return what `grader doctor` says in a worker's container."""
    asking = ("--entrypoint", "grader", "worker", "doctor", "--json")
    return jail(compose("run", "--rm", "-T", "--no-deps", *asking, check=False))


def without_the_profile() -> str:
    """Return what `grader doctor` says under the engine's own profile."""
    locked = ("--user", "10001:10001", "--read-only", "--cap-drop", "ALL")
    options = (*locked, "--security-opt", "no-new-privileges", "--tmpfs", "/tmp")  # noqa: S108
    command = ("backprop-grader:latest", "doctor", "--jail-only", "--json")
    return jail(run("docker", "run", "--rm", *options, *command, check=False))


def grades_in_the_jail(browser: Browser) -> None:
    """See one upload by HTTP graded, and with all points."""
    began = time.monotonic()
    done = graded(browser, submit(browser, "first"))
    took = time.monotonic() - began
    require(
        done["status"] == "graded" and done["score"] == done["max_score"],
        f"an upload was graded in {took:.1f} s: {done['score']} of {done['max_score']}",
    )
    tiers = asked("SELECT DISTINCT jail_tier FROM grading_run WHERE status = 'graded'")
    require(tiers == "T1", f"in the jail {tiers}")


def survives_killed_workers(browser: Browser) -> None:
    """See what a killed worker's container held graded by the other one."""
    sent = [submit(browser, f"kill {k}", SLOW) for k in range(4)]
    query = "SELECT worker FROM grading_run WHERE status = 'running' LIMIT 1"
    # A worker's name begins with that of its host, a container's with its id.
    holder = until(lambda: asked(query), "a run").partition("-")[0]
    run("docker", "kill", holder)
    began = time.monotonic()
    again = "SELECT 1 FROM grading_run WHERE lost_workers > 0 AND status <> 'queued'"
    until(lambda: asked(again), "the run of the killed worker")
    seconds = time.monotonic() - began
    say(f"one of two workers killed; its run began again {seconds:.0f} s later")
    ended = [graded(browser, submission)["status"] for submission in sent]
    require(set(ended) == {"graded"}, f"all {len(sent)} were graded")


def survives_stop_and_start(browser: Browser) -> None:
    """See what waits while everything is down graded afterwards."""
    compose("stop", "worker", "janitor")
    waiting = submit(browser, "waits")
    require(report(browser, waiting)["status"] == "queued", "it waits without a worker")
    compose("kill", "redis", "postgres", "web")
    compose("down")
    say("everything is down; the volumes are there")
    up()
    require(graded(browser, waiting)["status"] == "graded", "it was graded after all")


def survives_a_lost_broker(browser: Browser) -> None:
    """See uploads accepted without a broker, and graded when it is back."""
    compose("kill", "redis")
    sent = submit(browser, "no broker")
    say("accepted without a broker")
    compose("up", "-d", "--no-build", "redis")
    require(graded(browser, sent)["status"] == "graded", "graded when it was back")


def keeps_everything() -> None:
    """Make a backup, and see that all that is kept is as it must be."""
    say(admin("backup", "/backups").strip().splitlines()[0])
    compose("run", "--rm", "-T", "admin", "check")
    say("ok    `grader check` finds nothing wrong")


def is_locked_down() -> None:
    """See that no container has a privilege that the file does not give it."""
    for service in ("web", "worker", "janitor", "postgres", "redis"):
        for container in containers(service):
            host = inspect(container)["HostConfig"]
            require(
                host["ReadonlyRootfs"] and host["CapDrop"] == ["ALL"],
                f"{service}: read-only, no capability, {host['Memory'] >> 20} MiB",
            )


def trial(browser: Browser) -> None:
    """Try everything on a service that is up."""
    is_locked_down()
    grades_in_the_jail(browser)
    for service in ("worker", "janitor"):
        until(lambda: all(map(is_well, containers(service))), f"healthy {service}")  # noqa: B023
        say(f"ok    {service} is healthy by its own check")
    survives_killed_workers(browser)
    compose("up", "-d", "--no-build", "--scale", "worker=3", "worker")
    require(len(containers("worker")) == 3, "three workers after --scale worker=3")
    survives_a_lost_broker(browser)
    survives_stop_and_start(browser)
    keeps_everything()


def main() -> None:
    """Build, start, try, and take everything away unless asked to keep it."""
    compose("down", "--volumes", "--remove-orphans", check=False)
    if "--as-built" not in sys.argv:
        compose("build", "web")
        say("image built")
    up()
    say("up")
    found = with_the_profile()
    require("T1" in found, f"with the profile of docker-compose.yml {found}")
    found = without_the_profile()
    require("T2" in found, f"with the engine's own {found}")
    trial(set_up_course())
    if "--keep" in sys.argv:
        say(f"left running at {ADDRESS}; end it with: {' '.join(COMPOSE)} down -v")
    else:
        compose("down", "--volumes")


BEGAN = time.monotonic()
if __name__ == "__main__":
    if shutil.which("docker") is None:
        sys.exit("docker is not installed")
    main()
