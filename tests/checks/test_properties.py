"""Relations are judged by the student's own answers, and zeros show nothing."""

import numpy as np
import pytest

from grader import engine
from grader.assignments import load_files
from grader.checks import related
from grader.checks.answers import Answer
from grader.errors import AssignmentError
from grader.report import Verdict
from reference import misconceptions
from reference.misconceptions import VisibleOn
from reference.operations import Family, create, names
from tests.checks.every_operation import toml
from tests.checks.fake_jail import FakeJail, answering

CASES = [
    pytest.param(name, conventions, id=f"{name}-{number}")
    for name in names()
    for number, conventions in enumerate(type(create(name)).example_conventions)
    if create(name).family in (Family.LAYER, Family.LOSS)
    if create(name, **conventions).relations
]


def assignment(name, conventions=None, extra="", **points):
    operation = create(name, **(conventions or {}))
    points = points or {relation.name: 1 for relation in operation.relations}
    text = f"""
    format = 1
    slug = "under-test"
    title = "Under test"
    [submission]
    entry = "student.py"
    [[component]]
    name = "Part"
    operation = "{name}"
    convention = {toml(dict(conventions or {}))}
    [[check]]
    id = "rules"
    kind = "properties"
    component = "Part"
    points = {toml(points)}
    {extra}
    """
    return load_files({"assignment.toml": text.encode()})


def judged(name, answer, conventions=None, seed=1, extra=""):
    """Return the results of a student who answers calls with ``answer``."""
    wanted = assignment(name, conventions, extra)
    jail = answering(lambda call: answer(call.arrays))
    report = engine.grade(wanted, {"student.py": b""}, "", seed=seed, jail=jail)
    return {result.quantity: result for result in report.results}


def verdicts(results):
    return {result.verdict for result in results.values()}


def single(arrays):
    """Return real arrays in single precision."""
    return {
        key: value.astype(np.float32) if value.dtype == np.float64 else value
        for key, value in arrays.items()
    }


def instead(operation, **others):
    """Return answers of which some are made from the right one and the inputs."""

    def answer(arrays):
        right = operation.answer(arrays)
        changed = {key: make(right, arrays) for key, make in others.items()}
        return {
            key: value for key, value in (right | changed).items() if value is not None
        }

    return answer


@pytest.mark.parametrize(("name", "conventions"), CASES)
def test_the_reference_obeys_every_relation_in_double_precision(name, conventions):
    operation = create(name, **conventions)

    results = judged(name, operation.answer, conventions)

    assert verdicts(results) == {Verdict.PASSED}
    assert not any("notice" in result.evidence for result in results.values())


@pytest.mark.parametrize(("name", "conventions"), CASES[::2])
def test_code_in_single_precision_obeys_every_relation(name, conventions):
    operation = create(name, **conventions)

    results = judged(name, lambda a: operation.answer(single(a)), conventions, seed=2)

    assert verdicts(results) == {Verdict.PASSED}


def violated(entry, operation):
    """Return which relations a known mistake violates by a margin, on one draw."""

    def answer(arrays):
        return operation.answer(arrays) | entry.wrong(operation, arrays)

    found = set()
    for relation in operation.relations:
        rng = np.random.default_rng(0)
        asked = relation.questions(rng, operation.draw(rng))
        answers = [answer(arrays) for arrays in asked]
        largest = max(np.max(np.abs(v)) for found in answers for v in found.values())
        for one, other in relation.pairs(asked, answers).values():
            if np.max(np.abs(one - other), initial=0) > 1e-3 * largest:
                found.add(relation.name)
    return found


