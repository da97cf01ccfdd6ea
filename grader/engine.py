"""Grade one submission: every check in order, one result at a time."""

import logging
import platform
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from grader import __version__
from grader.assignments import Assignment
from grader.checks import Check, CheckOutline, CheckParams
from grader.checks.answers import Answer, Trouble, answers
from grader.checks.base import secret_rng
from grader.checks.feedback import running, stubs
from grader.checks.snippet import PUBLIC_SEED
from grader.checks.visibility import VISIBLE, covers
from grader.contract.jail import Jail, JailSession
from grader.contract.limits import Limits
from grader.contract.messages import (
    BINDING_FAULT,
    USED_STUBS,
    Bundle,
    Call,
    Case,
    Observation,
)
from grader.errors import GraderError, RefusedError
from grader.report import BlockedCall, CheckResult, Report, ReportStatus, Verdict
from grader.scoring import score

log = logging.getLogger(__name__)

# A check that needs another one runs only if that one ended like this.
_GOOD_ENOUGH = frozenset({Verdict.PASSED, Verdict.BROKEN})


class BindingFaultError(Exception):
    """The assignment's own ``binding.py`` is wrong; nobody's answer is known."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where grading is.

    Parameters
    ----------
    index
        Of the check that is about to run or has just ended, from 1.
    results
        ``None`` when the check starts; its results when it has ended.
    """

    index: int
    total: int
    check: CheckOutline
    results: tuple[CheckResult, ...] | None


ProgressListener = Callable[[Progress], None]


def grade(
    assignment: Assignment,
    files: Mapping[str, bytes],
    entry: str,
    *,
    seed: int,
    jail: Jail,
    only: Collection[str] | None = None,
    notices: Sequence[str] = (),
    on_progress: ProgressListener | None = None,
) -> Report:
    """Grade a submission in one jail session and return the whole report.

    The same assignment, files and seed give the same report but for ``seconds``.

    Parameters
    ----------
    files, entry
        What intake prepared.
    seed
        Secret of this run; all inputs follow from it.
    only
        Ids of the checks to run; all of them if ``None``.
    notices
        Sentences from intake that go into the report.
    on_progress
        Called before and after each check; what it raises ends the run.

    Raises
    ------
    RefusedError
        If ``only`` names a check that the assignment does not have.
    SandboxUnavailableError
        If the jail failed. Nothing is known about the submission then.
    """
    chosen = _choose(assignment, only)
    started = time.perf_counter()
    with jail.open(_bundle(assignment, files, entry)) as session:
        binding = assignment.spec.binding.use
        run = _Run(session, seed, assignment.limits, dict(files), binding)
        for index, check in enumerate(chosen, start=1):
            _tell(on_progress, Progress(index, len(chosen), check.outline, None))
            results = run.check(check)
            _tell(on_progress, Progress(index, len(chosen), check.outline, results))
        tier = session.tier
    used = run.used_stubs & set(assignment.spec.submission.stubs)
    said = (*notices, *([stubs.used(sorted(used))] if used else []))
    report = _report(assignment, run, tier, said)
    return replace(report, seconds=time.perf_counter() - started)


def _bundle(assignment: Assignment, files: Mapping[str, bytes], entry: str) -> Bundle:
    return Bundle(
        files=dict(files),
        entry=entry,
        binding=assignment.spec.binding.use,
        binding_source=assignment.binding_source,
        stubs=assignment.spec.submission.stubs,
    )


def _tell(listener: ProgressListener | None, progress: Progress) -> None:
    if listener is not None:
        listener(progress)


def _report(
    assignment: Assignment, run: "_Run", tier: str, notices: tuple[str, ...]
) -> Report:
    return Report(
        assignment=assignment.spec.slug,
        status=_status(run.results),
        score=score(run.results),
        max_score=assignment.max_score,
        results=tuple(run.results),
        seed=run.seed,
        spec_digest=assignment.digest,
        versions=versions(),
        jail_tier=tier,
        notices=notices,
        log=run.log,
        log_check=run.log_check,
        machine=dict(run.session.facts),
        blocked_calls=tuple(run.blocked_calls),
    )


def versions() -> dict[str, str]:
    """Return what a regrade must match to be exact."""
    return {
        "grader": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
    }


def _choose(assignment: Assignment, only: Collection[str] | None) -> tuple[Check, ...]:
    if only is None:
        return assignment.checks
    known = {check.params.id for check in assignment.checks}
    unknown = sorted(set(only) - known)
    if unknown:
        raise RefusedError(
            f"There is no check {', '.join(unknown)} in {assignment.spec.slug}. "
            f"Its checks are: {', '.join(sorted(known))}.",
            code="unknown-check",
        )
    return tuple(check for check in assignment.checks if check.params.id in only)


