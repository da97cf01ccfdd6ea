from pathlib import Path

import pytest

from grader.assignments import find, load_files, load_folder, shipped
from grader.errors import AssignmentError, RefusedError

HEAD = b"""format = 1
slug = "small"
title = "Small"

[submission]
entry = "net.py"

[[component]]
name = "Linear"
operation = "linear"
construct = ["in_features", "out_features"]

[[component]]
name = "SGD"
operation = "sgd"
construct = ["lr"]

[[component]]
name = "Loss"
operation = "mean_squared_error"
"""
GOOD = (
    HEAD
    + b"""
[[check]]
id = "linear-forward"
kind = "forward"
component = "Linear"
points = 3

[[check]]
id = "linear-backward"
kind = "backward"
component = "Linear"
points = { grad_x = 1, grad_weight = 2.5, grad_bias = 1 }
needs = ["linear-forward"]
"""
)
SMALL = b"""
[[check]]
id = "first"
kind = "forward"
component = "Linear"
points = 1
"""


def problems(text: bytes, **files: bytes) -> list[str]:
    with pytest.raises(AssignmentError) as caught:
        load_files({"assignment.toml": text, **files})
    return caught.value.problems


def test_a_valid_assignment_is_read_whole() -> None:
    found = load_files({"assignment.toml": GOOD})

    assert found.spec.slug == "small"
    assert found.spec.submission.entry == "net.py"
    assert found.max_score == 7.5
    assert [o.id for o in found.check_list] == ["linear-forward", "linear-backward"]
    assert found.check_list[1].title == "Linear: backward"
    assert found.check_list[1].max_points == 4.5
    assert found.binding_source is None
    assert found.spec.checks[1].needs == ("linear-forward",)


def test_nothing_can_be_changed_afterwards() -> None:
    found = load_files({"assignment.toml": GOOD})

    with pytest.raises(ValueError, match="frozen"):
        found.spec.title = "Other"


def test_handout_starter_and_binding_come_with_it() -> None:
    text = GOOD.replace(b"[[component]]", b'[binding]\nfile = "b.py"\n[[component]]', 1)
    glue = b"def linear(student, **arrays): ..."

    found = load_files(
        {
            "assignment.toml": text,
            "b.py": glue,
            "handout.md": "# Größe".encode(),
            "starter/net.py": b"pass",
            "starter/more/x.txt": b"x",
        }
    )

    assert found.handout == "# Größe"
    assert found.starter == {"net.py": b"pass", "more/x.txt": b"x"}
    assert found.binding_source == glue


def test_an_assignment_needs_no_handout() -> None:
    found = load_files({"assignment.toml": GOOD})

    assert (found.handout, dict(found.starter)) == ("", {})


def test_the_digest_covers_every_file_that_counts() -> None:
    base = {"assignment.toml": GOOD, "handout.md": b"text", "starter/net.py": b"pass"}
    digest = load_files(base).digest

    assert load_files(dict(reversed(base.items()))).digest == digest
    assert load_files({**base, "handout.md": b"Text"}).digest != digest
    assert load_files({**base, "starter/other.py": b"pass"}).digest != digest
    moved = {"assignment.toml": GOOD, "handout.m": b"dtext", "starter/net.py": b"pass"}
    assert load_files(moved).digest != digest


@pytest.mark.parametrize(
    "name",
    [
        "samples/right/net.py",
        "solution/net.py",
        ".git/config",
        "starter/__pycache__/net.pyc",
    ],
)
def test_samples_solution_and_leftovers_do_not_count(name: str) -> None:
    base = {"assignment.toml": GOOD}

    found = load_files({**base, name: b"anything"})

    assert found.digest == load_files(base).digest
    assert name not in found.files


