"""``grader validate``: prove that an assignment does what it states."""

import json

import click
from rich.console import Console

from grader import assignments
from grader.cli.proof import prove
from grader.cli.proof_tables import print_proof
from grader.config import Settings
from worker.loop import jail_for


@click.command()
@click.argument("assignment")
@click.option(
    "--runs",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Grade everything this often, each time with other secret inputs.",
)
@click.option(
    "--mistakes/--no-mistakes",
    default=True,
    show_default=True,
    help="Make every known mistake of each component on purpose.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def validate(assignment: str, runs: int, mistakes: bool, as_json: bool) -> None:
    """Prove that ASSIGNMENT holds: its solution scores all, its samples as they state.

    Every mistake that the library knows about its components is made on purpose: one
    that costs no points survives, and is listed with the reason. The drawn inputs are
    screened for how clearly they show each of them, and choices that make an
    assignment weak are named. Exits with 1 if something contradicts what the
    assignment states; all else is for you to decide.
    """
    path = assignments.find(assignment)
    loaded = assignments.load_folder(path)
    console = Console(stderr=as_json)
    jail = jail_for(Settings.from_environment())
    proof = prove(loaded, path, jail, console, runs=runs, mistakes=mistakes)
    if as_json:
        click.echo(json.dumps(proof.to_json()))
    else:
        print_proof(console, proof)
    if not proof.holds:
        raise SystemExit(1)
