"""Every shipped assignment, and how its submissions are graded in the real jail."""

from functools import cache
from pathlib import Path

from grader import assignments, engine, intake
from grader.assignments import Assignment, Sample
from grader.assignments.loader import SHIPPED, SPEC_FILE
from grader.cli.grade import read_uploads
from grader.contract.jail import Jail
from grader.errors import RefusedError
from grader.report import Report

SEED = 20
SLUGS = sorted(path.parent.name for path in SHIPPED.glob(f"*/{SPEC_FILE}"))
# Only names: an assignment that cannot be read fails its own tests, not all of them.
SAMPLES = [
    (slug, folder.name)
    for slug in SLUGS
    for folder in sorted((SHIPPED / slug / "samples").iterdir())
    if folder.is_dir()
]


def folder(slug: str) -> Path:
    return assignments.shipped(slug)


@cache
def loaded(slug: str) -> Assignment:
    return assignments.load_folder(folder(slug))


@cache
def samples(slug: str) -> dict[str, Sample]:
    return {sample.name: sample for sample in assignments.samples(folder(slug))}


def solution(slug: str) -> dict[str, bytes]:
    return read_uploads(folder(slug) / "solution")


def refusal(slug: str, files: dict[str, bytes]) -> str | None:
    """Return the code with which intake refuses an upload, or ``None``."""
    try:
        intake.prepare(files, entry=loaded(slug).spec.submission.entry)
    except RefusedError as error:
        return error.code
    return None


def graded(slug: str, files: dict[str, bytes], jail: Jail, seed: int = SEED) -> Report:
    assignment = loaded(slug)
    prepared = intake.prepare(files, entry=assignment.spec.submission.entry)
    return engine.grade(
        assignment,
        prepared.files,
        prepared.entry,
        seed=seed,
        jail=jail,
        notices=prepared.notices,
    )
