"""The text format of Prometheus, rule by rule."""

import pytest

from grader.services.exposition import Family, MetricType, Sample, render


def one(value: float, **labels: str) -> str:
    family = Family("a_b", MetricType.GAUGE, "What.", (Sample(value, labels),))
    return render([family]).splitlines()[-1]


def test_a_family_has_help_and_type_before_its_samples() -> None:
    family = Family("runs_total", MetricType.COUNTER, "All runs.", (Sample(3),))

    assert render([family]) == (
        "# HELP runs_total All runs.\n# TYPE runs_total counter\nruns_total 3\n"
    )


def test_labels_stand_in_braces_and_quotes() -> None:
    assert one(1, lane="live", kind="x") == 'a_b{lane="live",kind="x"} 1'


def test_backslash_quote_and_line_feed_of_a_label_are_escaped() -> None:
    assert one(1, name='a\\b"c\nd') == 'a_b{name="a\\\\b\\"c\\nd"} 1'


def test_backslash_and_line_feed_of_the_help_are_escaped_and_quotes_are_not() -> None:
    family = Family("a", MetricType.GAUGE, 'x\\y\n"z"', ())

    assert render([family]).splitlines()[0] == '# HELP a x\\\\y\\n"z"'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.25, "0.25"),
        (1e-9, "1e-09"),
        (2.0, "2"),
        (float("nan"), "NaN"),
        (float("inf"), "+Inf"),
        (float("-inf"), "-Inf"),
    ],
)
def test_numbers_are_written_as_the_reader_takes_them(value: float, text: str) -> None:
    assert one(value) == f"a_b {text}"


def test_sum_and_count_of_a_summary_stand_under_one_type() -> None:
    samples = (Sample(1.5, {"x": "y"}, "_sum"), Sample(2, {"x": "y"}, "_count"))

    lines = render([Family("s", MetricType.SUMMARY, "S.", samples)]).splitlines()

    assert lines[1:] == ["# TYPE s summary", 's_sum{x="y"} 1.5', 's_count{x="y"} 2']


@pytest.mark.parametrize("name", ["", "1a", "a-b", "a b", "ä"])
def test_a_name_that_no_reader_takes_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name of a metric"):
        Family(name, MetricType.GAUGE, "", ())


@pytest.mark.parametrize("label", ["", "1", "a:b", "a-b"])
def test_a_label_that_no_reader_takes_is_refused(label: str) -> None:
    with pytest.raises(ValueError, match="label's name"):
        Family("a", MetricType.GAUGE, "", (Sample(1, {label: ""}),))
