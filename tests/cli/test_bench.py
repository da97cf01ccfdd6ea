"""What the command hands on to the benchmarks."""

from collections.abc import Sequence

import pytest
from click.testing import CliRunner

from grader.cli import bench_checks
from grader.cli.bench import bench
from reference import operations


def handed_on(
    monkeypatch: pytest.MonkeyPatch, *options: str
) -> tuple[bench_checks.Extent, Sequence[str]]:
    seen: list[tuple[bench_checks.Extent, Sequence[str]]] = []

    def note(extent: bench_checks.Extent, parts: Sequence[str], _say: object) -> bool:
        seen.append((extent, parts))
        return True

    monkeypatch.setattr(bench_checks, "run", note)
    done = CliRunner().invoke(bench, ["checks", *options])
    assert done.exit_code == 0, done.output
    return seen[0]


def test_the_operations_that_were_named_are_graded_in_the_parts_that_were_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    extent, parts = handed_on(
        monkeypatch, "--part", "mutants", "--operation", "relu", "--seeds", "2"
    )
    assert (extent.names, parts, extent.seeds) == (("relu",), ("mutants",), 2)


def test_without_a_name_every_operation_is_graded_in_every_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    extent, parts = handed_on(monkeypatch)
    assert extent.names == tuple(operations.names())
    assert parts == tuple(bench_checks.PARTS)


def test_an_unknown_part_is_refused_with_those_there_are() -> None:
    done = CliRunner().invoke(bench, ["checks", "--part", "nonsense"])
    assert done.exit_code == 2
    assert "must be one of right, mutants" in done.output