def _status(results: Sequence[CheckResult]) -> ReportStatus:
    if any(result.verdict is Verdict.BROKEN for result in results):
        return ReportStatus.NEEDS_ATTENTION
    return ReportStatus.GRADED


@dataclass
class _Run:
    """What is known while a submission is being graded."""

    session: JailSession
    seed: int
    limits: Limits
    files: Mapping[str, bytes]
    binding: str = ""
    results: list[CheckResult] = field(default_factory=list)
    levels: dict[str, str] = field(default_factory=dict)
    log: str = ""
    log_check: str = ""
    log_is_seen: bool = False
    load_trouble: Trouble | None = None
    used_stubs: set[str] = field(default_factory=set)
    blocked_calls: list[BlockedCall] = field(default_factory=list)

    def check(self, check: Check) -> tuple[CheckResult, ...]:
        """Run one check, or skip it, and keep its results."""
        started = time.perf_counter()
        results = tuple(self._results(check))
        seconds = time.perf_counter() - started
        results = tuple(replace(result, seconds=seconds) for result in results)
        self.results += results
        self.levels[check.params.id] = check.params.visibility
        return results

    def note(self, observation: Observation, params: CheckParams) -> None:
        """Keep what the report says beside the results. Untrusted.

        What a check gave to the code may be printed by it, or told by what it imports:
        students read that only of checks that they see.
        """
        blocked = BlockedCall(params.id, observation.blocked_call)
        if blocked.call and blocked not in self.blocked_calls:
            self.blocked_calls.append(blocked)
        is_visible = params.visibility == VISIBLE
        if observation.log and (not self.log or (is_visible and not self.log_is_seen)):
            self.log, self.log_check = observation.log, params.id
            self.log_is_seen = is_visible
        for reply in observation.replies if is_visible else ():
            self.used_stubs |= set(reply.notes.get(USED_STUBS, "").split(","))

    def results_beside(self, level: str) -> list[CheckResult]:
        """Return the results that a check of this level may speak of."""
        return [one for one in self.results if covers(level, self.levels[one.check])]

    def _results(self, check: Check) -> Iterator[CheckResult]:
        if self.load_trouble is not None:
            yield from check.all_alike(Verdict.ERRORED, running.NOT_LOADED)
            return
        missing = self._unmet(check)
        if missing:
            yield from check.all_alike(Verdict.SKIPPED, running.skipped(missing))
            return
        try:
            yield from check.run(_Trial(self, check.params))
        except BindingFaultError as fault:
            log.warning("check %s: %s", check.params.id, fault)
            for result in check.all_alike(Verdict.BROKEN, running.BROKEN_BINDING):
                yield replace(result, evidence={"binding": str(fault)})
        except GraderError:
            # The jail failed, or this run is no longer ours: nobody's answer is known.
            raise
        except Exception:
            log.exception("check %s failed by our own fault", check.params.id)
            yield from check.all_alike(Verdict.BROKEN, running.BROKEN)

    def _unmet(self, check: Check) -> str:
        """Return the title of a check that this one needs and that did not pass."""
        for result in self.results:
            needed = result.check in check.params.needs
            if needed and result.verdict not in _GOOD_ENOUGH:
                return result.title
        return ""


@dataclass
class _Trial:
    """The one way in which a check reaches the student's code."""

    run: _Run
    params: CheckParams

    @property
    def limits(self) -> Limits:
        return self.params.limits(self.run.limits)

    @property
    def files(self) -> Mapping[str, bytes]:
        return self.run.files

    @property
    def public_inputs(self) -> bool:
        return self.params.public_inputs

    @property
    def binding(self) -> str:
        return self.run.binding

    @property
    def earlier(self) -> Sequence[CheckResult]:
        return self.run.results_beside(self.params.visibility)

    def rng(self, purpose: str) -> np.random.Generator:
        seed = PUBLIC_SEED if self.params.public_inputs else self.run.seed
        return secret_rng(seed, self.params.id, purpose)

    def ask(self, calls: Sequence[Call], *, one_by_one: bool = False) -> list[Answer]:
        case = Case(tuple(calls), self.limits, one_by_one)
        observation = self.run.session.observe(case)
        self.run.note(observation, self.params)
        found = answers(observation, len(calls))
        _require_binding(found)
        trouble = found[0].trouble if found else None
        if trouble is not None and trouble.at_load:
            self.run.load_trouble = trouble
        return found


def _require_binding(found: Sequence[Answer]) -> None:
    """Refuse to judge anything that a mistake of the binding kept from happening.

    A hostile student can report such a mistake; that gives no points, and a person
    looks at it.
    """
    for answer in found:
        fault = None if answer.trouble is None else answer.trouble.fault
        if fault is not None and fault.kind == BINDING_FAULT:
            raise BindingFaultError(fault.message)
