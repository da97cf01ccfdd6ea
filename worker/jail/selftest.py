"""Attack a jail from inside before it is trusted with anything."""

from pathlib import Path
from typing import Final

from grader.contract.limits import Limits
from grader.contract.messages import Bundle, Call, Case, Observation, Outcome
from grader.errors import SandboxUnavailableError
from worker.jail.launch import Launch
from worker.jail.server import ForkServer
from worker.jail.session import Session

_PROBES: Final = Path(__file__).resolve().parent / "selftest_inside.py"
_SECONDS: Final = 10.0
_MEMORY_BYTES: Final = 512 << 20


def run(launch: Launch, start_seconds: float) -> int:
    """Return how many probes the jail refused, which is all of them.

    Each child is also examined from outside, as always.

    Raises
    ------
    SandboxUnavailableError
        If the jail does not start, or a probe got through; names the probe.
    """
    source = _PROBES.read_bytes()
    bundle = Bundle(files={"probe.py": b""}, entry="probe.py", binding_source=source)
    with Session(ForkServer(launch), bundle, start_seconds) as session:
        seen = _observe(session, "probe")
        if seen.outcome is not Outcome.COMPLETED or not seen.replies[0].arrays:
            reason = seen.fault.message if seen.fault else "no answer"
            raise SandboxUnavailableError(f"The self-test did not run: {reason}")
        refused = seen.replies[0].arrays
        leaks = [name for name, answer in refused.items() if not answer.all()]
        if leaks:
            raise SandboxUnavailableError(f"The jail leaks: {', '.join(leaks)}.")
        expected = {
            "trace": Outcome.KILLED,
            "fill_memory": Outcome.OUT_OF_MEMORY,
            "leave": Outcome.NO_REPLY,
        }
        for action, outcome in expected.items():
            found = _observe(session, action).outcome
            if found is not outcome:
                raise SandboxUnavailableError(
                    f"The jail leaks: {action} ended as {found}, not {outcome}."
                )
    return len(refused) + len(expected)


def _observe(session: Session, action: str) -> Observation:
    limits = Limits(
        load_seconds=_SECONDS, wall_seconds=_SECONDS, memory_bytes=_MEMORY_BYTES
    )
    return session.observe(Case(calls=(Call(action=action),), limits=limits))
