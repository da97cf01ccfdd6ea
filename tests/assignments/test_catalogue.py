"""What an editor offers is what the models and the reference say."""

import pytest

from grader.assignments import catalogue, load_files
from grader.assignments.catalogue import Field, Sort
from grader.checks import kinds


def test_every_kind_has_a_form_with_points_and_says_what_it_looks_at() -> None:
    offered = catalogue.check_kinds()
    assert [kind.name for kind in offered] == sorted(kinds())
    for kind in offered:
        assert kind.about.endswith(".")
        assert {"points", "title", "visibility"} <= {one.name for one in kind.fields}


def test_fields_know_choices_defaults_and_words() -> None:
    fields = {one.name: one for one in catalogue.check_fields("optimizer")}
    assert fields["single_precision"].choices == ("notice", "fail")
    assert (fields["steps"].sort, fields["steps"].default) == (Sort.TOML, "12")
    assert fields["component"].is_required
    assert "gradients are replayed" in fields["steps"].about
    assert not catalogue.check_fields("nonsense")


def test_an_operation_shows_its_conventions_with_their_defaults() -> None:
    entries = {one.name: one for one in catalogue.operation_entries()}
    loss = entries["softmax_cross_entropy"]
    assert loss.family == "losses"
    assert [(one.name, one.default) for one in loss.fields] == [
        ("reduction", '"mean"'),
        ("labels", '"indices"'),
    ]


@pytest.mark.parametrize(
    ("sort", "typed", "value"),
    [
        (Sort.TEXT, " Linear ", "Linear"),
        (Sort.SWITCH, "true", True),
        (Sort.TOML, "{ out = 2 }", {"out": 2}),
        (Sort.TOML, '["a", 1.5]', ["a", 1.5]),
        (Sort.CHOICE, "", None),
    ],
)
def test_what_is_typed_comes_back_as_it_was_shown(
    sort: Sort, typed: str, value: object
) -> None:
    field = Field("x", sort)
    assert field.parsed(typed) == value
    assert field.parsed(field.shown(value)) == value


def test_loading_an_assignment_runs_nothing_of_its_binding() -> None:
    files = {
        "assignment.toml": b'format = 1\nslug = "a"\ntitle = "A"\n'
        b'[binding]\nfile = "binding.py"\n'
        b'[[check]]\nid = "i"\nkind = "interface"\npoints = 1\n',
        "binding.py": b"raise SystemExit('it ran')\n",
    }
    assert load_files(files).max_score == 1.0
