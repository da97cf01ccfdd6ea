"""Right dense layers, activations and normalisations earn every point.

Each operation is here as several students write it, see ``tests.variants``. The
numerical check, ten times as long as the others, is asked about one style of each.
"""

import pytest

from reference.operations import create
from tests.checks.every_operation import graded
from tests.variants.harness import cases, student, styles, unearned

ACTIVATIONS = (
    "elu",
    "gelu",
    "identity",
    "leaky_relu",
    "prelu",
    "relu",
    "sigmoid",
    "silu",
    "softplus",
    "tanh",
    "threshold",
)
SLICES = ("log_softmax", "logsumexp", "softmax")
NORMS = ("batch_norm", "group_norm", "layer_norm", "spatial_batch_norm")
OTHERS = ("dropout", "embedding", "flatten", "jitter", "linear")
NAMES = (*ACTIVATIONS, *SLICES, *NORMS, *OTHERS)
# Whose answers are numbers that single precision has as well.
EXACT = {"embedding", "flatten", "identity", "jitter", "relu", "threshold"}
SLOW = ("gradcheck",)


def every(name):
    """Return all styles under all conventions."""
    ways = cases(name)
    return [pytest.param(name, given, style, id=case) for case, given, style in ways]


def rotated(name):
    """Return one style under each convention, another one each time."""
    for number, given in enumerate(type(create(name)).example_conventions):
        names = tuple(styles(name, given))
        style = names[number % len(names)]
        yield pytest.param(name, given, style, id=f"{name}-{number}-{style}")


def over(choice):
    """Return the mark of a test over what is chosen of each operation."""
    ways = [way for name in NAMES for way in choice(name)]
    return pytest.mark.parametrize(("name", "conventions", "style"), ways)


every_variant, one_of_each = over(every), over(rotated)


@every_variant
def test_right_code_earns_every_point(name, conventions, style):
    who = student(name, conventions, style)
    for seed in (5, 6):
        report = graded(name, conventions, who, seed, without=SLOW)
        assert report.score == report.max_score, unearned(report)


@every_variant
def test_right_code_in_single_precision_loses_nothing(name, conventions, style):
    who = student(name, conventions, style, single=True)
    report = graded(name, conventions, who, seed=7, without=SLOW)
    assert report.score == report.max_score, unearned(report)


@one_of_each
def test_its_slopes_are_those_of_its_own_forward(name, conventions, style):
    report = graded(name, conventions, student(name, conventions, style), seed=8)
    assert report.score == report.max_score, unearned(report)


@one_of_each
def test_single_precision_leaves_at_most_the_slopes_open(name, conventions, style):
    who = student(name, conventions, style, single=True)
    report = graded(name, conventions, who, seed=9)
    assert report.results
    assert not unearned(report, single=True)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in EXACT])
def test_single_precision_is_noticed(name):
    conventions = type(create(name)).example_conventions[0]
    (_, _, style), *_ = cases(name)
    who = student(name, conventions, style, single=True)
    report = graded(name, conventions, who, without=SLOW)
    assert any("notice" in result.evidence for result in report.results)


@pytest.mark.parametrize("name", NAMES)
def test_each_convention_has_three_styles(name):
    for conventions in type(create(name)).example_conventions:
        assert len(set(styles(name, conventions).values())) >= 3
