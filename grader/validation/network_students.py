"""Students one of whose parts makes a known mistake, inside a network or a program."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from grader.checks import Check
from grader.checks.component import Component
from grader.checks.mistakes import wrong_answer
from grader.checks.network import LOSS, NetworkCheck
from grader.checks.program import RUNS, ProgramCheck
from grader.checks.programs.run import SETS, ProgramRun, ProgramTask
from grader.checks.training import TrainingCheck
from grader.checks.trainings.mistaken_parts import TRAJECTORY, Mistakes, mistaken_net
from grader.checks.trainings.replay import Net, Task
from grader.checks.trainings.trainable import NetworkParams, network, row_of
from grader.checks.trainings.translation import Translation
from grader.contract.jail import Jail
from grader.contract.messages import Array, Bundle, Call
from grader.validation.library_student import Answer, AnsweringSession
from reference.errors import ReferenceUseError
from reference.misconceptions import Misconception
from reference.operations import Family

Arrays = Mapping[str, Array]
# What a mistake may end in where the shapes of a network do not allow it.
UNFIT = (ReferenceUseError, ValueError, IndexError, ArithmeticError)


@dataclass(frozen=True, slots=True)
class Player:
    """A student without files; a jail that needs no walls."""

    answer: Answer
    tier: str = "none"

    def open(self, bundle: Bundle) -> AnsweringSession:
        """Return a session; the files of the submission are not looked at."""
        return AnsweringSession(self._answered)

    def _answered(self, call: Call) -> Arrays:
        try:
            with np.errstate(all="ignore"):
                return self.answer(call)
        except UNFIT:
            return {}


def quantities_with(check: Check, part: Component) -> list[str]:
    """Return what a check of a whole network judges that has this part in it.

    Only those with points. What a network does ``together`` is not among them: there,
    the parts are not looked at one by one.
    """
    params = check.params
    if isinstance(check, NetworkCheck):
        places = enumerate(check.params.layers, start=1)
        mine = [f"{at} {name}" for at, name in places if name == part.name]
        mine += [LOSS] if check.params.loss == part.name else []
    elif isinstance(check, TrainingCheck | ProgramCheck):
        inside = isinstance(params, NetworkParams) and part.name in (
            *params.layers,
            params.loss,
            params.optimizer,
        )
        mine = list(check.points) if inside else []
    else:
        mine = []
    # That a program ran to its end shows the least, so it is asked about last.
    mine.sort(key=lambda name: name == RUNS)
    return [name for name in mine if check.points.get(name)]


def student_of(
    check: Check, part: Component, entry: Misconception, wrong: tuple[str, ...]
) -> Jail:
    """Return a student whose part makes a mistake, for one of these checks.

    Parameters
    ----------
    wrong
        The quantities of the part that the mistake changes.
    """
    if isinstance(check, NetworkCheck):
        return Player(lambda call: _layer(check, part, entry, call))
    places = (TRAJECTORY,) if _is_optimizer(part) else wrong
    mistakes = {part.name: dict.fromkeys(places, entry)}
    params = cast(NetworkParams, check.params)
    if isinstance(check, ProgramCheck):
        return Player(lambda call: _written(params, check.components, mistakes, call))
    net = mistaken_net(network(params, check.components), mistakes)
    translation = Translation(row_of(params, check.components), net)
    return Player(lambda call: _trained(translation, call))


def _is_optimizer(part: Component) -> bool:
    return part.reference().family is Family.OPTIMIZER


def _layer(
    check: NetworkCheck, part: Component, entry: Misconception, call: Call
) -> Arrays:
    """Answer for one layer by itself; the network as a whole is not played."""
    name = str(call.options.get("component", ""))
    if name not in check.components:
        return {}
    operation = check.components[name].reference()
    found = operation.answer(call.arrays)
    if name == part.name:
        found |= wrong_answer(entry, operation, call.arrays)
    return found


def _trained(translation: Translation, call: Call) -> Arrays:
    """Train as a call asks; over parts that the grader supplies there is no record."""
    if call.options["scripted"]:
        return {}
    net, arrays = translation.net, translation.taken(call.arrays)
    task = Task(
        net=net,
        inputs=arrays["X"],
        labels=arrays["y"],
        batches=[row[row >= 0] for row in arrays["batches"]],
        weights={name: arrays[name] for name in _names(net)},
        held_out_inputs=arrays["X"][:0],
        held_out_labels=arrays["y"][:0],
    )
    losses, weights = task.run(task.weights)
    return translation.shown({"losses": losses, **weights})


def _names(net: Net) -> Iterator[str]:
    return (name for _, own in net.named() for name in own.values())


def _written(
    params: NetworkParams,
    components: Mapping[str, Component],
    mistakes: Mapping[str, Mistakes],
    call: Call,
) -> Arrays:
    """Return what a program with the mistake writes for these files and arguments."""
    optimizer = components[params.optimizer]
    construct = cast("list[float]", call.options["construct"])
    given: dict[str, Any] = {
        name: value
        for name, value in zip(optimizer.construct, construct, strict=True)
        if isinstance(name, str)
    }
    asked = params.model_copy(
        update={
            "hidden": tuple(cast("list[int]", call.options["hidden"])),
            "settings": {**params.settings, **given},
        }
    )
    net = mistaken_net(network(asked, components), mistakes)
    task = ProgramTask(
        net=net,
        inputs={name: call.arrays[f"{name}_X"] for name in SETS},
        labels={name: call.arrays[f"{name}_y"] for name in SETS},
        weights={name: call.arrays[name] for name in _names(net)},
        epochs=cast(int, call.options["epochs"]),
        batch_size=cast(int, call.options["batch_size"]),
    )
    return ProgramRun(task).written()
