"""A jail for tests in which time passes as a script says and students are right."""

from collections.abc import Callable, Mapping

import numpy as np

from grader.contract.messages import Array, Call, Case, Observation, Outcome, Reply
from reference.operations.base import Operation
from tests.checks.fake_jail import ScriptedJail

Cost = Callable[[str, Mapping[str, Array]], float]
"""Seconds of one call of ``forward`` or ``backward`` on these inputs."""

BESIDES = 300e-6


def timed(
    operation: Operation,
    cost: Cost,
    *,
    noise: Callable[[], float] = lambda: 0.0,
    spoil: Callable[[dict[str, Array]], dict[str, Array]] = lambda answer: answer,
) -> ScriptedJail:
    """Return a jail that answers with the reference and takes what ``cost`` says.

    Parameters
    ----------
    noise
        Seconds that each call takes in addition.
    spoil
        Makes the student's answers of the right ones.
    """

    def reply(call: Call) -> Reply:
        arrays = {
            name.removeprefix("one."): value for name, value in call.arrays.items()
        }
        answer = spoil(dict(operation.answer(arrays)))
        given, seconds = {}, BESIDES + noise()
        for word, *rest in call.options["steps"]:
            if word == "take":
                given |= {f"{rest[1]}.{name}": value for name, value in answer.items()}
            elif word in ("forward", "backward"):
                seconds += cost(word, arrays)
            elif word == "repeat":
                seconds += rest[2] * sum(cost(method, arrays) for method in rest[3])
        return Reply(Outcome.COMPLETED, given, seconds=seconds)

    def script(case: Case) -> Observation:
        with np.errstate(all="ignore"):
            replies = tuple(reply(call) for call in case.calls)
        return Observation(Outcome.COMPLETED, replies)

    return ScriptedJail(script)