@pytest.mark.parametrize(
    "name",
    ["softmax", "linear", "average_pool1d", "multiclass_hinge"],
)
def test_every_known_mistake_that_violates_a_relation_is_caught(name):
    operation, seen = create(name), 0
    for entry in misconceptions.for_operation(name):
        wrong = entry.wrong(operation, operation.draw(np.random.default_rng(0)))
        right = operation.answer(operation.draw(np.random.default_rng(0)))
        same_shapes = all(np.shape(wrong[key]) == right[key].shape for key in wrong)
        if entry.visible_on is not VisibleOn.DRAWS or not wrong or not same_shapes:
            continue
        results = judged(
            name, lambda a, e=entry: operation.answer(a) | e.wrong(operation, a)
        )
        failed = {q for q, r in results.items() if r.verdict is Verdict.FAILED}
        assert violated(entry, operation) <= failed, entry.formula
        seen += bool(failed)
    assert seen


def test_a_broken_invariance_is_told_with_both_numbers():
    operation = create("softmax_cross_entropy")
    answer = instead(
        operation, grad_logits=lambda right, a: right["grad_logits"] + 0.1 * a["logits"]
    )

    message = judged("softmax_cross_entropy", answer)["shift_invariant"].message

    assert message.startswith(
        "Adding one number to all entries of a row changes nothing"
    )
    assert "] of the gradient that backward returns went from " in message
    assert message.endswith("where does c remain?")


def test_what_one_answer_contradicts_by_itself_is_told_as_such():
    operation = create("softmax_cross_entropy")
    answer = instead(operation, grad_logits=lambda right, a: right["grad_logits"] + 0.5)

    message = judged("softmax_cross_entropy", answer)["rows_sum_to_zero"].message

    assert "of row sums of grad_logits is 2.5; it must be 0." in message


def test_answers_that_contradict_each_other_are_told_as_such():
    operation = create("tanh")
    answer = instead(operation, grad_x=lambda right, a: right["grad_x"] + 1.0)

    message = judged("tanh", answer)["linear_in_upstream"].message

    assert "; by your other answers it must be " in message


@pytest.mark.parametrize("name", ["softmax", "linear", "relu", "conv1d"])
def test_a_layer_of_zeros_earns_nothing(name):
    operation = create(name)

    def zeros(arrays):
        return {key: 0 * value for key, value in operation.answer(arrays).items()}

    results = judged(name, zeros)

    assert verdicts(results) == {Verdict.FAILED}
    assert all("the same whatever" in r.message for r in results.values())


def test_a_gradient_that_is_zero_by_nature_may_be_zero():
    conventions = {"mask": "given", "bias": True}
    operation = create("multi_head_attention", **conventions)
    answer = instead(
        operation, grad_bias_k=lambda right, a: np.zeros_like(right["grad_bias_k"])
    )

    results = judged("multi_head_attention", answer, conventions)

    assert "grad_bias_k" in operation.answer(operation.draw(np.random.default_rng(0)))
    assert verdicts(results) == {Verdict.PASSED}


def test_answers_at_random_are_recognised():
    operation, rng = create("tanh"), np.random.default_rng(0)
    answer = instead(operation, out=lambda right, a: right["out"] + 1e-3 * rng.normal())

    result = judged("tanh", answer)["independent_examples"]

    assert result.verdict is Verdict.FAILED
    assert "when the same question is asked twice" in result.message


def test_answers_that_jump_when_digits_change_do_not_buy_a_wide_band():
    operation = create("tanh")

    def rough(right, arrays):
        # Drawn inputs lie on a grid; only inputs moved in their last digits see this.
        jump = arrays["x"].sum() * 2.0**20 % 1
        return right["out"] + 0.1 * np.arange(len(arrays["x"]))[:, np.newaxis] + jump

    result = judged("tanh", instead(operation, out=rough))["independent_examples"]

    assert result.verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda right, a: np.full_like(right["grad_x"], np.nan), "are not finite"),
        (lambda right, a: right["grad_x"][0], "must have shape (5, 7)"),
        (lambda right, a: right["grad_x"].astype(complex), "must hold real numbers"),
    ],
)
def test_an_answer_that_cannot_be_related_fails_with_the_reason(make, said):
    results = judged("tanh", instead(create("tanh"), grad_x=make))

    assert verdicts(results) == {Verdict.FAILED}
    assert all(said in result.message for result in results.values())


