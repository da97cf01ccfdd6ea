"""The student's parts in a row: which one goes wrong first, and what they share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from grader.checks import evidence
from grader.checks.answers import Trouble
from grader.checks.base import Finding, Trial
from grader.checks.compare import Comparison, Match
from grader.checks.feedback import comparing, troubles
from grader.checks.feedback import network as words
from grader.checks.networks.composition import LOSS, Composition, Step
from grader.checks.networks.mistakes import Cause, Failure, cause, part_name
from grader.contract.messages import Outcome
from grader.report import Diagnosis, Verdict


@dataclass(frozen=True)
class Together:
    """Judges networks of the student's own parts.

    Parameters
    ----------
    composed
        The networks as they ran, of different shape.
    alone
        What was found about each layer and the loss by itself, in order.
    share
        Part of the points if only layers are wrong that are wrong alone.
    again
        Runs networks of equal shapes, to see in numbers what shapes hide.
    """

    trial: Trial
    composed: Sequence[Composition]
    alone: Sequence[Finding]
    single_precision: str
    share: float
    again: Callable[[], list[Composition]]

    def finding(self, quantity: str) -> Finding:
        """Pass if every part was right for what it received, in every network."""
        for at, composition in enumerate(self.composed):
            wrong = self._first_wrong(self._steps[at])
            if wrong is not None:
                return self._failed(quantity, at, *wrong)
            if not self._is_complete(at):
                return self._errored(quantity, composition)
        return self._passed(quantity)

    @cached_property
    def _steps(self) -> list[list[Step]]:
        return [list(composition.steps()) for composition in self.composed]

    def _is_complete(self, at: int) -> bool:
        """Tell whether everything came back and could be judged."""
        composition = self.composed[at]
        return composition.is_complete and all(
            step.expected is not None for step in self._steps[at]
        )

    def _passed(self, quantity: str) -> Finding:
        found = [step.comparison() for steps in self._steps for step in steps]
        single = any(one is not None and one.match is Match.SINGLE for one in found)
        facts: dict[str, Any] = {}
        message = words.TOGETHER_RIGHT
        if single:
            facts["notice"] = comparing.SINGLE_NOTICE
            message = f"{message} {comparing.SINGLE_NOTICE}"
        return Finding(quantity, Verdict.PASSED, message, evidence=facts)

    def _first_wrong(self, steps: Sequence[Step]) -> tuple[Step, Comparison] | None:
        for step in steps:
            found = step.comparison()
            if found is not None and not self._is_good_enough(found):
                return step, found
        return None

    def _is_right(self, step: Step) -> bool:
        found = step.comparison()
        return found is not None and self._is_good_enough(found)

    def _is_good_enough(self, found: Comparison) -> bool:
        if found.match is Match.SINGLE:
            return self.single_precision == "notice"
        return found.is_right

    def _is_right_alone(self, number: int) -> bool:
        return self.alone[number - 1].verdict is Verdict.PASSED

    @property
    def _all_right_alone(self) -> bool:
        return all(finding.verdict is Verdict.PASSED for finding in self.alone)

    def _failed(self, quantity: str, at: int, step: Step, found: Comparison) -> Finding:
        composition = self.composed[at]
        part = part_name(composition.network.chain, step.number)
        texts = [self._where(at, step, part)]
        diagnosis = self.alone[step.number - 1].diagnosis
        share = 0.0
        if self._is_right_alone(step.number):
            names = step.part.names
            spoken = comparing.spoken(step.quantity, step.operation, names)
            texts.append(comparing.wrong(words.of_part(spoken, part), found))
            if step.batch:
                texts.append(words.SECOND_BATCH)
            texts, diagnosis = self._explained(texts)
        elif self.share and self._only_known_faults():
            share = self.share
            texts.append(words.COUNTED_ONCE)
        facts = evidence.of_comparison(found, step.received)
        message = " ".join(texts)
        return Finding(quantity, Verdict.FAILED, message, share, diagnosis, facts)

    def _where(self, at: int, step: Step, part: str) -> str:
        """Say how far everything is right, seen from the input or from the loss."""
        chain = self.composed[at].network.chain
        if step.number > len(chain.places):
            return words.loss_wrong(chain.loss.name, value=step.quantity == LOSS)
        if not step.is_backward:
            return words.first_forward(part)
        hands_back = any(
            (other.batch, other.number, other.quantity)
            == (step.batch, step.number, "grad_x")
            and not self._is_right(other)
            for other in self._steps[at]
        )
        return words.first_backward(
            part, hands_back=hands_back, is_first=step.number == 1
        )

    def _explained(self, texts: list[str]) -> tuple[list[str], Diagnosis | None]:
        """Add what the layers share, as far as that is known."""
        if self._all_right_alone:
            texts = [words.ALONE_RIGHT, *texts]
        why = self._cause()
        if why is None:
            return [*texts, words.ADVICE], None
        # What was concluded is not mixed with what was seen: hints may be held back.
        hint = f"{why.sentence} {why.diagnosis.hint}"
        return texts, replace(why.diagnosis, hint=hint)

    def _failures(self, compositions: Sequence[Composition]) -> list[Failure]:
        """Return the first wrong step of every network."""
        found = []
        for composition in compositions:
            wrong = self._first_wrong(list(composition.steps()))
            if wrong is not None:
                found.append(Failure(composition, wrong[0]))
        return found

    def _only_known_faults(self) -> bool:
        """Tell whether every layer that is right alone is right together, as shown."""
        for at, composition in enumerate(self.composed):
            if not composition.is_complete:
                return False
            if not all(
                self._is_right(step)
                for step in self._steps[at]
                if self._is_right_alone(step.number)
            ):
                return False
        return any(finding.verdict is Verdict.PASSED for finding in self.alone)

    def _errored(self, quantity: str, composition: Composition) -> Finding:
        trouble = composition.answer.trouble or Trouble(Outcome.BAD_OUTPUT)
        number = composition.reached
        chain = composition.network.chain
        is_loss = number > len(chain.places)
        part = chain.loss if is_loss else chain.places[number - 1].part
        reason = troubles.trouble(trouble, self.trial.limits, part.name, part.names)
        texts = [words.stopped(part_name(chain, number), reason)]
        diagnosis: Diagnosis | None = None
        if self._all_right_alone:
            texts, diagnosis = self._explained(texts)
        facts: Mapping[str, Any] = evidence.of_trouble(trouble, self.trial.files)
        message = " ".join(texts)
        return Finding(quantity, Verdict.ERRORED, message, None, diagnosis, facts)

    def _cause(self) -> Cause | None:
        """Say what the layers share; where shapes hide it, from equal shapes."""
        found = cause(self._failures(self.composed))
        if found is not None or not self._all_right_alone:
            return found
        found = cause(self._failures(self.again()))
        if found is None:
            return None
        return Cause(found.diagnosis, words.of_equal_shapes(found.sentence))
