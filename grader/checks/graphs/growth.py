"""What is concluded from long chains about how the work grows."""

from collections.abc import Sequence

from grader.checks import evidence
from grader.checks.answers import Trouble
from grader.checks.base import Finding
from grader.checks.feedback import autodiff as words
from grader.checks.feedback import comparing
from grader.checks.graphs.cases import Case
from grader.checks.graphs.drawing import DIAMONDS
from grader.checks.graphs.mistakes import EngineMistake
from grader.checks.graphs.verdicts import Panel
from grader.contract.messages import Outcome
from grader.report import Diagnosis, Verdict

ENDLESS = (Outcome.TIMED_OUT, Outcome.OUT_OF_MEMORY)
RECURSION = "RecursionError"


def cost(panel: Panel, every_path: Diagnosis) -> Finding:
    """Judge whether each edge is used once.

    The chains are so long that a walk along every path cannot end, and so short that a
    walk along every edge takes milliseconds: no clock decides. Short chains of the same
    form must have come back first.

    Parameters
    ----------
    every_path
        What to call the mistake of an engine that is right on short chains.
    """
    cases = panel.cases["cost"]
    short = [case for case in cases if _times(case) < DIAMONDS]
    came_back = all(_came_back(case) for case in short)
    for case in cases:
        trouble = _trouble(case)
        if trouble is None:
            continue
        if came_back and trouble.outcome in ENDLESS:
            return _exploded(panel, case, trouble, short, every_path)
        return panel.errored("cost", case, trouble)
    return _judged(panel, "cost", words.LINEAR)


def depth(panel: Panel, operations: int) -> Finding:
    """Judge whether a long chain is gone through at all."""
    for case in panel.cases["depth"]:
        trouble = _trouble(case)
        if trouble is None:
            continue
        if trouble.fault is not None and trouble.fault.kind == RECURSION:
            return _too_deep(panel, case, trouble)
        return panel.errored("depth", case, trouble)
    return _judged(panel, "depth", words.DEEP.format(depth=operations))


def _times(case: Case) -> int:
    return max(getattr(part, "times", 0) for part in case.drawn.program.steps)


def _trouble(case: Case) -> Trouble | None:
    """Return why a gradient is missing; ``None`` if all are there."""
    found = (case.answer.trouble_before(name) for name in case.gradients)
    return next((one for one in found if one is not None), None)


def _came_back(case: Case) -> bool:
    return all(name in case.answer.arrays for name in case.gradients)


def _exploded(
    panel: Panel,
    case: Case,
    trouble: Trouble,
    short: Sequence[Case],
    every_path: Diagnosis,
) -> Finding:
    names = list(dict.fromkeys(name for one in short for name in one.gradients))
    known = panel.suspects.named(short, names)
    diagnosis = known.diagnosis if known else None
    if all(panel.passes(one, "cost") for one in short):
        diagnosis = every_path
    ending = words.TOO_LARGE
    if trouble.outcome is Outcome.TIMED_OUT:
        seconds = panel.trial.limits.wall_seconds
        ending = words.TOO_LONG.format(seconds=seconds)
    message = words.exploded(case.drawn.program, _times(case), ending)
    facts = evidence.of_trouble(trouble, panel.trial.files)
    return Finding("cost", Verdict.FAILED, message, None, diagnosis, facts)


def _too_deep(panel: Panel, case: Case, trouble: Trouble) -> Finding:
    message = f"Your engine ran {case.drawn.program}. {words.RECURSION}"
    facts = evidence.of_trouble(trouble, panel.trial.files)
    return Finding("depth", Verdict.FAILED, message, evidence=facts)


def _judged(panel: Panel, topic: str, praise: str) -> Finding:
    """Pass what is right, and what a mistake explains that is counted elsewhere.

    Numbers that a known engine gives, which visits every node once, show that the
    student's engine does the same walk.
    """
    cases = panel.cases[topic]
    wrong = [case for case in cases if not panel.passes(case, topic)]
    facts = evidence.of_comparison(
        cases[0].comparisons[cases[0].gradients[-1]], cases[0].drawn.arrays
    )
    if not wrong:
        return Finding(topic, Verdict.PASSED, praise, evidence=facts)
    known = _known(panel, cases)
    if known:
        message = f"{praise} {words.KNOWN_REASON}"
        # Which reason it is stands apart, so that it can be held back with the hints.
        named = known.diagnosis
        return Finding(topic, Verdict.PASSED, message, None, named, facts)
    name = next(n for n in wrong[0].gradients if not wrong[0].comparisons[n].is_right)
    found = wrong[0].comparisons[name]
    message = (
        f"Your engine ran {wrong[0].drawn.program}. "
        f"{comparing.wrong(panel.spoken(wrong[0], name), found)}"
    )
    facts = evidence.of_comparison(found, wrong[0].drawn.arrays)
    return Finding(topic, Verdict.FAILED, message, evidence=facts)


def _known(panel: Panel, cases: Sequence[Case]) -> EngineMistake | None:
    """Return a mistake that costs points already and gives all of these numbers."""
    # One mistake has an entry for each order of the nodes; short graphs do not tell
    # them apart.
    ids = {mistake.id for mistake in panel.counted}
    for mistake in panel.suspects.mistakes:
        if mistake.id in ids and all(
            panel.suspects.reproduces(mistake, case, case.gradients) for case in cases
        ):
            return mistake
    return None