def test_a_missing_answer_is_an_error_of_the_relations_about_it():
    answer = instead(create("max_pool1d"), grad_x=lambda right, a: None)

    results = judged("max_pool1d", answer)

    assert results["translated"].verdict is Verdict.PASSED
    assert results["linear_in_upstream"].verdict is Verdict.ERRORED


def test_a_missing_answer_of_attention_is_not_passed_over():
    operation = create("scaled_dot_product_attention")
    answer = instead(operation, out=lambda right, a: None)

    results = judged("scaled_dot_product_attention", answer)

    assert results["queries_do_not_meet"].verdict is Verdict.ERRORED
    assert results["order_of_keys_is_free"].verdict is Verdict.ERRORED


@pytest.mark.parametrize(
    "make", [lambda right, a: right["out"].max(), lambda right, a: right["out"][:, 0]]
)
def test_an_output_of_another_shape_fails_without_an_upstream_as_well(make):
    answer = instead(create("threshold"), out=make)

    result = judged("threshold", answer)["independent_examples"]

    assert result.verdict is Verdict.FAILED
    assert "must have shape (5, 7)" in result.message


def test_single_precision_can_be_refused():
    operation = create("tanh")

    results = judged(
        "tanh",
        lambda a: operation.answer(single(a)),
        extra='single_precision = "fail"',
    )

    assert results["linear_in_upstream"].verdict is Verdict.FAILED
    assert "seven digits only" in results["linear_in_upstream"].message


def test_a_question_that_two_relations_share_is_asked_once():
    jail = FakeJail()
    wanted = assignment("softmax")
    engine.grade(wanted, {"student.py": b""}, "student.py", seed=1, jail=jail)

    (case,) = (one for one in jail.cases if one.calls)

    relations = create("softmax").relations
    asked = 2 * sum(4 * len(r.questions(_RNG, _drawn("softmax"))) for r in relations)
    assert len(case.calls) < asked


_RNG = np.random.default_rng(0)


def _drawn(name):
    return create(name).draw(np.random.default_rng(0))


def test_only_chosen_relations_are_judged():
    operation = create("softmax")
    wanted = 'relations = ["shifted", "probabilities"]'
    text_points = {"shifted": 1, "probabilities": 1}

    loaded = assignment("softmax", None, wanted, **text_points)

    assert loaded.checks[0].points == text_points
    assert len(operation.relations) > 2


@pytest.mark.parametrize(
    ("name", "extra", "said"),
    [
        ("tanh", 'relations = ["odd"]', "unknown relation; known are: linear_in"),
        ("tanh", "relations = []", "at least one relation"),
        ("mean_squared_error", "", "no relation is known"),
        ("momentum", "", "must be a layer or a loss"),
    ],
)
def test_what_cannot_be_judged_is_refused(name, extra, said):
    with pytest.raises(AssignmentError, match=said):
        assignment(name, None, extra, linear_in_upstream=1)


def test_an_answer_that_is_read_lists_what_there_should_be():
    operation = create("tanh")
    arrays = operation.draw(np.random.default_rng(0))

    read = related.Read(operation, arrays, Answer(operation.answer(arrays)))

    assert list(read) == ["out", "grad_x"]
    assert len(read) == 2


def test_states_and_losses_have_known_shapes():
    operation = create("batch_norm")
    arrays = operation.draw(np.random.default_rng(0))
    loss = create("l1")

    shapes = related.known_shapes(operation, arrays)
    of_loss = related.known_shapes(loss, loss.draw(np.random.default_rng(0)))

    assert shapes["grad_gamma"] == arrays["gamma"].shape
    assert of_loss["loss"] == ()