def test_a_folder_and_its_files_are_the_same_assignment(tmp_path: Path) -> None:
    (tmp_path / "starter").mkdir()
    (tmp_path / "assignment.toml").write_bytes(GOOD)
    (tmp_path / "starter" / "net.py").write_bytes(b"pass")
    (tmp_path / "link.py").symlink_to(tmp_path / "starter" / "net.py")

    found = load_folder(tmp_path)

    assert set(found.files) == {"assignment.toml", "starter/net.py"}
    assert found.digest == load_files(found.files).digest


def test_a_shipped_assignment_is_found_by_name_and_a_folder_by_path(
    tmp_path: Path,
) -> None:
    assert shipped("modular-mlp").name == "modular-mlp"
    assert find("modular-mlp") == shipped("modular-mlp")
    assert find(str(tmp_path)) == tmp_path


def test_an_unknown_name_is_refused_with_those_that_exist() -> None:
    with pytest.raises(RefusedError, match="modular-mlp") as caught:
        find("no-such-thing")

    assert caught.value.code == "unknown-assignment"


def test_text_that_is_no_toml_is_refused_with_its_line() -> None:
    (problem,) = problems(b"format = 1\nslug = = 2\n")

    assert problem.startswith("assignment.toml: is not valid TOML")
    assert "line 2" in problem


def test_bytes_that_are_no_text_are_refused() -> None:
    assert "is not valid TOML" in problems(b"\xff\xfe")[0]


def test_a_folder_without_the_file_is_refused() -> None:
    with pytest.raises(AssignmentError, match="there is no such file"):
        load_files({"handout.md": b""})


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            b'kind = "forward"',
            b'kind = "forwards"',
            "assignment.toml, line 24: check[0].kind: unknown kind 'forwards'; known "
            "are: autodiff, backward, ",
        ),
        (
            b"points = 3",
            b"points = -1",
            "assignment.toml, line 26: check[0].points: "
            "should be greater than or equal to 0, got -1",
        ),
        (
            b"grad_x = 1",
            b"grad_x = -2",
            "assignment.toml, line 32: check[1].points.grad_x: "
            "should be greater than or equal to 0, got -2",
        ),
        (
            b"grad_x = 1",
            b"grad_y = 1",
            "assignment.toml, line 32: check[1].points.grad_y: unknown quantity; known "
            "are: grad_x, grad_weight, grad_bias",
        ),
        (
            b"{ grad_x = 1, grad_weight = 2.5, grad_bias = 1 }",
            b"5",
            "assignment.toml, line 32: check[1].points: must be a table with numbers "
            "for: grad_x, grad_weight, grad_bias",
        ),
        (
            b"points = 3",
            b'points = "3"',
            "assignment.toml, line 26: check[0].points: "
            "should be a valid number, got '3'",
        ),
        (
            b"points = 3",
            b"",
            "assignment.toml, line 22: check[0].points: is required",
        ),
        (
            b"points = 3",
            b"points = 3\nslope = 2",
            "assignment.toml, line 27: check[0].slope: unknown key",
        ),
        (
            b'id = "linear-backward"',
            b'id = "linear-forward"',
            "assignment.toml, line 29: check[1].id: 'linear-forward' is already used",
        ),
        (
            b'needs = ["linear-forward"]',
            b'needs = ["nothing"]',
            "assignment.toml, line 33: check[1].needs: there is no check 'nothing'",
        ),
        (
            b"points = 3",
            b'points = 3\nneeds = ["linear-backward"]',
            "assignment.toml, line 27: check[0].needs: "
            "'linear-backward' must come before this check",
        ),
        (
            b'operation = "linear"',
            b'operation = "lienar"',
            "assignment.toml, line 10: component[0].operation: unknown operation "
            "'lienar'; must be known, such as linear",
        ),
        (
            b'construct = ["in_features", "out_features"]',
            b'construct = ["in", "out_features"]',
            "assignment.toml, line 11: component[0].construct: unknown argument 'in'; "
            "known are: in_features, out_features",
        ),
        (
            b'name = "SGD"',
            b'name = "Linear"',
            "assignment.toml, line 14: component[1].name: 'Linear' is already used",
        ),
        (
            b'entry = "net.py"',
            b'entry = "net.txt"',
            "assignment.toml, line 6: submission.entry: ",
        ),
        (
            b"format = 1",
            b"format = 2",
            "assignment.toml, line 1: format: should be 1, got 2",
        ),
        (b'slug = "small"\n', b"", "assignment.toml: slug: is required"),
        (
            b"[submission]",
            b"[binding]\n[submission]",
            'assignment.toml, line 5: binding: give either "use" or "file"',
        ),
        (
            b"[submission]",
            b'[binding]\nuse = "magic"\n[submission]',
            "assignment.toml, line 6: binding.use: unknown binding; known are: ",
        ),
        (
            b"[submission]",
            b'[binding]\nfile = "b.py"\n[submission]',
            "assignment.toml, line 6: binding.file: there is no file 'b.py'",
        ),
        (
            b"[submission]",
            b"[limits]\nwall_seconds = 0\n[submission]",
            "assignment.toml, line 6: limits.wall_seconds: ",
        ),
        (
            b'component = "Linear"\npoints = 3',
            b'component = "SGD"\npoints = 3',
            "assignment.toml, line 25: check[0].component: "
            "must be a layer or a function, but 'SGD' is an optimizer",
        ),
        (
            b'component = "Linear"\npoints = 3',
            b'component = "Conv"\npoints = 3',
            "assignment.toml, line 25: check[0].component: there is no [[component]] "
            "named 'Conv'; there are: Linear, SGD, Loss",
        ),
    ],
)
def test_a_mistake_is_named_with_line_key_and_reason(
    old: bytes, new: bytes, problem: str
) -> None:
    assert old in GOOD

    found = problems(GOOD.replace(old, new, 1))

    assert any(line.startswith(problem) for line in found), found


