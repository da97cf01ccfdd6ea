"""Count what replayed trainings do to right code and to every known mistake.

All runs go through the check itself, from the secret draw to the verdict; only the
jail is left out, since no code of a student runs.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle, product

import numpy as np

from grader import engine
from grader.assignments import Assignment, load_files
from grader.checks.trainings.loop import Loop
from grader.checks.trainings.mistaken_parts import TRAJECTORY, Mistakes, mistaken_net
from grader.checks.trainings.replay import Net, Task
from grader.checks.trainings.trainable import NetworkParams, network
from grader.checks.trainings.wrong_loops import WRONG_LOOPS
from grader.contract.messages import Array, Bundle, Call
from grader.report import CheckResult, Verdict
from grader.validation.known_mistakes import CAUGHT
from grader.validation.library_student import AnsweringSession
from grader.validation.right_trainings import Form, Rule, forms, train
from reference.errors import ReferenceUseError
from reference.misconceptions import VisibleOn, for_operation

Arrays = Mapping[str, Array]
FIRST_SEED = 50_001
WRONG_SEEDS = (60_001, 60_002, 60_003)
# Twelve steps; the sixth and the last have a short batch.
SIZES = "examples = 43\nbatch_size = 8\nepochs = 2\npoints = { losses = 1 }\n"
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
PARTS = ("linear", "relu", "softmax_cross_entropy")


@dataclass(frozen=True, slots=True)
class Setting:
    """One training task of the bench.

    Parameters
    ----------
    settings
        Of the optimizer; those of the operation if left out.
    """

    data: str
    hidden: tuple[int, ...]
    activation: str
    optimizer: str
    settings: Mapping[str, float] = field(default_factory=dict)

    def assignment(self) -> Assignment:
        """Return an assignment with one check, the losses of this training."""
        inner = [name for _ in self.hidden for name in ("linear", self.activation)]
        layers = ", ".join(f'"{name}"' for name in (*inner, "linear"))
        names = ("linear", self.activation, "softmax_cross_entropy", self.optimizer)
        components = "".join(
            f'[[component]]\nname = "{name}"\noperation = "{name}"\n' for name in names
        )
        settings = ", ".join(
            f"{name} = {value}" for name, value in self.settings.items()
        )
        text = (
            'format = 1\nslug = "bench"\ntitle = "Bench"\n'
            f'[submission]\nentry = "net.py"\n{components}'
            '[[check]]\nid = "training"\nkind = "training"\n'
            f'data = "{self.data}"\nhidden = {list(self.hidden)}\nlayers = [{layers}]\n'
            f'loss = "softmax_cross_entropy"\noptimizer = "{self.optimizer}"\n'
            f"settings = {{ {settings} }}\n{SIZES}"
        )
        return load_files({"assignment.toml": text.encode()})


ADAM = {"lr": 0.05, "beta1": 0.8, "beta2": 0.9, "eps": 0.1}
SETTINGS = (
    Setting("digits", (6,), "relu", "sgd", {"lr": 0.2}),
    Setting("digits", (5,), "tanh", "momentum", {"lr": 0.1, "momentum": 0.8}),
    Setting("moons", (7, 5), "relu", "adam", ADAM),
    Setting("spirals", (9,), "tanh", "adam", ADAM),
)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of many runs.

    Parameters
    ----------
    surprises
        Right code that did not pass, or mistakes that did; each in words.
    """

    runs: int
    kinds: int
    surprises: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trainer:
    """Answers a training call by a function; over stand-ins it gives no record."""

    trained: Callable[[Arrays], Arrays]

    def open(self, bundle: Bundle) -> AnsweringSession:
        """Return a session; there are no files to look at."""
        return AnsweringSession(self._answer)

    def _answer(self, call: Call) -> Arrays:
        if call.options["scripted"]:
            return {}
        try:
            with np.errstate(all="ignore"):
                return self.trained(call.arrays)
        except (ArithmeticError, IndexError, ReferenceUseError, ValueError):
            return {}


