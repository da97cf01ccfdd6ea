"""Changing one key of an assignment leaves everything else as it was typed."""

import tomllib

import pytest

from grader.assignments import manuscript, shipped
from grader.errors import AssignmentError, RefusedError

TEXT = """\
# Mine
title = "Old"   # as in the lecture

[[component]]
name = "ReLU"
operation = "relu"

# The checks.

# This one first.
[[check]]
id = "a"
points = { out = 1, grad_x = 2 } # three

[check.settings]
lr = 0.5

[[check]]
id = "b"
points = 3
"""


def lines_gone(before: str, after: str) -> list[str]:
    kept = after.splitlines()
    return [line for line in before.splitlines() if line not in kept]


def test_a_value_changes_and_comments_order_and_spaces_stay() -> None:
    changed = manuscript.with_value(TEXT, ("title",), 'New "one"')
    assert lines_gone(TEXT, changed) == ['title = "Old"   # as in the lecture']
    assert 'title = "New \\"one\\""   # as in the lecture' in changed


def test_a_table_of_points_changes_on_its_line() -> None:
    changed = manuscript.with_value(TEXT, ("check", 0, "points"), {"out": 2.5})
    assert "points = { out = 2.5 } # three" in changed
    assert len(lines_gone(TEXT, changed)) == 1


def test_a_key_is_taken_away_and_a_section_is_made_where_there_is_none() -> None:
    changed = manuscript.with_value(TEXT, ("check", 1, "points"), None)
    changed = manuscript.with_value(changed, ("hints", "show"), "never")
    table = tomllib.loads(changed)
    assert table["check"][1] == {"id": "b"}
    assert table["hints"] == {"show": "never"}


def test_tables_are_added_behind_the_last_of_their_kind() -> None:
    added = {"name": "Tanh", "operation": "tanh"}
    changed = manuscript.with_table(TEXT, "component", added)
    assert changed.index('name = "Tanh"') < changed.index("# The checks.")
    assert not lines_gone(TEXT, changed)


def test_a_table_goes_with_its_comment_and_the_tables_below_it() -> None:
    changed = manuscript.without_table(TEXT, "check", 0)
    assert "This one first" not in changed
    assert "lr = 0.5" not in changed
    assert "# The checks." in changed
    assert tomllib.loads(changed)["check"] == [{"id": "b", "points": 3}]


def test_two_neighbours_change_places_with_all_that_is_theirs() -> None:
    changed = manuscript.with_table_moved(TEXT, "check", 0, 1)
    first, second = tomllib.loads(changed)["check"]
    assert (first["id"], second["settings"]) == ("b", {"lr": 0.5})
    assert not lines_gone(TEXT, changed)
    assert manuscript.with_table_moved(TEXT, "check", 0, -1) == TEXT


def test_what_cannot_be_changed_safely_is_left_to_the_author() -> None:
    text = 'title = """\n[[check]]\n"""\n[[check]]\nid = "a"\n[[check]]\nid = "b"\n'
    with pytest.raises(RefusedError, match="change it in the text"):
        manuscript.with_table_moved(text, "check", 0, 1)


def test_text_that_is_no_toml_is_said_with_its_line() -> None:
    with pytest.raises(AssignmentError, match="line 2"):
        manuscript.with_value('title = "a"\nslug =\n', ("title",), "b")


@pytest.mark.parametrize("typed", ["", "{", "1\nb = 2", "yes", "[1"])
def test_what_is_not_one_value_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        manuscript.value_of(typed)


def test_every_check_of_a_shipped_assignment_can_be_moved_and_changed() -> None:
    text = (shipped("modular-mlp") / "assignment.toml").read_text(encoding="utf-8")
    before = tomllib.loads(text)["check"]
    for index in range(len(before) - 1):
        text = manuscript.with_table_moved(text, "check", index, 1)
    text = manuscript.with_value(text, ("check", 0, "points"), {"out": 1.5})
    after = tomllib.loads(text)["check"]
    assert after[-1] == before[0]
    assert after[0] == {**before[1], "points": {"out": 1.5}}
