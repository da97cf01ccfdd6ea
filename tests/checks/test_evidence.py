import json
import subprocess
import sys

import numpy as np
import pytest

from grader.checks import evidence
from grader.checks.answers import Trouble
from grader.checks.compare import Expected, compare
from grader.contract.messages import Fault, Outcome, Phase


def test_numbers_that_json_lacks_are_written_as_words() -> None:
    assert evidence.numbers([1.5, np.nan, np.inf, -np.inf]) == [
        1.5,
        "nan",
        "inf",
        "-inf",
    ]


def test_a_wrong_array_gives_everything_a_page_needs() -> None:
    right = np.arange(35.0).reshape(5, 7)
    got = right.copy()
    got[4, 6] = -1.0

    facts = evidence.of_comparison(compare(Expected(right, 34.0), got), {"x": right})

    assert facts["case"] == {"x": [5, 7]}
    assert facts["worst_index"] == [4, 6]
    assert (facts["expected"], facts["got"]) == (34.0, -1.0)
    assert (facts["wrong_entries"], facts["entries"]) == (1, 35)
    assert facts["first_wrong"] == [[4, 6]]
    assert facts["wrong_along"] == [[1, 5], [1, 7]]
    assert facts["excerpt"]["start"] == [1, 2]
    assert facts["excerpt"]["got"][-1][-1] == -1.0
    json.dumps(facts, allow_nan=False)


def test_indices_with_a_wrong_entry_are_counted_along_each_axis_of_any_number() -> None:
    rng = np.random.default_rng(3)
    for shape in ((7,), (3, 9), (2, 3, 4)):
        right = rng.normal(size=shape)
        got = right + (rng.random(shape) < 0.2)
        places = np.argwhere(got != right)

        facts = evidence.of_comparison(compare(Expected(right, 1.0), got), {})

        assert facts["wrong_along"] == [
            [len(set(places[:, axis].tolist())), length]
            for axis, length in enumerate(shape)
        ]


def test_a_wrong_array_is_described_without_importing_masked_arrays() -> None:
    script = """
import sys
import numpy as np
from grader.checks import evidence
from grader.checks.compare import Expected, compare
right = np.arange(35.0).reshape(5, 7)
facts = evidence.of_comparison(compare(Expected(right, 34.0), 2 * right), {})
print(facts["wrong_entries"], "numpy.ma" in sys.modules)
"""
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert ran.stdout.split() == ["34", "False"]


def test_a_wrong_shape_shows_both_shapes_and_no_entries() -> None:
    found = compare(Expected(np.zeros((2, 3)), 1.0), np.zeros((3, 2)))

    facts = evidence.of_comparison(found, {})

    assert (facts["shape"], facts["got_shape"]) == ([2, 3], [3, 2])
    assert facts["distance"] == "inf"
    assert "worst_index" not in facts


def test_excerpts_exist_for_any_number_of_axes() -> None:
    for shape in ((), (7,), (3, 9), (2, 3, 4), (2, 2, 6, 8)):
        right = np.zeros(shape)
        found = compare(Expected(right, 1.0), right + 1)
        excerpt = evidence.of_comparison(found, {})["excerpt"]
        rows = excerpt["expected"]
        assert len(rows) <= 4
        assert all(len(row) <= 5 for row in rows)


def test_a_fault_quotes_the_line_of_the_student() -> None:
    fault = Fault("NameError", "name 'q'", Phase.FORWARD, "mlp.py", 2, "trace")
    files = {"mlp.py": b"import numpy\n    return q * 2\n"}

    facts = evidence.of_trouble(Trouble(Outcome.RAISED, fault), files)

    assert facts["outcome"] == "raised"
    assert facts["fault"]["source"] == "return q * 2"
    assert facts["fault"]["phase"] == "forward"


