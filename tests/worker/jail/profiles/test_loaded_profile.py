"""The shipped profile in the kernel: under it T1 holds, without its addition T2 does.

The filter is made by the library that container runtimes use. ``grader doctor`` is the
witness, so its sentences in each situation are tested as well.
"""

import errno
import json
from typing import Any

from tests.requirements import require
from tests.worker.jail.profiles import compiled, under_filter
from worker.jail.profiles import SECCOMP
from worker.jail.profiles.seccomp_profile import profile

NEW_USER = 0x10000000


def refusing(name: str, code: int, *arguments: dict[str, Any]) -> dict[str, Any]:
    """Return a profile that allows everything but one call."""
    rule = {"names": [name], "action": "SCMP_ACT_ERRNO", "errnoRet": code}
    return {
        "defaultAction": "SCMP_ACT_ALLOW",
        "defaultErrnoRet": 0,
        "syscalls": [{**rule, "args": list(arguments)}],
    }


NEW_USER_FLAG = {
    "index": 0,
    "value": NEW_USER,
    "valueTwo": NEW_USER,
    "op": "SCMP_CMP_MASKED_EQ",
}
WITHOUT_LANDLOCK = refusing("landlock_create_ruleset", errno.ENOSYS)
NAMESPACES_OFF = refusing("clone", errno.ENOSPC, NEW_USER_FLAG)


def doctor(document: dict[str, Any], **settings: str) -> tuple[int, dict[str, Any]]:
    """Return the exit code of ``grader doctor`` under a profile, and its findings."""
    try:
        code = compiled.program(document)
    except OSError as error:
        require("libseccomp", str(error))
    arguments = ("-m", "grader", "doctor", "--jail-only", "--json")
    done = under_filter.run(code, *arguments, **settings)
    if b"No module named" in done.stderr or b"Permission denied" in done.stderr:
        require("system-python", done.stderr.decode(errors="replace")[-300:])
    assert done.stdout, done.stderr.decode(errors="replace")
    found = json.loads(done.stdout)
    return done.returncode, {finding["what"]: finding for finding in found}


def test_under_the_shipped_profile_the_strongest_tier_holds() -> None:
    code, found = doctor(json.loads(SECCOMP.read_text("utf-8")))

    if "not installed" in found["jail tier T1"]["found"]:
        require("bubblewrap", found["jail tier T1"]["found"])
    assert found["jail tier T1"]["found"].startswith("holds: bubblewrap")
    assert found["jail tier T2"]["found"].startswith("holds")
    assert (code, found["jail"]["found"]) == (0, "submissions are graded in T1")


def test_without_the_addition_the_second_tier_holds_and_the_file_is_named() -> None:
    code, found = doctor(profile(namespaces=False))

    assert (code, found["jail"]["found"]) == (0, "submissions are graded in T2")
    assert found["jail tier T1"]["found"].startswith("does not hold")
    assert str(SECCOMP) in found["jail tier T1"]["advice"]
    assert "filters around" in found["system call filters"]["found"]


def test_what_holds_is_refused_if_more_is_demanded() -> None:
    code, found = doctor(profile(namespaces=False), GRADER_MIN_TIER="T1")

    assert code == 3
    assert found["jail"]["fine"] is False
    assert "demands at least T1" in found["jail"]["found"]
    assert "stay queued" in found["jail"]["found"]


def test_without_landlock_the_second_tier_fails_and_the_others_hold() -> None:
    code, found = doctor(WITHOUT_LANDLOCK)

    assert code == 0
    assert found["Landlock"]["found"] == "none"
    assert "5.13" in found["jail tier T2"]["advice"]
    assert found["jail tier T2s"]["found"].startswith("holds")


def test_where_no_more_namespaces_may_be_made_the_setting_is_named() -> None:
    _, found = doctor(NAMESPACES_OFF)

    assert "user.max_user_namespaces" in found["jail tier T1"]["advice"]
    assert found["jail"]["found"] == "submissions are graded in T2"
