import numpy as np
import pytest

from grader.checks.mistakes import as_derivatives, wrong_answer
from grader.checks.presentation.arranged import ArrangedOperation
from grader.checks.presentation.arrangement import Arrangement, Presentation
from grader.checks.presentation.scales import parse
from grader.report import Report, Verdict
from grader.validation.library_student import LibraryStudent
from reference import operations
from reference.misconceptions import VisibleOn, for_operation
from tests.checks.arranged_students import (
    BATCH_NORM_COLUMNS,
    CONV2D_NHWC,
    COURSES,
    CROSS_ENTROPY_COLUMNS,
    LINEAR_COLUMNS,
    LINEAR_DOWNHILL,
    LSTM_TIME_FIRST,
    SQUARED_ERROR_DOWNHILL,
)
from tests.checks.arranging import component, graded

ROWS = """
import numpy as np

class Part:
    def __init__(self, rows, columns):
        self.params = {"weight": np.zeros((rows, columns)), "bias": np.zeros(columns)}
"""
# Slow ones are judged on a part of the library; its entries are independent.
EVERY = {"conv2d": 11, "lstm": 10, "batch_norm": 6, "softmax_cross_entropy": 5}


def visible(course):
    """Return the known mistakes that change something in this arrangement."""
    operation = component(course).reference()
    arrays = operation.draw(np.random.default_rng(0))
    right = operation.answer(arrays)
    for entry in for_operation(course.operation):
        if entry.visible_on is not VisibleOn.DRAWS:
            continue
        wrong = wrong_answer(entry, operation, arrays)
        changed = {
            name
            for name, value in wrong.items()
            if value.shape != right[name].shape or not np.allclose(value, right[name])
        }
        if changed:
            yield entry, changed


def failed(report: Report) -> dict:
    return {
        one.quantity: one
        for one in report.results
        if one.verdict is Verdict.FAILED and one.check != "gradcheck"
    }


@pytest.mark.parametrize("name", COURSES)
@pytest.mark.parametrize("seed", [1, 2])
def test_right_code_of_a_course_earns_every_point(name: str, seed: int) -> None:
    report = graded(COURSES[name], seed=seed)

    assert {one.message: one.verdict for one in report.results} == {
        one.message: Verdict.PASSED for one in report.results
    }
    assert report.score == report.max_score


@pytest.mark.parametrize("name", COURSES)
def test_a_known_mistake_fails_in_a_course_and_is_named(name: str) -> None:
    course = COURSES[name]
    part = component(course)
    chosen = list(visible(course))[:: EVERY.get(course.operation, 2)]
    assert len(chosen) > 3
    for entry, changed in chosen:
        report = graded(course, jail=LibraryStudent(part, entry, {}), explain=False)

        found = failed(report)
        assert changed <= set(found), entry
        for one in found.values():
            assert one.diagnosis is not None, (entry, one)
        assert entry.title in {one.diagnosis.title for one in found.values()}


def test_code_with_the_weight_the_other_way_round_is_told_the_shape() -> None:
    report = graded(LINEAR_COLUMNS, ROWS, explain=False)

    messages = {one.message for one in report.results}
    assert messages == {"Part.params['weight'] has shape (7, 3); expected (3, 7)."}


@pytest.mark.parametrize(
    ("course", "change", "quantity", "title"),
    [
        (
            LINEAR_COLUMNS,
            ("dz @ self.a.T", "self.a @ dz.T"),
            "grad_weight",
            "weight gradient transposed",
        ),
        (
            LINEAR_COLUMNS,
            ("dz.sum(axis=1, keepdims=True)", "dz.sum(axis=1)"),
            "grad_bias",
            "right numbers in another shape",
        ),
        (
            LINEAR_DOWNHILL,
            ("self.x.T @ delta / len(delta)", "-self.x.T @ delta"),
            "grad_weight",
            "right for the plain gradient of weight; this assignment asks for -1/N "
            "times that",
        ),
        (
            CROSS_ENTROPY_COLUMNS,
            ("return self.p - self.y", "return (self.p - self.y) / self.y.shape[1]"),
            "grad_logits",
            "right for the plain gradient of logits; this assignment asks for N times "
            "that",
        ),
        (
            SQUARED_ERROR_DOWNHILL,
            ("return self.delta", "return -2 * self.delta"),
            "grad_predictions",
            "right for the plain gradient of predictions; this assignment asks for "
            "-1/2 times that",
        ),
        (
            CONV2D_NHWC,
            ('"weight": dw,', '"weight": dw.transpose(3, 2, 0, 1),'),
            "grad_weight",
            "right numbers, axes in the order (3, 2, 0, 1)",
        ),
        (
            LSTM_TIME_FIRST,
            ("np.stack(outs)", "np.stack(outs, axis=1)"),
            "out",
            "right numbers, axes in the order (1, 0, 2)",
        ),
        (
            BATCH_NORM_COLUMNS,
            ("(1 - m) * var", "(1 - m) * var * z.shape[1] / (z.shape[1] - 1)"),
            "running_var",
            "running variance from the other variance",
        ),
    ],
)
def test_a_layout_or_scale_of_elsewhere_is_named(
    course, change, quantity: str, title: str
) -> None:
    report = graded(course, course.source.replace(*change), explain=False)

    titles = {name: one.diagnosis.title for name, one in failed(report).items()}
    assert titles == {quantity: title}


