"""How facts, points, times and strange characters are written."""

from datetime import UTC, datetime, timedelta

import pytest

from grader.web.downloads import attachment
from grader.web.evidence import facts
from grader.web.filters import (
    earned,
    moment,
    number,
    percent,
    plural,
    points,
    relative,
    visible,
)
from grader.web.highlighting import source_page
from grader.web.reading import poll_seconds, wait

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("a\tb\nc", "a\tb\nc"),
        ("\x1b[31m", "\u241b[31m"),
        ("bell\x07", "bell\u2407"),
        ("\x7f", "\u2421"),
        ("x\u202e)y", "x\u27e8U+202E\u27e9)y"),
        ("zero\u200bwidth", "zero\u27e8U+200B\u27e9width"),
        ("\u2066if\u2069", "\u27e8U+2066\u27e9if\u27e8U+2069\u27e9"),
        ("naïve \u00fc \u4f60", "naïve \u00fc \u4f60"),
        ("a\r\nb", "a\nb"),
    ],
)
def test_hidden_characters_are_made_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_bidirectional_trick_in_source_is_seen() -> None:
    html = source_page("mlp.py", "x = '\u202e' # \u2066".encode(), "f1")
    assert "\u202e" not in html
    assert "\u27e8U+202E\u27e9" in html


def test_source_that_is_no_utf8_is_shown_and_not_refused() -> None:
    assert "caf" in source_page("notes.txt", b"caf\xe9", "f1")


@pytest.mark.parametrize(
    ("along", "text"),
    [
        ([[2, 3]], "4 of 9 entries, first at [1]"),
        ([[2, 3], [7, 7]], "4 of 9 entries, in 2 of 3 rows and all 7 columns, first"),
        (
            [[1, 2], [2, 3], [4, 4]],
            "4 of 9 entries, in 1 of 2 places along axis 0 and 2 of 3 places along "
            "axis 1 and all 4 places along axis 2, first",
        ),
    ],
)
def test_rows_and_columns_with_wrong_entries_are_counted(
    along: list[list[int]], text: str
) -> None:
    found = {"wrong_entries": 4, "entries": 9, "first_wrong": [[1]]}

    rows = dict(facts({**found, "wrong_along": along}).rows)

    assert rows["Entries that are off"].startswith(text)


def test_facts_know_what_went_in_and_the_code_to_copy() -> None:
    case = {"x": [5], "w": [5, 3], "b": []}

    shown = facts({"case": case, "replay": "print(1)\n"})

    assert shown.brief == "for x (5,), w (5, 3), b"
    assert shown.replay == "print(1)\n"
    assert not shown.has_more


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "; it begins as soon as a worker is back"),
        (0.0, ""),
        (4.9, ""),
        (5.0, ", about 10 seconds to go"),
        (61.0, ", about 70 seconds to go"),
        (90.0, ", about 2 minutes to go"),
        (601.0, ", about 11 minutes to go"),
    ],
)
def test_a_wait_is_rounded_up_in_words(seconds: float | None, text: str) -> None:
    assert wait(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "\u2013"), (3.0, "3"), (2.5, "2.5"), (0.0, "0"), (1 / 3, "0.33")],
)
def test_points_have_no_needless_decimals(value: float | None, text: str) -> None:
    assert points(value) == text


def test_pending_looks_different_from_zero() -> None:
    assert earned(None, 4) == "\u2013 / 4"
    assert earned(0.0, 4) == "0 / 4"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.3"),
        (-3.5251234567, "-3.525123"),
        (1e-12, "1e-12"),
        ("nan", "nan"),
        (7, "7"),
        ([1, 2.5], "(1, 2.5)"),
        (True, "True"),
    ],
)
def test_numbers_keep_the_digits_that_matter(value: object, text: str) -> None:
    assert number(value) == text


def test_percent_is_full_only_when_everything_was_earned() -> None:
    assert percent(99.99, 100) == 99
    assert percent(100, 100) == 100
    assert percent(None, 100) == 0
    assert percent(1, 0) == 0


@pytest.mark.parametrize(
    ("distance", "text"),
    [
        (timedelta(days=9, hours=5), "in 9 days"),
        (timedelta(hours=30), "in 30 hours"),
        (timedelta(minutes=-61), "1 hour ago"),
        (timedelta(seconds=59), "now"),
        (timedelta(minutes=1), "in 1 minute"),
    ],
)
def test_distance_in_time_is_said_in_words(distance: timedelta, text: str) -> None:
    assert relative(NOW + distance, NOW) == text