def test_a_fault_in_a_call_names_the_shapes_of_its_inputs() -> None:
    fault = Fault("NameError", "name 'q'", Phase.FORWARD, "mlp.py", 2, "trace")
    inputs = {"x": np.zeros((5, 7))}

    facts = evidence.of_trouble(Trouble(Outcome.RAISED, fault), {}, inputs)

    assert facts["case"] == {"x": [5, 7]}


def test_a_file_that_cannot_be_loaded_was_given_nothing() -> None:
    fault = Fault("NameError", "name 'q'", Phase.LOAD, "mlp.py", 2, "trace")
    inputs = {"x": np.zeros((5, 7))}

    facts = evidence.of_trouble(Trouble(Outcome.RAISED, fault), {}, inputs)

    assert "case" not in facts


def test_the_distance_is_put_beside_what_rounding_does() -> None:
    right = np.array([1.0, 2.0])
    unit = 2.0**-53 * 2.0

    facts = evidence.of_comparison(compare(Expected(right, 2.0), right + 1e-3), {})

    assert facts["unit"] == pytest.approx(unit)
    assert facts["distance_in_words"] == (
        "If every input changes in its last (16th) digit, the right answer moves by "
        "about 2e-16. Yours is off by 0.001, 4,500,000,000,000 times as much. Up to "
        "1,000,000 times counts as rounding, up to 270,000,000,000 times as single "
        "precision (float32)."
    )


def test_a_distance_beyond_all_words_is_not_counted_out() -> None:
    right = np.array([1e-6, 2e-6])

    facts = evidence.of_comparison(compare(Expected(right, 2e-6), right + 9.0), {})

    assert "more than 1,000,000,000,000,000 times" in facts["distance_in_words"]


def test_what_is_right_or_infinitely_far_off_has_no_distance_in_words() -> None:
    right = np.array([1.0, 2.0])
    expected = Expected(right, 2.0)

    for got in (right, right.reshape(2, 1), np.array([np.nan, 2.0])):
        facts = evidence.of_comparison(compare(expected, got), {})
        assert "distance_in_words" not in facts


def test_a_line_that_does_not_exist_is_empty() -> None:
    assert evidence.source_line({"a.py": b"x"}, "a.py", 9) == ""
    assert evidence.source_line({}, "a.py", 1) == ""


def test_an_ending_without_a_fault_still_names_the_outcome() -> None:
    assert evidence.of_trouble(Trouble(Outcome.KILLED), {}) == {"outcome": "killed"}


def test_long_curves_are_thinned_alike() -> None:
    found = evidence.curves("step", got=range(1000), expected=range(500))

    assert found["stride"] == 3
    assert found["got"][:2] == [0.0, 3.0]
    assert len(found["got"]) <= evidence.CURVE_POINTS


def grid_of(right: np.ndarray, got: np.ndarray) -> dict:
    compared = compare(Expected(right, float(np.abs(right).max())), got)
    return evidence.of_comparison(compared, {}).get("error_grid", {})


def test_error_grid_says_where_the_answer_is_off_and_stays_small() -> None:
    right = np.ones((2, 30, 5))
    got = right.copy()
    got[0, 29, 4] = 3.5
    got[1, 0, 0] = -4.0

    grid = grid_of(right, got)

    assert grid["shape"] == [30, 5]
    assert grid["rows"] == [0, 2, 5, 7, 10, 12, 15, 17, 20, 22, 25, 27]
    assert grid["columns"] == [0, 1, 2, 3, 4]
    assert (grid["errors"][0][0], grid["errors"][11][4]) == (5.0, 2.5)
    assert sum(value != 0 for line in grid["errors"] for value in line) == 2
    assert grid_of(right[0], np.full((30, 5), np.nan))["errors"][0][0] == "inf"
    json.dumps(grid, allow_nan=False)


def test_what_is_no_table_has_no_error_grid() -> None:
    assert grid_of(np.ones(4), np.zeros(4)) == {}
    assert grid_of(np.ones((1, 1)), np.zeros((1, 1))) == {}
