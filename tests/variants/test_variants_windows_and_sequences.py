"""Right windows, sequences, attention and networks earn every point.

Each operation is here as several students write it, see ``tests.variants``. Those that
take long are asked without the numerical check; the sweep asks all of it.
"""

import pytest

from reference.operations import create
from tests.checks.every_operation import graded
from tests.variants.harness import cases, student, styles, unearned

WINDOWS = (
    "average_pool1d",
    "average_pool2d",
    "max_pool1d",
    "max_pool2d",
    "conv1d",
    "conv2d",
    "conv_transpose1d",
    "conv_transpose2d",
    "downsample",
    "upsample",
)
SEQUENCES = (
    "rnn_cell",
    "rnn",
    "gru_cell",
    "gru",
    "lstm_cell",
    "lstm",
    "scaled_dot_product_attention",
    "multi_head_attention",
)
NETWORKS = ("residual", "lenet", "folded_mlp", "computation_graph")
NAMES = (*WINDOWS, *SEQUENCES, *NETWORKS)


def parametrized(case):
    key, conventions, style = case
    return pytest.param(key.partition("-")[0], conventions, style, id=key)


every_variant = pytest.mark.parametrize(
    ("name", "conventions", "style"), [parametrized(case) for case in cases(*NAMES)]
)


@every_variant
def test_right_code_earns_every_point_by_its_numbers(name, conventions, style):
    jail = student(name, conventions, style)
    report = graded(name, conventions, jail, seed=5, without=("gradcheck",))
    assert report.score == report.max_score, unearned(report)


@every_variant
def test_right_numbers_in_single_precision_lose_nothing(name, conventions, style):
    jail = student(name, conventions, style, single=True)
    report = graded(name, conventions, jail, seed=7, without=("gradcheck",))
    assert report.results
    assert not unearned(report)


@pytest.mark.parametrize("name", NAMES)
def test_right_code_passes_the_numerical_check(name):
    (_, conventions, style), *_ = cases(name)
    others = ("forward", "backward", "stability")
    report = graded(name, conventions, student(name, conventions, style), 6, others)
    assert [result.quantity for result in report.results] == ["gradcheck"]
    assert not unearned(report)


@pytest.mark.parametrize("name", NAMES)
def test_each_convention_has_three_students(name):
    sets = type(create(name)).example_conventions
    assert min(len(styles(name, conventions)) for conventions in sets) >= 3
