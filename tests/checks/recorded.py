"""Run a loop over stand-ins, in this process, and judge it."""

from functools import cache

import numpy as np

from grader.checks.trainings import recording, script
from grader.checks.trainings.recording import Judgement
from grader.checks.trainings.replay import draw_task
from grader.checks.trainings.script import Script
from tests.checks.students import PLAIN
from tests.checks.tasks import task
from tests.worker.runner.bindings.asking import Answer, ask
from worker.runner.bindings.layer_classes import answer as binding

OPTIONS = {
    "family": "train",
    "function": "train",
    "scripted": True,
    "loss": "SoftmaxCrossEntropy",
    "optimizer": {"component": "SGD", "construct": [0.2]},
    "layers": [
        {
            "component": "Linear",
            "construct": [64, 6],
            "params": {"weight": "weight_0", "bias": "bias_0"},
        },
        {"component": "ReLU", "construct": [], "params": {}},
        {
            "component": "Linear",
            "construct": [6, 10],
            "params": {"weight": "weight_1", "bias": "bias_1"},
        },
    ],
}


@cache
def written(seed: int = 1) -> Script:
    """Return the script of a task like those of the check."""
    drawn = draw_task(task(seed).net, np.random.default_rng(seed), "digits", 19, 8, 4)
    found = script.write(drawn)
    assert found is not None
    return found


def run(source: str, found: Script) -> Answer:
    """Return what a student's loop does over the stand-ins."""
    arrays = {
        "X": found.task.inputs,
        "y": found.task.labels,
        "batches": found.task.padded_batches(),
        **found.arrays(),
    }
    return ask(binding, source, arrays, action="train", **OPTIONS)


def judged(loop: str, before: str = PLAIN) -> Judgement:
    """Judge a loop, the source of ``train``, over right parts."""
    found = written()
    return recording.judge(found, run(f"{before}\n{loop}", found).arrays)
