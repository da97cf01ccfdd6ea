"""The kind ``autodiff`` on right and wrong engines, as students write them."""

import sys

import pytest

from grader.assignments import load_folder, shipped
from grader.report import Verdict
from tests.checks.autodiff_grading import (
    ARRAY,
    ARRAY_TOPICS,
    LONG,
    SCALAR,
    SCALAR_TOPICS,
    WIDE,
    assignment,
    graded,
    ids,
    source,
    verdicts,
)
from tests.checks.wrong_engines import DIALECTS, WRONG, made_for

CLASSES = load_folder(shipped("api-op-classes"))
SEED = 4


@pytest.fixture(autouse=True)
def recursion_limit():
    # Students' files run in this process, and one of them raises the limit.
    before = sys.getrecursionlimit()
    yield
    sys.setrecursionlimit(before)


def engine(text, *topics, extra=""):
    """Grade a scalar engine in some topics."""
    wanted = assignment("scalar", SCALAR, topics or ("chain",), extra)
    return graded(text, wanted, SEED)


def only(report):
    (found,) = report.results
    return found


@pytest.mark.parametrize("name", DIALECTS)
def test_a_right_engine_earns_every_point(name):
    long = LONG if name in ("scalar/solution", "array_tape") else ()
    report = graded(source(name), made_for(name, *long), SEED)
    assert set(verdicts(report).values()) == {"passed"}
    assert report.score == report.max_score


@pytest.mark.parametrize("sample", ["solution", "samples/right-explicit-copies"])
def test_right_operation_classes_earn_every_point_through_their_binding(sample):
    report = graded(source(f"classes/{sample}"), CLASSES, SEED)
    assert set(verdicts(report).values()) == {"passed"}
    assert report.score == report.max_score


@pytest.mark.parametrize(
    ("name", "extra"),
    [
        ("array_closures", 'again = "new graph"'),
        ("array_tape", 'policy = "zeroed"\nnames = { grad = "gradient" }'),
    ],
)
def test_engines_without_an_upstream_gradient_end_in_a_weighted_sum(name, extra):
    topics = (*ARRAY_TOPICS, "detach")
    report = graded(source(name), assignment("array", WIDE, topics, extra))
    assert set(verdicts(report).values()) == {"passed"}


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.title)
def test_a_wrong_engine_loses_its_own_topics_and_is_named(wrong):
    report = graded(wrong.text, made_for(wrong.base), SEED)
    lost = {name for name, verdict in verdicts(report).items() if verdict != "passed"}
    assert lost == set(wrong.costs)
    named = {name: one for name, one in wrong.costs.items() if one is not None}
    assert {name: ids(report).get(name) for name in named} == named


def test_a_mistake_that_the_library_does_not_know_gets_no_name():
    right = source("scalar/samples/right-counting")
    text = right.replace("1 / np.cosh(a) ** 2", "1 / np.cosh(a) ** 1.5")
    report = engine(text, "chain", "fan_out")
    assert verdicts(report) == {"chain": "failed", "fan_out": "passed"}
    assert ids(report) == {}
    chain = next(one for one in report.results if one.quantity == "chain")
    assert chain.message.endswith(
        "Differentiate this line by hand for these numbers and compare."
    )


def test_single_precision_passes_with_a_notice_or_fails_as_the_assignment_says():
    text = source("scalar/samples/right-counting").replace("float64", "float32")
    lenient = only(engine(text, "diamond"))
    strict = only(engine(text, "diamond", extra='single_precision = "fail"'))
    assert lenient.verdict is Verdict.PASSED
    assert "single precision" in lenient.evidence["notice"]
    assert strict.verdict is Verdict.FAILED
    assert "seven digits only" in strict.message


def test_a_right_program_elsewhere_refutes_a_mistake():
    # The numbers beside plain numbers are those of a minus without its sign.
    wrong = next(one for one in WRONG if one.title == "minus turned around")
    report = engine(wrong.text, "constants", "chain")
    assert ids(report) == {"constants": "M125"}


def test_a_failure_shows_the_program_the_numbers_and_both_gradients():
    wrong = next(one for one in WRONG if one.title == "gathered mean")
    found = only(engine(wrong.text, "reuse"))
    start, _, rest = found.message.partition(" with x = ")
    assert start == "Your engine ran t = x * x; out = t * w"
    assert ", then went back from out. x.grad is " in rest
    assert "; right is " in rest
    assert found.diagnosis is not None
    assert "both operands of one operation?" not in rest
    assert found.evidence["program"] == ["t = x * x", "out = t * w"]


def test_a_wrong_value_is_pointed_out_beside_its_gradient():
    wrong = next(one for one in WRONG if one.title == "minus turned around")
    found = only(engine(wrong.text, "constants"))
    assert found.message.endswith(
        "The value itself is wrong here as well: start there."
    )


def test_a_value_is_spoken_of_without_a_way_back():
    wrong = next(one for one in WRONG if one.title == "minus turned around")
    found = only(engine(wrong.text, "values"))
    assert "went back" not in found.message
    assert "The value of out is " in found.message


