"""The student who makes one known mistake, beyond the domain of a formula."""

import numpy as np

from grader.contract.messages import Call, Case, Outcome
from grader.validation.library_student import AnsweringSession
from reference.operations import create


def test_what_the_reference_refuses_is_raised_and_the_other_calls_are_answered():
    operation = create("binary_cross_entropy")
    inside = operation.draw(np.random.default_rng(0))
    beyond = {**inside, "probabilities": inside["probabilities"] + 8.0}
    session = AnsweringSession(lambda call: operation.answer(call.arrays))
    case = Case(calls=(Call("any", beyond), Call("any", inside)))

    seen = session.observe(case)

    assert seen.outcome is Outcome.RAISED
    assert [one.outcome for one in seen.replies] == [
        Outcome.RAISED,
        Outcome.COMPLETED,
    ]
    np.testing.assert_array_equal(
        seen.replies[1].arrays["loss"], operation.answer(inside)["loss"]
    )
