"""What is concluded about a topic from all of its programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from grader.checks import evidence
from grader.checks.answers import Trouble
from grader.checks.base import Finding, Trial
from grader.checks.compare import Match
from grader.checks.feedback import autodiff as words
from grader.checks.feedback import comparing, troubles
from grader.checks.graphs.cases import OUT, Case
from grader.checks.graphs.mistakes import EngineMistake
from grader.checks.graphs.naming import Suspects
from grader.contract.messages import Phase
from grader.report import Verdict

NOT_ASKED = "not asked"
"""Note of an answer that stands for a question that was not put any more."""

JUDGED_BY_VALUE = (
    "broadcasting",
    "reductions",
    "shapes",
    "products",
    "indexing",
)
"""Topics that count only if the values are right too; ``values`` judges the others."""


@dataclass(frozen=True)
class Panel:
    """Turns answers into findings.

    Parameters
    ----------
    component
        The student's class.
    grad
        What the course calls the gradient of a leaf.
    policy
        What becomes of gradients when a second way back begins.
    cases
        Everything that was asked, by topic.
    worth
        The quantities that carry points.
    """

    trial: Trial
    component: str
    grad: str
    policy: str
    single_precision: str
    suspects: Suspects
    cases: Mapping[str, Sequence[Case]]
    worth: Sequence[str]

    def finding(self, quantity: str) -> Finding:
        """Judge one quantity over all of its programs."""
        cases = self.asked_about(quantity)
        wrong = [case for case in cases if not self.passes(case, quantity)]
        if wrong:
            return self._failed(quantity, cases, wrong)
        message = words.right(quantity, len(cases))
        first = cases[0]
        names = judged(quantity, first)
        facts = evidence.of_comparison(first.comparisons[names[-1]], first.drawn.arrays)
        if any(self._single(case, quantity) for case in cases):
            facts["notice"] = comparing.SINGLE_NOTICE
            message = f"{message} {comparing.SINGLE_NOTICE}"
        return Finding(quantity, Verdict.PASSED, message, evidence=facts)

    def asked_about(self, quantity: str) -> Sequence[Case]:
        """Return the programs that a quantity is judged by."""
        if quantity == "values":
            return [*self.cases["chain"], *self.cases["constants"]]
        return self.cases[quantity]

    def passes(self, case: Case, quantity: str) -> bool:
        """Tell whether everything that is judged is right, and precise enough."""
        if not case.is_right(judged(quantity, case)):
            return False
        return self.single_precision == "notice" or not self._single(case, quantity)

    def _single(self, case: Case, quantity: str) -> bool:
        return any(
            case.comparisons[name].match is Match.SINGLE
            for name in judged(quantity, case)
        )

    def named(self, quantity: str) -> EngineMistake | None:
        """Return the known mistake behind what is wrong, if it is one."""
        topic = self.asked_about(quantity)
        others = [
            case
            for cases in self.cases.values()
            for case in cases
            if not case.drawn.program.has_loops
        ]
        names = [OUT] if quantity == "values" else _every_name(topic, quantity)
        return self.suspects.named(topic, names, others)

    @cached_property
    def counted(self) -> list[EngineMistake]:
        """Return the known mistakes that cost points already."""
        found = []
        for quantity in self.worth:
            if quantity in words.SPOKEN:
                cases = self.asked_about(quantity)
                wrong = not all(self.passes(case, quantity) for case in cases)
                named = self.named(quantity) if wrong else None
                found += [named] if named is not None and named not in found else []
        return found

    def _failed(
        self, quantity: str, cases: Sequence[Case], wrong: Sequence[Case]
    ) -> Finding:
        mistake = self.named(quantity)
        shown = wrong[0]
        if mistake is not None:
            shown = next(
                case
                for case in wrong
                if self.suspects.explains(mistake, case, judged(quantity, case))
            )
        name = self._first_wrong(shown, quantity)
        trouble = shown.answer.trouble_before(name)
        if trouble is not None:
            return self.errored(quantity, shown, trouble)
        return self._wrong(quantity, shown, name, mistake)

    def _first_wrong(self, case: Case, quantity: str) -> str:
        """Return a name that came back wrong; else one that did not come back."""
        names = judged(quantity, case)
        refused = self.single_precision == "fail"
        for name in names:
            found = case.comparisons.get(name)
            if found is not None and (
                not found.is_right or (refused and found.match is Match.SINGLE)
            ):
                return name
        return next(name for name in names if name not in case.comparisons)

    def _wrong(
        self, quantity: str, case: Case, name: str, mistake: EngineMistake | None
    ) -> Finding:
        found = case.comparisons[name]
        program = case.drawn.program
        parts = [
            words.ran(program, case.drawn.arrays, back=name != OUT),
            comparing.wrong(self.spoken(case, name), found),
        ]
        if quantity == "two_backwards":
            parts.append(words.AGAIN[self.policy])
        if name != OUT and not case.is_right([OUT]):
            parts.append(words.VALUE_WRONG)
        elif found.match is not Match.SINGLE and mistake is None:
            parts.append(words.NEXT[quantity])
        facts = evidence.of_comparison(found, case.drawn.arrays)
        facts["program"] = [str(step) for step in program.steps]
        diagnosis = None if mistake is None else mistake.diagnosis
        message = " ".join(parts)
        return Finding(quantity, Verdict.FAILED, message, None, diagnosis, facts)

    def spoken(self, case: Case, name: str) -> str:
        """Return what students call a value or a gradient."""
        if name == OUT:
            return f"The value of {case.drawn.program.output}"
        return f"{name.removeprefix('grad_')}.{self.grad}"

    def errored(self, quantity: str, case: Case, trouble: Trouble) -> Finding:
        """Say why there is no answer."""
        reason = self.reason(trouble)
        if NOT_ASKED in case.answer.notes:
            reason = f"{reason} {words.NOT_ASKED}"
        elif not trouble.at_load:
            reason = f"{reason} {words.happened(case.drawn.program)}"
        facts = evidence.of_trouble(trouble, self.trial.files)
        return Finding(quantity, Verdict.ERRORED, reason, evidence=facts)

    def reason(self, trouble: Trouble) -> str:
        """Say what stopped the student's engine."""
        names: dict[str, str] = {Phase.CALL: words.BUILDING}
        return troubles.trouble(trouble, self.trial.limits, self.component, names)


def judged(quantity: str, case: Case) -> list[str]:
    """Return the names that decide about a quantity in one program."""
    if quantity == "values":
        return [OUT]
    return [OUT, *case.gradients] if quantity in JUDGED_BY_VALUE else [*case.gradients]


def _every_name(cases: Sequence[Case], quantity: str) -> list[str]:
    return list(dict.fromkeys(n for case in cases for n in judged(quantity, case)))
