"""A world with an object of every kind in two courses, to swap one for the other."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from grader.assignments import Assignment
from grader.db import Database
from grader.intake import prepare
from grader.models import AlarmKind, CourseRole, User
from grader.services import (
    accounts,
    alarms,
    assignments,
    comment_bank,
    comments,
    courses,
    drafts,
    mistakes,
    overrides,
    regrades,
    reruns,
    rubrics,
    runs,
    sessions,
    submissions,
    tokens,
    trials,
)
from grader.services.mistakes import Among
from grader.services.reruns import Meant, Order, Version
from grader.services.rubrics import Wording
from grader.storage import BlobStore
from tests.web import seed
from tests.web.results import mixed
from tests.web.seed import World

DRAFT = "a-draft"
CHECK = "linear-forward"
# Where each person of the second course is; an administrator is in none.
SECOND = {"bea": CourseRole.STUDENT, "otto": CourseRole.TA}


@dataclass(frozen=True)
class Furnished:
    """The world, and the ids of its objects by the placeholder that names them.

    Parameters
    ----------
    ours, theirs
        Of the first course, whose student is Ada, and of the second, whose is Bea.
    """

    world: World
    ours: Mapping[str, str]
    theirs: Mapping[str, str]


def build(home: Path) -> Furnished:
    """Make the world on an empty home."""
    assignment = seed.small_assignment()
    world = seed.build(home, assignment)
    database = Database(world.settings.database_url)
    store = BlobStore(world.settings.blob_dir)
    people = dict(world.people)
    try:
        _second_course(database, store, assignment, people)
        world = World(world.settings, people, world.ids, world.assignment_id)
        ours = _objects(database, store, assignment, people, (seed.COURSE, "ada"))
        theirs = _objects(
            database, store, assignment, people, (seed.OTHER_COURSE, "bea")
        )
    finally:
        database.dispose()
    return Furnished(world, ours, theirs)


def _second_course(
    database: Database, store: BlobStore, assignment: Assignment, people: dict[str, int]
) -> None:
    with database.write() as session:
        course = courses.by_slug(session, seed.OTHER_COURSE).id
        for key in (*SECOND, "root"):
            # Not by the service: hashing passwords would take most of the time.
            user = User(
                email=f"{key}@example.org", name=key.title(), is_admin=key == "root"
            )
            session.add(user)
            session.flush()
            people[key] = user.id
        for key, role in SECOND.items():
            accounts.enrol(session, course_id=course, user_id=people[key], role=role)
        assignments.publish(
            session,
            store,
            course_id=course,
            assignment=assignment,
            now=datetime.now(UTC),
        )


def _objects(
    database: Database,
    store: BlobStore,
    assignment: Assignment,
    people: Mapping[str, int],
    place: tuple[str, str],
) -> dict[str, str]:
    """Make one of everything and return the ids by their placeholders."""
    slug, student = place
    staff = people["ivo" if slug == seed.COURSE else "olga"]
    owner = people[student]
    with database.read() as session:
        course = courses.by_slug(session, slug).id
        view = assignments.get(session, slug, seed.SLUG)
    submission = _graded(database, store, assignment, view.id, owner)
    return {
        "course": slug,
        "assignment": seed.SLUG,
        "submission": submission,
        "int:member": str(owner),
        "path:name": "mlp.py",
        **_of_review(database, course, view.id, submission, (staff, owner)),
        **_of_course(database, store, assignment, course, view.id, staff),
        **_of_person(database, owner),
    }


def _graded(
    database: Database,
    store: BlobStore,
    assignment: Assignment,
    assignment_id: int,
    owner: int,
) -> str:
    with database.write() as session:
        receipt = submissions.submit(
            session,
            store,
            assignment_id=assignment_id,
            user_id=owner,
            prepared=prepare({"mlp.py": seed.CODE}, entry="mlp.py"),
            received_at=datetime.now(UTC),
            idempotency_key=f"furnished-{owner}",
            secret_key=seed.SECRET,
        )
    while True:
        with database.write() as session:
            job = runs.claim(session, worker="w1", lease_seconds=3600)
            assert job is not None
            runs.finish(session, job, seed.report_for(assignment, mixed))
        if str(job.submission_id) == receipt.submission_id:
            return receipt.submission_id


def _of_review(
    database: Database,
    course: int,
    assignment: int,
    submission: str,
    persons: tuple[int, int],
) -> dict[str, str]:
    staff, owner = persons
    with database.write() as session:
        comment = comments.add(session, submission, staff, text="Look at the axis.")
        item = rubrics.add_item(session, assignment, staff, Wording("Neat", "1"))
        regrade = regrades.open_request(session, submission, owner, text="Why?")
        decision = overrides.set_points(
            session, submission, staff, check=CHECK, points=1, reason="by hand"
        )
        sentence = comment_bank.add(session, course, staff, "Sum over the batch.")
    with database.read() as session:
        found = mistakes.overview(session, assignment, staff, Among.LATEST)
    group = next(one.key for one in (*found.mistakes, *found.checks))
    return {
        "int:comment": str(comment),
        "int:item": str(item),
        "regrade": str(regrade),
        "int:override": str(decision),
        "int:sentence": str(sentence),
        "mistake": group,
    }


def _of_course(
    database: Database,
    store: BlobStore,
    assignment: Assignment,
    course: int,
    assignment_id: int,
    staff: int,
) -> dict[str, str]:
    manifest = {name: store.put(content) for name, content in assignment.files.items()}
    # Each course has a name of its own for it: the same would be no foreign one.
    slug = f"{DRAFT}-{course}"
    with database.write() as session:
        drafts.create(
            session, course_id=course, slug=slug, manifest=manifest, actor_id=staff
        )
        trial = trials.order(
            session,
            course_id=course,
            slug=slug,
            digest="0" * 64,
            manifest=manifest,
            actor_id=staff,
        )
        wanted = Order(Meant.ALL, Version.PUBLISHED, "to compare")
        batch = reruns.order(session, assignment_id, staff, wanted)
        alarms.sound(session, AlarmKind.NO_WORKER, subject=slug)
        alarm = alarms.recent(session)[0].id
    return {
        "draft": slug,
        "trial": trial,
        "batch": str(batch),
        "int:alarm": str(alarm),
    }


def _of_person(database: Database, owner: int) -> dict[str, str]:
    now = datetime.now(UTC)
    with database.write() as session:
        mark = session.get_one(User, owner).fs_uniquifier
        sessions.start(session, user_id=owner, mark=mark, now=now)
        (held,) = sessions.of(session, owner, now)
        token = tokens.create(
            session, user_id=owner, name="laptop", scope="read", days=9, now=now
        )
    return {"int:session_id": str(held.id), "int:token_id": str(token.view.id)}
