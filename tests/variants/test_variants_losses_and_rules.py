"""Right losses, optimizers, functions and initialisers earn every point.

Each operation is here as several students write it, see ``tests.variants``.
"""

import pytest

from reference.operations import Family, create, names
from tests.checks.every_operation import graded
from tests.variants.harness import cases, student, unearned

OPTIMIZERS = (
    "adadelta",
    "adagrad",
    "adam",
    "adamw",
    "momentum",
    "nadam",
    "nesterov",
    "rmsprop",
    "sgd",
)
LOSSES = (
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "ctc",
    "huber",
    "l1",
    "l1_penalty",
    "l2_penalty",
    "mean_squared_error",
    "mlp",
    "multiclass_hinge",
    "negative_log_likelihood",
    "softmax_cross_entropy",
)
FUNCTIONS = (
    "clip_by_norm",
    "clip_by_value",
    "constant_rate",
    "cosine",
    "early_stopping",
    "exponential_decay",
    "minibatch_slices",
    "reduce_on_plateau",
    "step_decay",
    "warm_up",
)
INITIALIZERS = (
    "constant",
    "inverse_root",
    "kaiming",
    "small_normal",
    "uniform",
    "xavier",
    "zeros",
)
NAMES = (*OPTIMIZERS, *LOSSES, *FUNCTIONS, *INITIALIZERS)
CASES = [
    pytest.param(name, conventions, style, id=case)
    for name in NAMES
    for case, conventions, style in cases(name)
]
every_variant = pytest.mark.parametrize(("name", "conventions", "style"), CASES)


@every_variant
def test_right_code_earns_every_point(name, conventions, style):
    who = student(name, conventions, style)
    for seed in (5, 6):
        report = graded(name, conventions, who, seed)
        assert report.score == report.max_score, unearned(report)


@every_variant
def test_right_code_in_single_precision_loses_nothing(name, conventions, style):
    who = student(name, conventions, style, single=True)
    report = graded(name, conventions, who, seed=7)
    assert report.results
    assert not unearned(report, single=True)


@pytest.mark.parametrize("name", [*OPTIMIZERS, *LOSSES])
def test_single_precision_is_noticed(name):
    conventions = type(create(name)).example_conventions[0]
    (_, _, style), *_ = cases(name)
    report = graded(name, conventions, student(name, conventions, style, single=True))
    assert any("notice" in result.evidence for result in report.results)


@pytest.mark.parametrize("name", NAMES)
def test_there_are_three_ways_under_each_convention(name):
    sets = type(create(name)).example_conventions
    ways = [[c for _, c, _ in cases(name)].count(conventions) for conventions in sets]
    assert min(ways) >= 3


def test_everything_but_the_layers_is_here():
    others = {n for n in names() if create(n).family is not Family.LAYER}
    assert set(NAMES) == others
