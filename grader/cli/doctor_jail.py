"""What ``grader doctor`` says of the jail: the kernel, every tier, and the choice."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from grader.cli.finding import Finding
from grader.config import Settings

if TYPE_CHECKING:
    from worker.jail import TierFinding

_WORDS = {
    "kernel": "kernel",
    "architecture": "architecture",
    "landlock": "Landlock",
    "seccomp": "system call filters",
    "user_namespaces": "user namespaces",
    "apparmor": "AppArmor",
    "cgroup": "control groups",
    "container": "container",
    "user": "user",
}


def examine(settings: Settings) -> list[Finding]:
    """Try every tier here and say what was found.

    Raises
    ------
    ConfigurationError
        If the least tier that the settings name does not exist.
    """
    from worker.jail import JailSettings, diagnose, kernel
    from worker.jail.tiers import ranked

    tiers = diagnose(JailSettings.chosen_by(settings))
    lacking = {tier.name: tier.lacks for tier in ranked()}
    return [
        *_surroundings(kernel.facts()),
        *_tiers(tiers, lacking),
        _least(settings.min_tier),
        _choice(tiers, settings.min_tier),
    ]


def _surroundings(facts: Mapping[str, str]) -> Iterator[Finding]:
    for key, value in facts.items():
        shown = f"version {value}" if key == "landlock" and value != "none" else value
        yield Finding(_WORDS.get(key, key), None, shown)


def _tiers(
    tiers: Sequence["TierFinding"], lacking: Mapping[str, str]
) -> Iterator[Finding]:
    for tier in tiers:
        what = f"jail tier {tier.tier}"
        if not tier.holds:
            yield Finding(what, None, f"does not hold: {tier.reason}", tier.advice)
            continue
        words = [f"holds: {tier.summary}." if tier.summary else "holds."]
        words += [text for text in (tier.reason, lacking.get(tier.tier, "")) if text]
        yield Finding(what, None, " ".join(words))


def _least(least: str) -> Finding:
    what = "GRADER_MIN_TIER"
    if least:
        return Finding(what, None, f"{least}: nothing weaker is ever used")
    return Finding(
        what,
        None,
        "not set: the strongest tier that holds when a worker starts is used",
        "Name a tier, and nothing is graded rather than in a weaker one.",
    )


def _choice(tiers: Sequence["TierFinding"], least: str) -> Finding:
    holding = [tier for tier in tiers if tier.holds]
    chosen = next((tier for tier in holding if tier.accepted), None)
    if chosen is not None:
        better = tiers[: tiers.index(chosen)]
        advice = f"Stronger would be {better[0].tier}; see its line." if better else ""
        found = f"submissions are graded in {chosen.tier}"
        return Finding("jail", True, found, advice)
    if holding:
        return Finding(
            "jail",
            False,
            f"{holding[0].tier} holds, but GRADER_MIN_TIER demands at least {least}: "
            "student code is not run, submissions stay queued",
            f"Follow the advice for {least}, or accept {holding[0].tier}.",
        )
    return Finding(
        "jail",
        False,
        "no tier holds: student code is not run, submissions stay queued",
        "See the advice for each tier above.",
    )
