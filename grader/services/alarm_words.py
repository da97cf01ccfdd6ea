"""What each kind of alarm means, for the people who run the service."""

from collections.abc import Mapping
from dataclasses import dataclass

from grader.models import AlarmKind


@dataclass(frozen=True, slots=True)
class AlarmWords:
    """What happened, and what to do: one or two sentences each."""

    title: str
    advice: str


WORDS: Mapping[AlarmKind, AlarmWords] = {
    AlarmKind.JAIL_NOT_LOCKED: AlarmWords(
        "A jail was not locked as it must be.",
        "Its worker is set apart and grades nothing for a while; the submission went "
        "back to the queue and lost no attempt. Look at that machine before it grades.",
    ),
    AlarmKind.WORKER_SICK: AlarmWords(
        "A worker cannot grade a submission that is known to be right.",
        "It claims nothing until a test run succeeds, which it tries again by itself; "
        "other workers go on. Read its log, or replace it.",
    ),
    AlarmKind.POISON_SUBMISSION: AlarmWords(
        "A submission could not be graded after several tries.",
        "The attempt was given back and the student was told. Look at its report, and "
        "grade it again once the cause is known.",
    ),
    AlarmKind.NO_WORKER: AlarmWords(
        "Submissions wait and no worker is there.",
        "Start a worker, or see why the ones you have end. Nothing is lost meanwhile.",
    ),
    AlarmKind.DATABASE_AWAY: AlarmWords(
        "The database did not answer for a while.",
        "It is back. Nothing that was confirmed is lost; look at why it was away.",
    ),
    AlarmKind.STORAGE_FULL: AlarmWords(
        "There is no room, or hardly any, to store what students upload.",
        "Make room on that disk. Uploads that found none were refused with a sentence.",
    ),
    AlarmKind.BLOB_DAMAGED: AlarmWords(
        "A stored file is missing or was changed on disk.",
        "Restore it from the backup under the same name, and grade the run again.",
    ),
    AlarmKind.CLOCK_SKEW: AlarmWords(
        "The clock of a machine differs from the database's.",
        "A worker on it refuses to start. Set its clock, best by NTP.",
    ),
}
