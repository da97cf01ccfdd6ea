"""The notice about modules that had only a stand-in, for one and for several."""

import pytest

from grader.checks.feedback import stubs

END = (
    "would draw, show or read was left out. The rest of your code ran as it is, and "
    "this costs no points."
)


@pytest.mark.parametrize(
    ("names", "begin"),
    [
        (
            ["tqdm"],
            "tqdm is not installed where your code is graded, so a stand-in took its "
            "place: what it ",
        ),
        (
            ["IPython", "matplotlib", "tqdm"],
            "IPython, matplotlib and tqdm are not installed where your code is graded, "
            "so stand-ins took their place: what they ",
        ),
    ],
)
def test_the_modules_are_named_and_nothing_is_lost(
    names: list[str], begin: str
) -> None:
    assert stubs.used(names) == begin + END
