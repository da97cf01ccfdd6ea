"""Which known wrong engines the ``autodiff`` checks of an assignment catch."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import TracebackType

from grader import engine
from grader.assignments import Assignment
from grader.checks.autodiff import AutodiffCheck
from grader.checks.graphs.mistakes import EngineMistake
from grader.checks.graphs.program import Program
from grader.checks.graphs.tape import EndlessError
from grader.contract.messages import (
    Bundle,
    Call,
    Case,
    Fault,
    Observation,
    Outcome,
    Phase,
    Reply,
)
from grader.report import CheckResult
from grader.validation.known_mistakes import CAUGHT, SEEDS, Fate, Mistake


def engine_mistakes(assignment: Assignment) -> Iterator[Mistake]:
    """Let each ``autodiff`` check of an assignment judge every known wrong engine."""
    for check, mistake in engine_candidates(assignment):
        yield judged_engine(assignment, check, mistake)


def engine_candidates(
    assignment: Assignment,
) -> Iterator[tuple[AutodiffCheck, EngineMistake]]:
    """Yield every known wrong engine with each check that may see it."""
    for check in assignment.checks:
        if isinstance(check, AutodiffCheck) and any(check.points.values()):
            for mistake in check.mistakes:
                yield check, mistake


def judged_engine(
    assignment: Assignment, check: AutodiffCheck, mistake: EngineMistake
) -> Mistake:
    """Let one check judge one wrong engine."""
    topics = [name for name in mistake.topics if check.points.get(name)]
    runs = [
        _failed(assignment, check, mistake, topics, seed)
        for seed in (SEEDS if topics else ())
    ]
    times = sum(bool(failed) for failed in runs)
    fate = Fate.SURVIVES
    if times:
        fate = Fate.CAUGHT if times == len(SEEDS) else Fate.SOMETIMES
    return Mistake(
        component=check.component,
        id=mistake.id,
        title=mistake.diagnosis.title,
        formula=mistake.formula,
        quantities=mistake.topics,
        fate=fate,
        caught_by=(check.params.id,) if times else (),
        named=any(
            one.diagnosis is not None and one.diagnosis.id == mistake.id
            for failed in runs
            for one in failed
        ),
        reason=_reason(mistake, topics, fate),
    )


def _failed(
    assignment: Assignment,
    check: AutodiffCheck,
    mistake: EngineMistake,
    topics: list[str],
    seed: int,
) -> list[CheckResult]:
    """Return the results that cost points, of the topics that can show the mistake."""
    points = {name: check.points[name] for name in topics}
    params = check.params.model_copy(update={"points": points})
    narrow = AutodiffCheck(params, check.components)
    report = engine.grade(
        replace(assignment, checks=(narrow,)),
        {},
        "",
        seed=seed,
        jail=WrongEngine(mistake),
    )
    return [one for one in report.results if one.verdict in CAUGHT]


def _reason(mistake: EngineMistake, topics: list[str], fate: Fate) -> str:
    if fate is Fate.CAUGHT:
        return ""
    if fate is Fate.SOMETIMES:
        return "only some of the drawn programs show it"
    if not topics:
        return f"no check with points judges {', '.join(mistake.topics)}"
    return "the drawn programs do not show it"


@dataclass(frozen=True, slots=True)
class WrongEngine:
    """A student whose engine has one known mistake; a jail that needs no walls."""

    mistake: EngineMistake
    tier: str = "none"
    facts: Mapping[str, str] = field(default_factory=dict)

    def open(self, bundle: Bundle) -> "WrongEngine":
        """Return a session; the files of the submission are not looked at."""
        return self

    def observe(self, case: Case) -> Observation:
        """Answer all calls, up to one that this engine would not come back from."""
        replies: list[Reply] = []
        for call in case.calls:
            replies.append(self._reply(call))
            if replies[-1].outcome is Outcome.TIMED_OUT:
                break
        return Observation(replies[-1].outcome, tuple(replies))

    def _reply(self, call: Call) -> Reply:
        program = Program.from_options(call.options)
        try:
            found = self.mistake.answer(program, call.arrays)
        except EndlessError:
            fault = Fault("", "", Phase.BACKWARD)
            return Reply(Outcome.TIMED_OUT, fault=fault)
        if found is None:
            fault = Fault("ValueError", "shapes do not fit", Phase.BACKWARD)
            return Reply(Outcome.RAISED, fault=fault)
        return Reply(Outcome.COMPLETED, found)

    def __enter__(self) -> "WrongEngine":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None
