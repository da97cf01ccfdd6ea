"""An assignment of one component in the arrangement of a course."""

import tomllib

from grader import engine
from grader.assignments import Assignment, load_files
from grader.assignments.components import read_components
from grader.assignments.spec import ComponentSpec
from grader.checks import Component
from grader.contract.jail import Jail
from grader.report import Report
from tests.checks.arranged_students import Course
from tests.checks.fake_jail import FakeJail


def component_text(course: Course) -> str:
    return f"""
[[component]]
name = "Part"
operation = "{course.operation}"
{course.keys}
{course.tables}
"""


def component(course: Course) -> Component:
    """Return the component of a course as a check gets it."""
    (table,) = tomllib.loads(component_text(course))["component"]
    components, problems = read_components([ComponentSpec.model_validate(table)])
    assert problems == []
    return components["Part"]


def assignment(course: Course, *, explain: bool = True) -> Assignment:
    """Return an assignment that judges every quantity, and backward by itself too.

    Without ``explain`` nothing is measured: no slopes and no credit for them.
    """
    operation = component(course).reference()
    kinds = {"loss": ("loss",), "layer": ("forward", "backward")}[course.family]
    names = {
        "loss": operation.quantities,
        "forward": operation.outputs,
        "backward": tuple(operation.gradients),
    }
    text = f'format = 1\nslug = "arranged"\ntitle = "A"\n{component_text(course)}'
    for kind in (*kinds, *(["gradcheck"] if explain else [])):
        points = ", ".join(f"{name} = 1" for name in names.get(kind, ("gradcheck",)))
        text += f"""
[[check]]
id = "{kind}"
kind = "{kind}"
component = "Part"
points = {{ {points} }}
{"follow_through = 0.5" if explain and kind in ("loss", "backward") else ""}
"""
    return load_files({"assignment.toml": text.encode()})


def graded(
    course: Course,
    source: str | None = None,
    jail: Jail | None = None,
    seed: int = 1,
    *,
    explain: bool = True,
) -> Report:
    """Grade a source, that of the course if there is none, without walls."""
    files = {"submission.py": (course.source if source is None else source).encode()}
    return engine.grade(
        assignment(course, explain=explain),
        files,
        "submission.py",
        seed=seed,
        jail=jail or FakeJail(),
    )