@pytest.mark.parametrize(
    ("check", "problem"),
    [
        (b'kind = "loss"\ncomponent = "Loss"\npoints = { stability = 1 }', "stability"),
        (
            b'kind = "optimizer"\ncomponent = "SGD"\npoints = 1\nsteps = 4',
            "greater than or equal to 5",
        ),
        (
            b'kind = "optimizer"\ncomponent = "SGD"\npoints = 1\n'
            b"settings = { rate = 0.1 }",
            "check[0].settings: sgd: convention must be one of lr, decay, "
            "weight_decay, got 'rate'",
        ),
        (
            b'kind = "optimizer"\ncomponent = "Linear"\npoints = 1',
            "must be an optimizer",
        ),
        (
            b'kind = "interface"\npoints = 1\ncomponents = ["Conv"]',
            "check[0].components: there is no [[component]] named 'Conv'",
        ),
    ],
)
def test_kinds_check_their_own_keys(check: bytes, problem: str) -> None:
    found = problems(HEAD + b'[[check]]\nid = "c"\n' + check)

    assert any(problem in line for line in found), found


def test_all_problems_are_listed_at_once() -> None:
    text = GOOD.replace(b"format = 1", b"format = 3").replace(b"points = 3", b"x = 1")

    assert len(problems(text)) == 3


def test_a_wrong_convention_is_named_with_those_that_exist() -> None:
    text = HEAD.replace(
        b'operation = "mean_squared_error"',
        b'operation = "mean_squared_error"\nconvention = { scaling = "odd" }',
    )

    (problem,) = problems(text + SMALL)

    assert "component[2].convention" in problem
    assert "'odd'" in problem


@pytest.mark.parametrize("text", [HEAD, HEAD + b'\n[check]\nid = "a"\n'])
def test_there_must_be_checks(text: bytes) -> None:
    assert "there must be at least one [[check]]" in problems(text)[0]


def test_a_check_that_is_no_table_is_refused() -> None:
    (problem,) = problems(b"check = [3]\n" + HEAD)

    assert "unknown kind None" in problem
