"""Sample submissions of an assignment, each with the verdicts it must get."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from grader.assignments.locate import line_of, show
from grader.errors import AssignmentError
from grader.report import CheckResult, Report, Verdict

EXPECTED_FILE = "expected.toml"
SAMPLES_FOLDER = "samples"
Key = tuple[str, str]


def _listed(value: object) -> object:
    """Take a single verdict for a list of one."""
    return value if isinstance(value, list) else [value]


Verdicts = Annotated[tuple[Verdict, ...], BeforeValidator(_listed), Field(min_length=1)]


class _Expected(BaseModel):
    """What ``expected.toml`` may say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: Annotated[str, Field(min_length=1)]
    score: float | None = None
    verdicts: Mapping[str, Verdicts] = Field(default_factory=dict)
    diagnoses: Mapping[str, str] = Field(default_factory=dict)
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """A submission whose grade is known.

    Parameters
    ----------
    expected
        Verdicts that may be given, by check and quantity; all others must be passed.
        More than one where chance decides, such as whether finite differences can
        tell anything in single precision.
    diagnoses
        Ids of diagnoses that must be given, by check and quantity.
    refused
        Code of the refusal if intake must refuse it, else ``None``.
    """

    name: str
    about: str
    files: Mapping[str, bytes]
    expected_score: float | None
    expected: Mapping[Key, tuple[Verdict, ...]]
    diagnoses: Mapping[Key, str]
    refused: str | None

    def surprises(self, report: Report) -> list[str]:
        """Say where a report is not what this sample states; empty if nowhere."""
        return self.differences(report.score, report.results)

    def differences(
        self, score: float | None, results: Sequence[CheckResult]
    ) -> list[str]:
        """Say where a score and its results are not what this sample states."""
        found = []
        seen = set()
        for result in results:
            key = (result.check, result.quantity)
            seen.add(key)
            found += self._difference(key, result.verdict, result.diagnosis)
        found += [
            f"{'.'.join(key)}: expected {' or '.join(verdicts)}, "
            "but there is no such result"
            for key, verdicts in self.expected.items()
            if key not in seen
        ]
        if self.expected_score is not None and score != self.expected_score:
            found.append(f"score: expected {self.expected_score}, got {score}")
        return found

    def _difference(
        self, key: Key, verdict: Verdict, diagnosis: object | None
    ) -> list[str]:
        name = ".".join(key)
        found = []
        expected = self.expected.get(key, (Verdict.PASSED,))
        if verdict not in expected:
            found.append(f"{name}: expected {' or '.join(expected)}, got {verdict}")
        wanted = self.diagnoses.get(key)
        given = getattr(diagnosis, "id", None)
        if wanted is not None and wanted != given:
            found.append(f"{name}: expected diagnosis {wanted}, got {given}")
        return found


def samples(path: Path) -> tuple[Sample, ...]:
    """Read the samples of an assignment's folder, in the order of their names.

    Raises
    ------
    AssignmentError
        If an ``expected.toml`` is missing or wrong; names file, line and key.
    """
    folder = path / SAMPLES_FOLDER
    if not folder.is_dir():
        return ()
    return tuple(_sample(child) for child in sorted(folder.iterdir()) if child.is_dir())


def _sample(folder: Path) -> Sample:
    stated = folder / EXPECTED_FILE
    shown = f"{SAMPLES_FOLDER}/{folder.name}/{EXPECTED_FILE}"
    if not stated.is_file():
        raise AssignmentError([f"{shown}: there is no such file"])
    expected = _read(stated.read_text(encoding="utf-8"), shown)
    files = {
        found.relative_to(folder).as_posix(): found.read_bytes()
        for found in sorted(folder.rglob("*"))
        if found.is_file() and found != stated and "__pycache__" not in found.parts
    }
    return Sample(
        name=folder.name,
        about=expected.about,
        files=files,
        expected_score=expected.score,
        expected={_key(name): given for name, given in expected.verdicts.items()},
        diagnoses={_key(name): value for name, value in expected.diagnoses.items()},
        refused=expected.refused,
    )


def _read(text: str, shown: str) -> _Expected:
    try:
        expected = _Expected.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise AssignmentError([f"{shown}: is not valid TOML: {error}"]) from None
    except ValidationError as error:
        raise AssignmentError(
            [
                f"{shown}, line {line_of(text, detail['loc'])}: "
                f"{show(detail['loc'])}: {detail['msg']}"
                for detail in error.errors()
            ]
        ) from None
    wrong = [
        f"{shown}: {name}: must be check.quantity"
        for name in (*expected.verdicts, *expected.diagnoses)
        if name.count(".") != 1
    ]
    if wrong:
        raise AssignmentError(wrong)
    return expected


def _key(name: str) -> Key:
    check, _, quantity = name.partition(".")
    return check, quantity
