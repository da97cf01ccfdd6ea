from grader.report import Verdict
from tests.checks.grading import graded, result
from tests.checks.students import PLAIN, changed


def test_everything_that_will_be_called_is_listed() -> None:
    found = result(graded(PLAIN, "interface"), "interface")

    assert found.verdict is Verdict.PASSED
    assert "Linear" in found.message
    assert "train" in found.message


def test_every_gap_is_listed_at_once() -> None:
    source = changed(
        PLAIN,
        ("class Momentum", "class Momentun"),
        ("def train", "def trian"),
        (
            "def step(self):\n        for layer in",
            "def stepp(self):\n        for layer in",
        ),
    )

    found = result(graded(source, "interface"), "interface")

    assert (found.verdict, found.points) == (Verdict.FAILED, 0)
    assert "lacks SGD (no method step); Momentum; train." in found.message
    assert "Momentun" in found.message
    assert found.evidence["interface"]["Linear"] == "present"


def test_a_choice_of_components_leaves_the_others_out() -> None:
    source = changed(PLAIN, ("class Momentum", "class Momentun"))

    report = graded(source, "interface", extra='components = ["SGD"]')

    assert report.score == 1


def test_a_file_that_does_not_load_is_an_error() -> None:
    found = result(graded("import nothing_like_this", "interface"), "interface")

    assert found.verdict is Verdict.ERRORED
    assert "nothing_like_this" in found.message
