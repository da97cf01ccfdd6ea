"""``grader feedback``: every message that students get to read, to be read before."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import click

from grader import assignments, engine, intake
from grader.assignments import Assignment, Sample
from grader.config import Settings
from grader.contract.jail import Jail
from grader.errors import RefusedError
from grader.report import CheckResult
from grader.services.hints import Curtain
from grader.validation.exhibits import SEED, Exhibit, library_exhibits, worth_reading
from worker.loop import jail_for


@dataclass(frozen=True, slots=True)
class Told:
    """One message, and every place of an exhibit where it is said."""

    places: tuple[str, ...]
    message: str
    cause: str
    hint: str


@click.command()
@click.argument("names", nargs=-1, metavar="[ASSIGNMENT]...")
@click.option(
    "--mistakes/--no-mistakes",
    default=True,
    show_default=True,
    help="Let every known mistake of each component be made.",
)
@click.option(
    "--samples/--no-samples",
    default=True,
    show_default=True,
    help="Grade the sample submissions of the assignment.",
)
@click.option("--markdown", is_flag=True, help="Print a page in place of plain text.")
def feedback(
    names: tuple[str, ...], mistakes: bool, samples: bool, markdown: bool
) -> None:
    """Show what students read when they make mistakes in ASSIGNMENT.

    Its sample submissions are graded, and every mistake that the library knows about
    its components is made on purpose; each message is printed as the student sees it.
    Without a name, all shipped assignments are gone through. The inputs are the same
    each time. Hints that come later are printed, those that never come are not.
    """
    paths = [assignments.find(name) for name in names] or _all_shipped()
    count = 0
    for path in paths:
        loaded = assignments.load_folder(path)
        click.echo(_title(loaded.spec.title, markdown=markdown))
        hints = loaded.spec.hints
        curtain = Curtain(hints, is_open=hints.show != "never")
        for one in _exhibits(loaded, path, mistakes=mistakes, samples=samples):
            exhibit = as_read(one, curtain)
            count += len(told(exhibit.results)) + bool(exhibit.refusal)
            click.echo(shown(exhibit, markdown=markdown))
    click.echo(f"{count} messages", err=True)


def _all_shipped() -> list[Path]:
    folder = assignments.shipped("modular-mlp").parent
    return sorted(path.parent for path in folder.glob("*/assignment.toml"))


def _exhibits(
    loaded: Assignment, path: Path, *, mistakes: bool, samples: bool
) -> Iterator[Exhibit]:
    if samples:
        jail = jail_for(Settings.from_environment())
        for sample in assignments.samples(path):
            exhibit = of_sample(loaded, sample, jail)
            if exhibit.results or exhibit.refusal:
                yield exhibit
    if mistakes:
        yield from (one for one in library_exhibits(loaded) if one.results)


def of_sample(loaded: Assignment, sample: Sample, jail: Jail) -> Exhibit:
    """Grade a sample and keep what its author would have to read."""
    try:
        prepared = intake.prepare(sample.files, entry=loaded.spec.submission.entry)
    except RefusedError as refusal:
        text = f"{refusal.message}\n{refusal.detail}".strip()
        return Exhibit(sample.name, sample.about, (), text)
    report = engine.grade(loaded, prepared.files, prepared.entry, seed=SEED, jail=jail)
    return Exhibit(sample.name, sample.about, worth_reading(report.results))


def as_read(exhibit: Exhibit, curtain: Curtain) -> Exhibit:
    """Return an exhibit without the hints that students never get to read."""
    return replace(exhibit, results=tuple(map(curtain.seen, exhibit.results)))


def told(results: tuple[CheckResult, ...]) -> list[Told]:
    """Gather results that say the same, in the order in which they are read."""
    places: dict[tuple[str, str, str], list[str]] = {}
    for result in results:
        cause = result.diagnosis.title if result.diagnosis else ""
        hint = result.diagnosis.hint if result.diagnosis else ""
        place = f"{result.title}, {result.quantity}: {result.verdict}"
        places.setdefault((result.message, cause, hint), []).append(place)
    return [Told(tuple(where), *texts) for texts, where in places.items()]


def _title(text: str, *, markdown: bool) -> str:
    return f"# {text}\n" if markdown else f"{text}\n{'=' * len(text)}\n"


def shown(exhibit: Exhibit, *, markdown: bool) -> str:
    """Write an exhibit as text for a terminal, or as a part of a page."""
    mark, quote, strong = ("## ", "> ", "**") if markdown else ("", "  ", "")
    lines = [f"{mark}{exhibit.name}", f"({exhibit.about})", ""]
    if exhibit.refusal:
        lines += [*(f"{quote}{line}" for line in exhibit.refusal.splitlines()), ""]
    for one in told(exhibit.results):
        lines += [*one.places, ""] if markdown else [*one.places]
        lines.append(f"{quote}{one.message}")
        if one.cause:
            lines.append(f"{quote}{strong}Looks like: {one.cause}.{strong} {one.hint}")
        lines.append("")
    return "\n".join(lines)
