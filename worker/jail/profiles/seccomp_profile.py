"""Build the seccomp profile of a worker's container, in the format of OCI runtimes.

Docker, Podman, containerd and CRI-O read the same few keys. There is no list of
architectures: a runtime then filters the machine's own, and the kernel kills whoever
uses another one, which is what 32-bit calls would be good for.

References
----------
Open Container Initiative: "Runtime Specification", Linux container configuration,
section Seccomp. Linux manual: seccomp(2), clone(2), user_namespaces(7).
"""

import errno
import json
from typing import Any, Final

from worker.jail.profiles import calls
from worker.runner import syscalls

_ALLOW: Final = "SCMP_ACT_ALLOW"
_REFUSE: Final = "SCMP_ACT_ERRNO"


def profile(*, namespaces: bool = True) -> dict[str, Any]:
    """Return the profile as plain values.

    Parameters
    ----------
    namespaces
        False takes away what bubblewrap needs. What is left forbids the same as a
        runtime's own profile, and is good for tests.
    """
    rules = [_allow(sorted(_ordinary()))]
    rules += [
        _allow(["socket"], _argument(0, family)) for family in calls.ADDRESS_FAMILIES
    ]
    if namespaces:
        rules.append(_allow(sorted({"clone", *calls.BUBBLEWRAP})))
    else:
        # The sign that no flag of a namespace is among the flags.
        none = _argument(0, calls.NEW_NAMESPACES, "SCMP_CMP_MASKED_EQ", value_two=0)
        rules.append(_allow(["clone"], none))
    # Its flags are in memory, where a filter cannot see them. The C library falls back
    # to `clone` only for this error.
    rules.append({"names": ["clone3"], "action": _REFUSE, "errnoRet": errno.ENOSYS})
    return {
        "defaultAction": _REFUSE,
        "defaultErrnoRet": errno.EPERM,
        "syscalls": rules,
    }


def text() -> str:
    """Return the file that is shipped."""
    return json.dumps(profile(), indent=2) + "\n"


def _ordinary() -> frozenset[str]:
    return calls.ORDINARY | syscalls.ALLOWED | syscalls.ARGUMENT_CHECKED


def _allow(names: list[str], *arguments: dict[str, Any]) -> dict[str, Any]:
    rule: dict[str, Any] = {"names": names, "action": _ALLOW}
    return rule | ({"args": list(arguments)} if arguments else {})


def _argument(
    index: int, value: int, operator: str = "SCMP_CMP_EQ", *, value_two: int = 0
) -> dict[str, Any]:
    return {"index": index, "value": value, "valueTwo": value_two, "op": operator}
