"""The advice names the one thing that helps here, and the file shipped for it."""

import pytest

from worker.jail import profiles
from worker.jail.tiers import remedies

FACTS = {"user_namespaces": "yes", "seccomp": "yes", "apparmor": "none"}
RESTRICTED = "restricted, kernel.apparmor_restrict_unprivileged_userns is 1"
FILTERED = "yes, and filters around the grader itself: 1"


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"user_namespaces": "none"}, "no user namespaces"),
        (
            {"user_namespaces": "off, user.max_user_namespaces is 0"},
            "sysctl user.max_user_namespaces=15000",
        ),
        (
            {"user_namespaces": "off, kernel.unprivileged_userns_clone is 0"},
            "sysctl kernel.unprivileged_userns_clone=1",
        ),
        ({"user_namespaces": RESTRICTED}, str(profiles.APPARMOR_HOST)),
        (
            {"user_namespaces": RESTRICTED, "seccomp": FILTERED},
            str(profiles.SECCOMP),
        ),
        ({"seccomp": FILTERED}, str(profiles.SECCOMP)),
    ],
)
def test_refused_namespaces_have_one_remedy(facts: dict[str, str], words: str) -> None:
    assert words in remedies.for_namespaces({**FACTS, **facts})


@pytest.mark.parametrize(
    ("confined_by", "named"),
    [("none", False), ("unconfined", False), ("docker-default (enforce)", True)],
)
def test_refused_mounts_need_apparmors_profile_only_where_it_confines(
    confined_by: str, named: bool
) -> None:
    advice = remedies.for_mounts({**FACTS, "apparmor": confined_by})

    assert str(profiles.SECCOMP) in advice
    assert (str(profiles.APPARMOR_CONTAINER) in advice) is named


@pytest.mark.parametrize(
    "path",
    [
        profiles.SECCOMP,
        profiles.APPARMOR_HOST,
        profiles.APPARMOR_CONTAINER,
        profiles.KUBERNETES,
        profiles.FOLDER / "README.md",
    ],
)
def test_every_file_that_is_named_is_shipped(path: object) -> None:
    assert path.is_file()  # type: ignore[attr-defined]