def test_the_rule_about_two_passes_is_quoted():
    wrong = next(one for one in WRONG if one.title == "leaves replaced")
    found = only(engine(wrong.text, "two_backwards"))
    assert "went back twice from out." in found.message
    assert "gradients of several backwards add up in the leaves" in found.message


def test_arrays_are_given_by_their_shapes_and_the_gradient_of_the_output_by_words():
    wrong = next(one for one in WRONG if one.title == "nothing summed")
    wanted = assignment("array", WIDE, ("broadcasting",), "upstream = true")
    found = only(graded(wrong.text, wanted, SEED))
    assert "with x (3, 4) and y (4,), then went back from t" in found.message
    assert "y.grad has shape (3, 4), but must have shape (4,)." in found.message


def test_a_method_that_is_missing_costs_only_the_topics_that_use_it():
    text = source("scalar/solution").replace("def log(", "def logarithm(")
    report = engine(text, *SCALAR_TOPICS)
    found = {result.quantity: result for result in report.results}
    lost = {"values", "chain"}
    assert {n for n, one in found.items() if one.verdict is Verdict.ERRORED} == lost
    assert "Value has no method log" in found["chain"].message
    assert "in this program: t = log(x); out = t * w." in found["chain"].message


def test_an_operator_that_a_class_does_not_have_is_the_students_mistake():
    text = source("scalar/solution").replace("    __radd__ = __add__\n", "")
    found = only(engine(text, "constants"))
    assert found.verdict is Verdict.ERRORED
    assert found.message.startswith("Building the graph raised TypeError")


def test_an_exception_on_the_way_back_names_the_line():
    text = source("scalar/solution").replace(
        "gradients = {self: 1.0}", "gradients = {self: 1.0 / 0}"
    )
    found = only(engine(text, "fan_out"))
    assert found.verdict is Verdict.ERRORED
    assert found.message.startswith(
        "Value.backward raised ZeroDivisionError (engine.py"
    )


def test_a_file_that_cannot_be_loaded_is_asked_once():
    report = engine("import nothing_of_that_name", *SCALAR_TOPICS)
    assert set(verdicts(report).values()) == {"errored"}
    assert all("in this program" not in one.message for one in report.results)


def test_a_missing_gradient_is_named():
    text = source("scalar/solution").replace(
        "                node.grad += gradient", "                node.grad = None"
    )
    found = only(engine(text, "fan_out"))
    assert found.verdict is Verdict.ERRORED
    assert "x.grad is None after the way back." in found.message


class TestOrder:
    """The quantity ``order``."""

    def graded(self, body, order="topological"):
        text = f"{source('scalar/solution')}\n\n{body}"
        extra = f'order = "{order}"\nnames = {{ order = "sorted_nodes" }}'
        return only(engine(text, "order", extra=extra))

    @pytest.mark.parametrize("order", ["topological", "post_order"])
    def test_depth_first_from_left_to_right_passes_either_way(self, order):
        body = (
            "def sorted_nodes(outputs):\n    found = []\n"
            "    def visit(node):\n        if node not in found:\n"
            "            for one, _ in node.edges:\n                visit(one)\n"
            "            found.append(node)\n    visit(outputs[0])\n    return found\n"
        )
        assert self.graded(body, order).verdict is Verdict.PASSED

    @pytest.mark.parametrize(
        ("order", "verdict"), [("topological", "passed"), ("post_order", "failed")]
    )
    def test_another_right_order_passes_unless_one_is_asked_for(self, order, verdict):
        body = "def sorted_nodes(outputs):\n    return operands_first(outputs[0])\n"
        found = self.graded(body, order)
        assert found.verdict == verdict

    def test_a_node_before_its_operand_fails_with_both_names(self):
        body = (
            "def sorted_nodes(outputs):\n    return operands_first(outputs[0])[::-1]\n"
        )
        found = self.graded(body)
        assert found.verdict is Verdict.FAILED
        assert "Your order has t before " in found.message

    def test_a_missing_function_is_an_error_of_the_student(self):
        found = self.graded("")
        assert found.verdict is Verdict.ERRORED
        assert "sorted_nodes was not found" in found.message


class TestSecondOrder:
    """The quantity ``second_order``."""

    def test_a_plain_array_in_place_of_a_tensor_is_refused_with_a_sentence(self):
        wanted = assignment("array", ARRAY, ("second_order",), "upstream = true")
        found = only(graded(source("array_closures"), wanted, SEED))
        assert found.verdict is Verdict.ERRORED
        assert "x.grad is a ndarray; expected a Tensor" in found.message

    def test_raw_gradients_are_named(self):
        right = source("classes/solution")
        text = right.replace(
            "pieces.setdefault(id(one), []).append(piece)",
            "pieces.setdefault(id(one), []).append(Tensor(piece.array))",
        )
        report = graded(text, CLASSES, SEED)
        assert ids(report) == {"second_order": "M126"}
