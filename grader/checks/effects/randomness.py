"""Random numbers that belong to everybody."""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from grader.checks.effects.base import ONE, RANDOM, Effect, Pair, Scene
from grader.checks.sequences import Taken, sequence
from grader.contract.messages import Call


class GlobalRandomState(Effect):
    """Forward and backward leave the shared random numbers alone.

    A constructor may draw start values from them. It must not seed them.
    """

    name = "global_random_state"
    one_object = True
    SEEDS: ClassVar[tuple[int, int]] = (11, 12)

    def calls(self, scene: Scene) -> list[Call]:
        """Do the same under two seeds and read the state before and after."""
        steps = [
            ["create", "a", ONE],
            ["random", "created"],
            ["forward", "a", ONE, "f"],
            ["take", "f", "taken"],
            ["random", "forward"],
            ["backward", "a", ONE, "b"],
            ["take", "b", "taken"],
            ["random", "backward"],
        ]
        rounds = {ONE: scene.one}
        return [
            sequence(scene.part, scene.operation, rounds, steps, seed=seed)
            for seed in self.SEEDS
        ]

    def pairs(self, scene: Scene, own: Taken, answers: list[Taken]) -> Iterator[Pair]:
        """Compare the states, then the answers under both seeds."""
        first, second = answers
        created = [taken("created", RANDOM) for taken in answers]
        if np.array_equal(created[0], created[1]):
            yield Pair(RANDOM, "seeded", created[0], np.zeros(0), exact=True)
        for taken, before in zip(answers, created, strict=True):
            for when in ("forward", "backward"):
                state = taken(when, RANDOM)
                yield Pair(RANDOM, f"drawn, {when}", before, state, exact=True)
        for name in scene.quantities:
            pair = first("taken", name), second("taken", name)
            yield Pair(name, "another seed", *pair)