def test_moments_are_told_in_the_zone_of_the_course() -> None:
    assert moment(NOW, "Europe/Vienna") == "Fri 20 Nov 2026, 13:00 CET"
    assert moment(NOW, "Nowhere/Land") == "Fri 20 Nov 2026, 12:00 UTC"


def test_plural() -> None:
    assert plural(1, "entry", "entries") == "1 entry"
    assert plural(2, "entry", "entries") == "2 entries"


def test_polling_slows_down_after_a_while() -> None:
    assert poll_seconds(14.9) == 1
    assert poll_seconds(15.0) == 3


class TestFacts:
    def test_shapes_that_differ_are_told_apart(self) -> None:
        rows = dict(facts({"shape": [5, 3], "got_shape": [3]}).rows)
        assert rows == {"Shape expected": "(5, 3)", "Shape got": "(3,)"}

    def test_excerpt_marks_what_is_off_only_in_the_students_array(self) -> None:
        excerpt = {"start": [2, 4], "expected": [[1.0, 2.0]], "got": [[1.0, "nan"]]}
        right, mine = facts({"excerpt": excerpt}).matrices
        assert mine.columns == (4, 5)
        assert mine.rows[0][0] == 2
        assert [cell.off for cell in mine.rows[0][1]] == [False, True]
        assert not any(cell.off for cell in right.rows[0][1])

    def test_curves_share_an_axis_and_have_a_table(self) -> None:
        curves = {"axis": "step", "stride": 2, "expected": [3, 2], "got": [3, "inf"]}
        chart = facts({"curves": curves}, "losses").chart
        assert chart is not None
        assert chart.measure == "loss"
        assert chart.names == ("reference", "your code")
        assert chart.rows == (("0", "3", "3"), ("2", "2", "inf"))
        assert chart.data["lines"][1]["points"] == [[0, 3]]

    def test_gradient_check_has_a_line_for_each_gradient(self) -> None:
        inner = {"axis": "step size", "stride": 1, "steps": [1e-2, 1e-4]}
        curves = {
            "grad_x": {**inner, "error": [1e-4, 1e-8]},
            "grad_bias": {**inner, "error": [1.0, 1.0]},
        }
        chart = facts({"curves": curves}).chart
        assert chart is not None
        assert chart.names == ("grad_x", "grad_bias")
        assert chart.data["logarithmic"]
        assert chart.data["lines"][0]["points"] == [[1e-2, 1e-4], [1e-4, 1e-8]]

    def test_bounds_of_a_right_answer_become_a_band(self) -> None:
        curves = {"axis": "step", "stride": 1, "got": [2.0], "low": [1.0], "high": [3]}
        chart = facts({"curves": curves}).chart
        assert chart is not None
        assert chart.data["band"] == [[0, 1.0, 3]]
        assert [line["name"] for line in chart.data["lines"]] == ["your code"]
        assert chart.rows == (("0", "2", "1", "3"),)

    def test_long_curves_have_a_short_table(self) -> None:
        curves = {"axis": "step", "stride": 1, "got": list(range(400))}
        chart = facts({"curves": curves}).chart
        assert chart is not None
        assert len(chart.rows) == 12
        assert [chart.rows[0][0], chart.rows[-1][0]] == ["0", "399"]

    @pytest.mark.parametrize(
        "evidence",
        [
            {},
            {"curves": 3, "excerpt": [], "fault": "x", "case": None},
            {"curves": {"axis": "step"}, "excerpt": {"start": [0]}},
            {"expected": [1], "got": [2]},
            {"unknown": {"deep": [1]}},
        ],
    )
    def test_strange_evidence_shows_nothing_and_breaks_nothing(
        self, evidence: dict[str, object]
    ) -> None:
        found = facts(evidence)
        assert found.pair is None
        assert found.chart is None
        assert not found.matrices


@pytest.mark.parametrize(
    "name",
    ["a\r\nX-Evil: 1.py", "../../etc/passwd", 'quo"te.py', "ünï.py", "\u202egp.py", ""],
)
def test_download_header_holds_any_name(app: object, name: str) -> None:
    with app.app_context():  # type: ignore[attr-defined]
        header = attachment(b"x", name).headers["Content-Disposition"]
    assert header.startswith("attachment; filename")
    assert "\n" not in header
    assert "/" not in header
    assert "\u202e" not in header
