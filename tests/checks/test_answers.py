import numpy as np

from grader.checks.answers import Answer, Trouble, answers
from grader.contract.messages import Fault, Observation, Outcome, Phase, Reply


def test_calls_without_a_reply_end_like_the_last_one() -> None:
    fault = Fault("", "", Phase.BACKWARD)
    cut = Reply(Outcome.TIMED_OUT, {"out": np.zeros(2)}, fault=fault)

    found = answers(Observation(Outcome.TIMED_OUT, (cut,)), 3)

    assert len(found) == 3
    assert found[0].trouble_before("out") is None
    assert found[0].trouble_before("grad_x") == Trouble(Outcome.TIMED_OUT, fault)
    assert found[2].trouble_before("out") == Trouble(Outcome.TIMED_OUT, fault)


def test_an_observation_without_replies_ends_every_call_its_own_way() -> None:
    (found,) = answers(Observation(Outcome.OUT_OF_MEMORY, ()), 1)

    assert found.trouble == Trouble(Outcome.OUT_OF_MEMORY)


def test_too_few_replies_of_a_completed_case_are_no_reply() -> None:
    good = Reply(Outcome.COMPLETED)

    found = answers(Observation(Outcome.COMPLETED, (good,)), 2)

    assert found[0].trouble is None
    assert found[1].trouble == Trouble(Outcome.NO_REPLY)


def test_a_completed_call_without_the_array_gave_a_bad_answer() -> None:
    assert Answer().trouble_before("out") == Trouble(Outcome.BAD_OUTPUT)


def test_only_the_import_counts_as_loading() -> None:
    loading = Fault("SyntaxError", "", Phase.LOAD)

    assert Trouble(Outcome.RAISED, loading).at_load
    assert not Trouble(Outcome.RAISED).at_load
