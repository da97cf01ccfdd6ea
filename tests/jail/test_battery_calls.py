"""Every call on the list of evidence ends its process and leaves its name to staff."""

import platform

import pytest

from grader.contract.limits import Limits
from grader.contract.messages import Bundle, Call, Case, Outcome
from worker.jail.selection import TieredJail
from worker.runner.syscalls import EVIDENCE, MACHINES, number

BINDING = b"""
import ctypes

def call(student, *, options):
    ctypes.CDLL(None).syscall(ctypes.c_long(options["number"]), 0, 0, 0, 0, 0)
    return {}
"""
LIMITS = Limits(load_seconds=30, wall_seconds=30)


def test_each_call_on_the_list_is_the_end_and_is_named(jail: TieredJail) -> None:
    machine = platform.machine()
    if machine not in MACHINES:
        pytest.skip(f"no filter for {machine}")
    expected = {name: number(name, machine) for name in sorted(EVIDENCE)}
    bundle = Bundle({"mlp.py": b""}, "mlp.py", binding_source=BINDING)
    seen = {}

    with jail.open(bundle) as session:
        for name, value in expected.items():
            case = Case((Call("call", options={"number": value}),), LIMITS)
            observation = session.observe(case)
            seen[name] = (observation.outcome, observation.blocked_call)

    assert seen == {name: (Outcome.KILLED, name) for name in expected}
