"""A training task as the check draws it."""

import numpy as np

from grader.checks.base import secret_rng
from grader.checks.training import TrainingCheck
from grader.checks.trainings.replay import Task
from grader.checks.trainings.run import TrainingRun
from tests.checks.grading import assignment


class AnyTrial:
    def __init__(self, seed: int) -> None:
        self.seed = seed

    def rng(self, purpose: str) -> np.random.Generator:
        return secret_rng(self.seed, purpose)


def task(seed: int) -> Task:
    (check,) = assignment("training").checks
    assert isinstance(check, TrainingCheck)
    return TrainingRun(
        check.params, check.components, AnyTrial(seed), judges_losses=True
    ).task