def right_runs(runs: int = 1000) -> Replayed:
    """Let right trainings of every form be judged, each time by another secret draw."""
    ways = tuple(forms())
    settings = [(one, one.assignment()) for one in SETTINGS]
    every = cycle(product(settings, ways))
    surprises = []
    for seed, ((setting, assignment), form) in zip(
        range(FIRST_SEED, FIRST_SEED + runs), every, strict=False
    ):
        found = _judged(assignment, _right(form, setting), seed)
        if found.verdict is not Verdict.PASSED:
            surprises.append(f"{form}, {setting}, seed {seed}: {found.message}")
    return Replayed(runs, len(ways) * len(settings), tuple(surprises))


def _right(form: Form, setting: Setting) -> Trainer:
    def trained(arrays: Arrays) -> Arrays:
        rule = Rule(setting.optimizer, setting.settings, form.mirrored)
        return train(form, setting.activation, rule, arrays)

    return Trainer(trained)


def wrong_runs(seeds: Sequence[int] = WRONG_SEEDS) -> Replayed:
    """Let every known wrong loop, part and optimizer be judged with each seed."""
    runs = kinds = 0
    surprises = []
    for name, assignment, trainer in wrong_trainers():
        kinds += 1
        for seed in seeds:
            runs += 1
            verdict = _judged(assignment, trainer, seed).verdict
            if verdict not in CAUGHT:
                surprises.append(f"{name}, seed {seed}: {verdict}")
    return Replayed(runs, kinds, tuple(surprises))


def wrong_trainers() -> Iterator[tuple[str, Assignment, Trainer]]:
    """Yield the name of each known mistake, its training and who makes it."""
    for setting in SETTINGS:
        assignment = setting.assignment()
        net = _net(assignment)
        for loop in WRONG_LOOPS:
            name = f"{loop.__name__} with {setting.optimizer} on {setting.data}"
            yield name, assignment, _wrong_loop(loop, net)
    plain = SETTINGS[0].assignment()
    for part in PARTS:
        yield from _wrong_parts(plain, part)
    for part in OPTIMIZERS:
        yield from _wrong_parts(
            Setting("digits", (6,), "relu", part).assignment(), part
        )


def _wrong_parts(
    assignment: Assignment, part: str
) -> Iterator[tuple[str, Assignment, Trainer]]:
    """Yield every known mistake of one part that its conventions make one."""
    operation = assignment.checks[0].components[part].reference()
    drawn = operation.draw(np.random.default_rng(0))
    for entry in for_operation(part):
        if entry.visible_on is not VisibleOn.DRAWS:
            continue
        with np.errstate(all="ignore"):
            places = tuple(entry.wrong(operation, drawn))
        if places:
            places = (TRAJECTORY,) if part in OPTIMIZERS else places
            mistakes = {part: dict.fromkeys(places, entry)}
            name = f"{part}: {entry.id} {entry.title} ({entry.formula})"
            yield name, assignment, _mistaken(_net(assignment), mistakes)


def _net(assignment: Assignment) -> Net:
    (check,) = assignment.checks
    params = check.params
    if not isinstance(params, NetworkParams):
        raise TypeError(f"replay bench: must train a network, got {params.kind}")
    return network(params, check.components)


def _wrong_loop(loop: type[Loop], net: Net) -> Trainer:
    def trained(arrays: Arrays) -> Arrays:
        return {"losses": np.array(list(loop(_task(net, arrays)).losses()))}

    return Trainer(trained)


def _mistaken(net: Net, mistakes: Mapping[str, Mistakes]) -> Trainer:
    wrong = mistaken_net(net, mistakes)

    def trained(arrays: Arrays) -> Arrays:
        task = _task(wrong, arrays)
        return {"losses": task.run(task.weights)[0]}

    return Trainer(trained)


def _task(net: Net, arrays: Arrays) -> Task:
    """Return the training that a call asks for; nothing is held out in it."""
    names = [name for _, own in net.named() for name in own.values()]
    return Task(
        net=net,
        inputs=arrays["X"],
        labels=arrays["y"],
        batches=[row[row >= 0] for row in arrays["batches"]],
        weights={name: arrays[name] for name in names},
        held_out_inputs=arrays["X"][:0],
        held_out_labels=arrays["y"][:0],
    )


def _judged(assignment: Assignment, trainer: Trainer, seed: int) -> CheckResult:
    report = engine.grade(assignment, {}, "", seed=seed, jail=trainer)
    (found,) = report.results
    return found
