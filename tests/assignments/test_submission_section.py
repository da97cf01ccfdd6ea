"""What ``[submission]`` may say about modules that are not there."""

import pytest

from grader.assignments import load_files
from grader.errors import AssignmentError

TEXT = """
format = 1
slug = "tiny"
title = "Tiny"
[submission]
{line}
[[component]]
name = "Tanh"
operation = "tanh"
[[check]]
id = "forward"
kind = "forward"
component = "Tanh"
points = 1
"""


def stubs_of(line: str) -> tuple[str, ...]:
    files = {"assignment.toml": TEXT.format(line=line).encode()}
    return load_files(files).spec.submission.stubs


def test_lines_that_draw_or_show_progress_are_harmless_unless_it_says_otherwise():
    assert stubs_of("") == ("matplotlib", "tqdm", "IPython")


@pytest.mark.parametrize("names", [(), ("h5py",), ("matplotlib", "course_plots")])
def test_an_assignment_says_which_modules_have_a_stand_in(names):
    assert stubs_of(f"stubs = {list(names)}") == names


@pytest.mark.parametrize("name", ["numpy", "json", "random"])
def test_a_module_that_is_there_cannot_have_one(name):
    with pytest.raises(AssignmentError, match="is there for students anyway"):
        stubs_of(f'stubs = ["{name}"]')


@pytest.mark.parametrize("name", ["matplotlib.pyplot", "my-plots", ""])
def test_a_stub_is_named_by_its_top_module(name):
    with pytest.raises(AssignmentError, match="stubs"):
        stubs_of(f'stubs = ["{name}"]')
