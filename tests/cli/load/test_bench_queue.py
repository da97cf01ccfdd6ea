"""``grader bench queue`` as its users call it, on very little."""

from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from grader.cli import bench_queue
from grader.cli.bench import bench
from grader.cli.bench_queue import Extent, Line
from grader.cli.load import databases

LITTLE = Extent(count=20, finished=300, rounds=3)


def measured(*lines: Line) -> dict[str, object]:
    def part(_extent: Extent, _kind: str) -> Iterator[Line]:
        yield from lines

    return {"claims": part}


def test_a_real_measurement_fills_the_table() -> None:
    options = ["--part", "claims", "--database", "sqlite", "--count", "20"]

    done = CliRunner().invoke(bench, ["queue", *options])

    assert done.exit_code == 0, done.output
    assert "| claim and finish, CPU for each run | sqlite |" in done.output


def test_one_missed_bar_is_enough_to_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    bad = measured(Line("a", "1", "<= 2", True), Line("b", "3", "<= 2", False))
    monkeypatch.setattr(bench_queue, "PARTS", bad)

    held = bench_queue.run(LITTLE, ["sqlite"], ["claims"], said.append)

    assert held is False
    assert said[-1] == "| b | sqlite | 3 | <= 2 |"


def test_lines_without_a_bar_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_queue, "PARTS", measured(Line("a", "1")))

    assert bench_queue.run(LITTLE, ["sqlite"], ["claims"], lambda _: None) is True


@pytest.mark.parametrize(
    "options", [["--part", "speed"], ["--database", "mysql"], ["--count", "0"]]
)
def test_what_does_not_exist_is_refused(options: list[str]) -> None:
    done = CliRunner().invoke(bench, ["queue", *options])

    assert done.exit_code != 0
    assert "must be one of" in done.output or "not" in done.output


def test_without_a_server_only_sqlite_is_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(databases, "postgres_program", lambda _: None)

    assert databases.chosen_kinds([]) == ["sqlite"]
