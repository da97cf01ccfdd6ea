"""The map of where the error sits."""

from grader.web.heat import heat_of


def test_map_names_its_boxes_and_marks_the_larger_errors_more() -> None:
    heat = heat_of(
        {
            "shape": [2, 30],
            "rows": [0, 1],
            "columns": [0, 10, 20],
            "errors": [[0.0, 0.1, 4.0], [2.0, "inf", 0.0]],
        }
    )
    assert heat is not None
    assert heat.columns == ("0\u20139", "10\u201319", "20\u201329")
    assert [name for name, _ in heat.rows] == ["0", "1"]
    assert [[box.level for box in boxes] for _, boxes in heat.rows] == [
        [0, 1, 4],
        [2, 4, 0],
    ]
    assert [box.text for box in heat.rows[1][1]] == ["2", "inf", "\u00b7"]
    assert "the largest in each box" in heat.caption


def test_evidence_of_another_form_has_no_map() -> None:
    assert heat_of(None) is None
    assert heat_of({"errors": []}) is None