def test_a_gradient_of_ones_own_wrong_forward_earns_its_share_here_too() -> None:
    source = LINEAR_DOWNHILL.source.replace(
        "return x @ self", "return 2 * x @ self"
    ).replace("self.x.T @ delta", "2 * self.x.T @ delta")

    found = {one.quantity: one for one in graded(LINEAR_DOWNHILL, source).results}

    assert found["out"].points == 0
    assert found["grad_weight"].points == 0.5
    assert "It fits your own forward" in found["grad_weight"].message


@pytest.mark.parametrize("name", COURSES)
def test_an_arranged_operation_says_the_same_in_other_words(name: str) -> None:
    arranged = component(COURSES[name]).reference()
    assert isinstance(arranged, ArrangedOperation)
    plain = arranged.plain
    for variant in (0, 1, 2):
        arrays = arranged.draw(np.random.default_rng(variant), variant=variant)
        taken = arranged.taken(arrays)

        assert arranged.sizes(arrays) == plain.sizes(taken)
        assert set(taken) == set(arrays)
        for key, value in arranged.presented(taken).items():
            np.testing.assert_allclose(value, arrays[key], rtol=1e-15)


@pytest.mark.parametrize("name", COURSES)
def test_relations_hold_between_the_answers_of_a_course(name: str) -> None:
    arranged = component(COURSES[name]).reference()
    rng = np.random.default_rng(5)
    for relation in arranged.relations:
        asked = relation.questions(rng, arranged.draw(rng))
        found = [arranged.answer(question) for question in asked]

        for one, other in relation.pairs(asked, found).values():
            np.testing.assert_allclose(one, other, atol=1e-9)


def test_a_relation_that_does_not_fit_one_example_is_left_out() -> None:
    look = Presentation((1, 2, 3))
    plain = operations.create(
        "conv2d", kind="convolution", padding="full", stride=1, kernel=[3, 2]
    )
    single = ArrangedOperation(plain, Arrangement({"x": look, "out": look}))

    kept = {relation.name for relation in single.relations}

    assert {one.name for one in plain.relations} - kept == {"commutative"}


def test_the_margin_is_that_of_the_students_smaller_input() -> None:
    plain = operations.create("relu")
    halved = ArrangedOperation(plain, Arrangement({}, {"x": parse("1/2")}))
    arrays = halved.draw(np.random.default_rng(0))

    assert halved.margin(arrays) == plain.margin(halved.taken(arrays)) / 2


def test_extreme_inputs_are_arranged_and_may_not_exist() -> None:
    columns = Arrangement({"x": Presentation((1, 0))})

    large = ArrangedOperation(operations.create("softmax"), columns).extreme(
        np.random.default_rng(0)
    )
    none = ArrangedOperation(operations.create("linear"), columns).extreme(
        np.random.default_rng(0)
    )

    assert large is not None
    assert large["x"].shape == (7, 5)
    assert none is None


def test_a_gradient_of_another_form_than_its_input_is_a_slope_all_the_same() -> None:
    arrangement = Arrangement(
        {"weight": Presentation((1, 0)), "grad_weight": Presentation()},
        {"grad_weight": parse("2")},
    )
    arranged = ArrangedOperation(operations.create("linear"), arrangement)
    arrays = arranged.draw(np.random.default_rng(0))
    gradient = arranged.answer(arrays)["grad_weight"]

    found = as_derivatives(arranged, arrays, {"grad_weight": gradient})
    misshaped = as_derivatives(arranged, arrays, {"grad_weight": np.zeros(3)})

    assert gradient.shape == (7, 3)
    np.testing.assert_allclose(found["grad_weight"], gradient.T / 2)
    assert misshaped["grad_weight"].shape == (3,)


def test_a_course_with_another_scale_asks_about_its_own_slopes() -> None:
    arranged = component(SQUARED_ERROR_DOWNHILL).reference()
    arrays = arranged.draw(np.random.default_rng(0))

    weight = arranged.upstreams(arrays)["loss"]

    assert weight == pytest.approx(2 * arrays["predictions"].shape[1])


def test_kinks_are_drawn_and_settled_in_the_students_layout() -> None:
    columns = Arrangement({"x": Presentation((1, 0)), "out": Presentation((1, 0))})
    plain = operations.create("relu")
    arranged = ArrangedOperation(plain, columns)
    arrays = arranged.kinked(np.random.default_rng(0))
    assert arrays is not None
    got = arranged.answer(arrays)["grad_x"] + np.where(
        arrays["x"] == 0, 0.5 * arrays["grad_out"], 0.0
    )

    nearest = arranged.nearest(arrays, "grad_x", got)

    # Half the upstream gradient is a right answer where x is 0.
    np.testing.assert_allclose(nearest, got)
    assert (
        ArrangedOperation(operations.create("linear"), columns).kinked(
            np.random.default_rng(0)
        )
        is None
    )
