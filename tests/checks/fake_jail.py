"""A jail without walls for tests: the same bindings, called in this process."""

import warnings
from collections.abc import Callable, Mapping
from types import ModuleType

import numpy as np

from grader.contract.messages import (
    Array,
    Bundle,
    Call,
    Case,
    Fault,
    Observation,
    Outcome,
    Phase,
    Reply,
)
from worker.runner import faults
from worker.runner.bindings import base, built_in, foreign

Answer = Callable[[Call], Mapping[str, Array]]


class _Progress:
    """What a binding reports to while it works."""

    def __init__(self) -> None:
        self.phase = Phase.CALL
        self.notes: dict[str, str] = {}

    def enter(self, phase: Phase) -> None:
        self.phase = phase


class _Session:
    """Runs the calls of a case in a fresh module."""

    tier = "fake"
    facts: Mapping[str, str] = {"kernel": "none"}

    def __init__(self, bundle: Bundle, cases: list[Case]) -> None:
        self.bundle = bundle
        self.cases = cases

    def __enter__(self) -> "_Session":
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def observe(self, case: Case) -> Observation:
        self.cases.append(case)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return self._observe(case)

    def _observe(self, case: Case) -> Observation:
        module = ModuleType("student")
        try:
            source = self.bundle.files[self.bundle.entry]
            exec(compile(source, self.bundle.entry, "exec"), module.__dict__)
        except BaseException as error:  # noqa: BLE001 - as the real runner does
            fault = self._fault(error, Phase.LOAD)
            return Observation(Outcome.RAISED, (Reply(Outcome.RAISED, fault=fault),))
        replies = tuple(self._reply(module, call) for call in case.calls)
        bad = (r.outcome for r in replies if r.outcome is not Outcome.COMPLETED)
        return Observation(next(bad, Outcome.COMPLETED), replies)

    def _reply(self, module: ModuleType, call: Call) -> Reply:
        progress = _Progress()
        copies = {name: value.copy() for name, value in call.arrays.items()}
        request = base.Request(call.action, copies, call.options)
        got: dict[str, Array] = {}
        legacy = np.random.RandomState(call.seed)
        np.random.set_state(legacy.get_state())  # noqa: NPY002 - as the real runner
        try:
            for part in self._binding()(module, request, progress):
                got.update(part)
        except BaseException as error:  # noqa: BLE001 - as the real runner does
            outcome = Outcome.RAISED
            if isinstance(error, faults.BadOutputError):
                outcome = Outcome.BAD_OUTPUT
            fault = self._fault(error, progress.phase)
            return Reply(outcome, got, progress.notes, fault)
        return Reply(Outcome.COMPLETED, got, progress.notes)

    def _binding(self) -> base.Binding:
        source = self.bundle.binding_source
        return built_in(self.bundle.binding) if source is None else foreign.load(source)

    def _fault(self, error: BaseException, phase: Phase) -> Fault:
        texts = faults.describe(error, phase, self.bundle.files)
        return Fault(
            kind=texts["fault.kind"],
            message=texts["fault.message"],
            phase=Phase(texts["fault.phase"]),
            file=texts["fault.file"],
            line=int(texts["fault.line"]),
            traceback=texts["fault.traceback"],
        )


class FakeJail:
    """Opens sessions that run the student's source in this process.

    ``cases`` collects everything that was asked.
    """

    def __init__(self) -> None:
        self.cases: list[Case] = []

    def open(self, bundle: Bundle) -> _Session:
        return _Session(bundle, self.cases)


class _ScriptedSession(_Session):
    def __init__(self, script: Callable[[Case], Observation], cases: list[Case]):
        self.script = script
        self.cases = cases

    def observe(self, case: Case) -> Observation:
        self.cases.append(case)
        return self.script(case)


class ScriptedJail:
    """Answers each case as a function says; no student code is involved."""

    def __init__(self, script: Callable[[Case], Observation]) -> None:
        self.script = script
        self.cases: list[Case] = []

    def open(self, bundle: Bundle) -> _ScriptedSession:
        return _ScriptedSession(self.script, self.cases)


def answering(answer: Answer) -> ScriptedJail:
    """Return a jail whose student answers every call with ``answer``."""

    def script(case: Case) -> Observation:
        with np.errstate(all="ignore"):
            replies = tuple(
                Reply(Outcome.COMPLETED, answer(call)) for call in case.calls
            )
        return Observation(Outcome.COMPLETED, replies)

    return ScriptedJail(script)


def ending(outcome: Outcome, phase: Phase | None = None) -> ScriptedJail:
    """Return a jail in which every case ends during its first call."""
    fault = None if phase is None else Fault("", "", phase)

    def script(case: Case) -> Observation:
        return Observation(outcome, (Reply(outcome, fault=fault),))

    return ScriptedJail(script)
