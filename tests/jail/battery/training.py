"""Submissions that pretend to train, or train in a way that nobody asked for.

They are graded by other checks than the rest: ``task`` names the check.
"""

from dataclasses import dataclass

from grader.report import Verdict
from tests.checks.students import PLAIN, changed
from tests.jail.battery.entry import ERRORED, FAILED, PASSED

_OWN_TRAIN = PLAIN[PLAIN.index("def train(") :]


def _training(body: str) -> str:
    return PLAIN.replace(
        _OWN_TRAIN, f"def train(layers, loss, optimizer, X, y, batches):\n{body}\n"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingAttack:
    """A submission of a whole network, the check it is for, and what comes of it."""

    id: str
    what: str
    source: str
    task: str
    verdicts: tuple[Verdict, ...]
    words: str
    wall_seconds: float = 30


ATTACKS: tuple[TrainingAttack, ...] = (
    TrainingAttack(
        id="R23",
        what="training that is too slow",
        source=changed(
            PLAIN, ("optimizer.step()", "optimizer.step(); __import__('time').sleep(9)")
        ),
        task="training",
        verdicts=(ERRORED, ERRORED),
        words="did not return within 0.6 s",
        wall_seconds=0.6,
    ),
    TrainingAttack(
        id="F22",
        what="losses that fall without any training",
        source=_training("    return [2.3 / (n + 1) for n, _ in enumerate(batches)]"),
        task="training",
        verdicts=(FAILED, FAILED),
        words="loss",
    ),
    TrainingAttack(
        id="F22-weights",
        what="weights that it has brought along",
        source=_training(
            "    for layer in layers:\n"
            "        for name in layer.params:\n"
            "            layer.params[name] = np.ones_like(layer.params[name])\n"
            "    return [0.0 for _ in batches]"
        ),
        task="training",
        verdicts=(FAILED, FAILED),
        words="loss",
    ),
    TrainingAttack(
        id="F23",
        what="jump to the optimum in place of a step",
        source=changed(
            PLAIN,
            (
                "layer.params[name] = layer.params[name] - self.lr * layer.grads[name]",
                "layer.params[name] = layer.params[name] - layer.grads[name]",
            ),
        ),
        task="sgd",
        verdicts=(FAILED,),
        words="step",
    ),
    TrainingAttack(
        id="B20-optimizer",
        what="moments that are kept between steps",
        source=PLAIN,
        task="momentum",
        verdicts=(PASSED,),
        words="right",
    ),
)
