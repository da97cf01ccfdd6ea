"""The kind ``properties``: relations between answers that hold whatever is right.

No answer of the reference is looked at, so that a layer of one's own can be judged. A
layer that returns nothing but zeros obeys many relations: points need an answer that
depends on the inputs, and the same answer to the same question.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from grader.checks import calls, evidence
from grader.checks.answers import Answer
from grader.checks.base import (
    ComponentCheck,
    ComponentParams,
    Finding,
    Problem,
    Trial,
)
from grader.checks.compare import (
    CANCELLED,
    JITTER,
    JITTERS,
    Comparison,
    Match,
    jittered,
    largest,
)
from grader.checks.component import Component
from grader.checks.feedback import comparing
from grader.checks.feedback import properties as words
from grader.checks.judging import Judge
from grader.checks.related import (
    Agreement,
    Arrays,
    Question,
    Read,
    Replies,
    UnfitAnswerError,
    related,
)
from grader.report import Verdict
from reference.operations.base import Family, Operation
from reference.operations.relations import Relation

# Two shapes: a wrong axis may do no harm in one of them.
VARIANTS = (0, 1)


class PropertiesParams(ComponentParams):
    """Keys of ``kind = "properties"``; one quantity for each relation.

    Parameters
    ----------
    relations
        Names of the relations to judge, such as ``["linear_in_upstream"]``; all that
        are known for the component if left out.
    """

    relations: tuple[str, ...] | None = None


class PropertiesCheck(ComponentCheck):
    """Ask related questions and hold the answers against each other."""

    kind = "properties"
    Params = PropertiesParams
    families = (Family.LAYER, Family.LOSS)
    needs_answer = False
    params: PropertiesParams

    @classmethod
    def quantities(
        cls, params: Any, components: Mapping[str, Component]
    ) -> tuple[str, ...]:
        """Return the names of the relations that are judged."""
        return tuple(_chosen(params, components[params.component].reference()))

    @classmethod
    def problems(
        cls, params: Any, components: Mapping[str, Component]
    ) -> list[Problem]:
        """Say which relations are not known, and where there are none."""
        problems = super().problems(params, components)
        if problems and problems[0][0] == ("component",):
            return problems
        known = _known(components[params.component].reference())
        if not known:
            return [(("component",), words.NOTHING_KNOWN)]
        if params.relations == ():
            return [(("relations",), words.NO_CHOICE)]
        unknown: list[Problem] = [
            (("relations", at), words.unknown(", ".join(known)))
            for at, name in enumerate(params.relations or ())
            if name not in known
        ]
        return unknown or problems

    @property
    def default_title(self) -> str:
        """Say what is judged."""
        return f"{self.component}: what must hold whatever the inputs are"

    def findings(self, trial: Trial) -> Iterable[Finding]:
        """Ask everything at once, then judge relation by relation."""
        operation = self.part.reference()
        relations = [_known(operation)[name] for name in self.points]
        sheets = [_Sheet.drawn(trial, operation, relations, one) for one in VARIANTS]
        asked = [arrays for sheet in sheets for arrays in sheet.asked()]
        answers = iter(
            trial.ask([calls.everything(self.part, operation, one) for one in asked])
        )
        inquiries = [sheet.answered(answers) for sheet in sheets]
        judge = Judge(trial, self.part, operation, self.params.single_precision, (), ())
        return [_Jury(judge, one, inquiries).finding() for one in relations]


def _known(operation: Operation) -> dict[str, Relation]:
    return {relation.name: relation for relation in operation.relations}


def _chosen(params: PropertiesParams, operation: Operation) -> list[str]:
    known = _known(operation)
    if params.relations is None:
        return list(known)
    return [name for name in dict.fromkeys(params.relations) if name in known]


@dataclass(frozen=True, slots=True, eq=False)
class _Sheet:
    """All questions of one shape.

    Parameters
    ----------
    base, other
        Two draws; the first is asked about twice.
    questions
        Those of all relations; one that several of them ask is there once.
    places
        By name of a relation, which of ``questions`` are its own.
    """

    base: Arrays
    other: Arrays
    questions: Sequence[Question]
    places: Mapping[str, Sequence[int]]

    @classmethod
    def drawn(
        cls,
        trial: Trial,
        operation: Operation,
        relations: Sequence[Relation],
        variant: int,
    ) -> "_Sheet":
        """Draw secret inputs and let every relation ask about them."""
        rng = trial.rng(f"inputs {variant}")
        base = operation.draw(rng, variant=variant)
        other = operation.draw(rng, variant=variant)
        questions: list[Question] = []
        numbers: dict[tuple[tuple[str, int], ...], int] = {}
        places: dict[str, list[int]] = {}
        for relation in relations:
            places[relation.name] = []
            for arrays in relation.questions(rng, base):
                key = tuple(sorted((name, id(one)) for name, one in arrays.items()))
                if key not in numbers:
                    numbers[key] = len(questions)
                    moved = [jittered(arrays, rng, JITTER) for _ in range(JITTERS)]
                    questions.append(Question(arrays, moved))
                places[relation.name].append(numbers[key])
        return cls(base, other, questions, places)

    def asked(self) -> list[Arrays]:
        """Return everything to ask about, in the order that ``answered`` reads."""
        found: list[Arrays] = [self.base, self.base, self.other]
        for question in self.questions:
            found += [question.arrays, *question.moved]
        return found

    def answered(self, answers: Iterable[Answer]) -> "_Inquiry":
        """Put the answers to their questions."""
        given = iter(answers)
        first, again, other = (next(given) for _ in range(3))
        replies = [
            Replies(question, next(given), [next(given) for _ in question.moved])
            for question in self.questions
        ]
        return _Inquiry(self, first, again, other, replies)


@dataclass(frozen=True, slots=True, eq=False)
class _Inquiry:
    """The questions of one shape with what came back."""

    sheet: _Sheet
    first: Answer
    again: Answer
    other: Answer
    replies: Sequence[Replies]

    def of(self, relation: Relation) -> list[Replies]:
        """Return the answers that a relation is about, in its order."""
        return [self.replies[at] for at in self.sheet.places[relation.name]]

    def twice(self, operation: Operation, name: str) -> bool:
        """Return whether the same question got the same answer."""
        one = Read(operation, self.sheet.base, self.first)
        other = Read(operation, self.sheet.base, self.again)
        return np.array_equal(one[name], other[name])

    def fixed(self, operation: Operation, name: str) -> bool:
        """Return whether all questions got the same answer, as far as they got one."""
        first = Read(operation, self.sheet.base, self.first)[name]
        others = [self.other, *(reply.plain for reply in self.replies)]
        return all(
            np.array_equal(first, answer.arrays[name])
            for answer in others
            if name in answer.arrays
        )


@dataclass(frozen=True, slots=True)
class _Jury:
    """Judges one relation over all shapes."""

    judge: Judge
    relation: Relation
    inquiries: Sequence[_Inquiry]

    @property
    def operation(self) -> Operation:
        """Return the operation that is asked about."""
        return self.judge.operation

    def finding(self) -> Finding:
        """Return the conclusion about the relation."""
        try:
            return self._concluded()
        except UnfitAnswerError as unfit:
            return self._unfit(unfit)

    def _concluded(self) -> Finding:
        rng = self.judge.trial.rng(f"noise {self.relation.name}")
        outcomes = [
            related(self.operation, self.relation, inquiry.of(self.relation), rng)
            for inquiry in self.inquiries
        ]
        names = sorted(set().union(*(one.seen for one in outcomes)))
        for speak, is_bad in self._doubts(names):
            for name in names:
                if is_bad[name]:
                    return self._failed(speak(self._spoken(name)))
        single = False
        for inquiry, outcome in zip(self.inquiries, outcomes, strict=True):
            for pair, found in outcome.comparisons.items():
                if not self.judge.is_good_enough(found):
                    return self._broken(inquiry, outcome, pair, found)
                single = single or found.match is Match.SINGLE
        message = words.holds(self.relation.sentence)
        facts: evidence.Evidence = {}
        if single:
            facts["notice"] = comparing.SINGLE_NOTICE
            message = f"{message} {comparing.SINGLE_NOTICE}"
        return Finding(self.relation.name, Verdict.PASSED, message, evidence=facts)

    def _doubts(self, names: Sequence[str]) -> Iterable[tuple[Any, dict[str, bool]]]:
        """Yield what would make every relation worth nothing, and for which answers.

        An answer is constant only if it is so for every shape and question: signs alone
        may agree by chance.
        """
        operation, inquiries = self.operation, self.inquiries
        yield (
            words.random,
            {n: not all(one.twice(operation, n) for one in inquiries) for n in names},
        )
        moving = self._moving(names)
        yield (
            words.constant,
            {
                n: n in moving and all(one.fixed(operation, n) for one in inquiries)
                for n in names
            },
        )

    def _moving(self, names: Sequence[str]) -> set[str]:
        """Return those answers that cannot be the same for all inputs.

        A gradient whose terms cancel is zero for all inputs, and who knows that may
        return zeros. The reference is asked for nothing else.
        """
        gradients = self.operation.gradients
        if not self.operation.has_answer:
            return set(names)
        right = self.operation.answer(self.inquiries[0].sheet.base)
        most = max((largest(right[name]) for name in gradients), default=0.0)
        return {
            name
            for name in names
            if name not in gradients or largest(right[name]) > CANCELLED * most
        }

    def _broken(
        self, inquiry: _Inquiry, outcome: Agreement, pair: str, found: Comparison
    ) -> Finding:
        subject = self._spoken(pair)
        if found.match is Match.SINGLE:
            difference = words.refused(subject, comparing.SINGLE_REFUSED)
        elif pair in outcome.unchanged:
            difference = words.changed(subject, found)
        else:
            difference = words.differs(subject, found, within=outcome.within)
        relation = self.relation
        message = words.broken(relation.sentence, relation.name, difference)
        facts = evidence.of_comparison(found, inquiry.sheet.base)
        return self._failed(message, facts)

    def _failed(self, message: str, facts: evidence.Evidence | None = None) -> Finding:
        return Finding(
            self.relation.name, Verdict.FAILED, message, evidence=facts or {}
        )

    def _unfit(self, unfit: UnfitAnswerError) -> Finding:
        if unfit.trouble is not None:
            found = self.judge.errored(unfit.quantity, unfit.trouble)
            return replace(found, quantity=self.relation.name)
        subject, got = self._spoken(unfit.quantity), np.asarray(unfit.got)
        if got.dtype.kind not in "fiub":
            return self._failed(words.not_real(subject, str(got.dtype)))
        if got.shape != unfit.shape:
            return self._failed(words.wrong_shape(subject, got.shape, unfit.shape))
        return self._failed(words.not_finite(subject))

    def _spoken(self, name: str) -> str:
        """Return what students call a quantity, or the name of a pair as it is."""
        if name in self.operation.quantities:
            return self.judge.spoken(name)
        return name
