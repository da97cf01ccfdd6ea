import numpy as np

from reference.operations import create
from reference.operations.adjoint import adjoint


def sides(change):
    operation = create("residual")
    arrays = operation.draw(np.random.default_rng(0))
    relation = adjoint(("x", "branch"))
    (asked,) = relation.questions(np.random.default_rng(1), arrays)
    answer = operation.answer(asked)
    change(answer)
    ((left, right),) = relation.pairs([asked], [answer]).values()
    return float(left), float(right)


def test_it_holds_for_a_sum():
    left, right = sides(lambda answer: None)
    assert abs(left - right) <= 1e-14


def test_a_forgotten_gradient_breaks_it():
    def forget(answer):
        answer["grad_branch"] = np.zeros_like(answer["grad_branch"])

    left, right = sides(forget)
    assert abs(left - right) > 1e-2


def test_the_sentence_names_what_is_multiplied():
    assert adjoint(("x", "branch")).sentence == (
        "sum(out * grad_out) equals sum(x * grad_x + branch * grad_branch)."
    )
