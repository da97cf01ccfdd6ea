import pytest

from grader.assignments.locate import line_of, show

TEXT = """\
format = 1            # line 1
[submission]
entry = "a.py"
[[check]]             # line 4
id = "one"
points = { out = 1 }
[[check]]             # line 7
id = "two"
points.out = 3
  [check.settings]    # line 10
  lr = 0.1
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("format",), 1),
        (("submission", "entry"), 3),
        (("submission", "other"), 2),
        (("check", 0), 4),
        (("check", 0, "points", "out"), 6),
        (("check", 1, "id"), 8),
        (("check", 1, "points", "out"), 9),
        (("check", 1, "points"), 9),
        (("check", 1, "settings", "lr"), 11),
        (("check", 1, "missing"), 7),
        (("check", 5, "id"), 4),
        (("nothing",), 0),
        ((), 0),
    ],
)
def test_the_longest_known_part_of_a_path_gives_the_line(
    path: tuple[str | int, ...], line: int
) -> None:
    assert line_of(TEXT, path) == line


def test_paths_are_written_as_people_write_them() -> None:
    assert show(("check", 2, "points", "grad_x")) == "check[2].points.grad_x"
