"""The routes of the assignment editor, publishing and the test bench."""

from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from grader.db import Database
from grader.services import courses, drafts, trials
from grader.storage import BlobStore
from tests.web import seed
from tests.web.access.visitors import INSTRUCTORS
from tests.web.seed import World

__all__ = ["BODIES", "MATRIX", "VALUES"]

# What is posted without content, by the instructor alone, is refused.
REFUSED = (302, 403, 403, 404, 404, 403, 422)
NOTHING = (302, 403, 403, 404, 404, 403, 404)

MATRIX: dict[tuple[str, str], tuple[int, ...]] = {
    ("GET", "drafts.listing"): INSTRUCTORS,
    ("POST", "drafts.create"): REFUSED,
    ("GET", "drafts.ask_delete"): INSTRUCTORS,
    ("POST", "drafts.delete"): REFUSED,
    ("POST", "drafts.fetch_back"): NOTHING,
    ("GET", "drafts.history"): INSTRUCTORS,
    ("GET", "editor.edit"): INSTRUCTORS,
    ("POST", "editor.save"): REFUSED,
    ("POST", "editor.look"): INSTRUCTORS,
    ("GET", "editor.preview"): INSTRUCTORS,
    ("GET", "adding.check"): INSTRUCTORS,
    ("POST", "adding.add_check"): REFUSED,
    ("GET", "adding.component"): INSTRUCTORS,
    ("POST", "adding.add_component"): REFUSED,
    ("GET", "draft_files.listing"): INSTRUCTORS,
    ("POST", "draft_files.change"): REFUSED,
    ("GET", "draft_files.text"): INSTRUCTORS,
    ("POST", "draft_files.save_text"): REFUSED,
    ("GET", "draft_files.download"): INSTRUCTORS,
    ("GET", "publishing.ask"): INSTRUCTORS,
    ("POST", "publishing.publish"): REFUSED,
    ("GET", "publishing.versions"): INSTRUCTORS,
    ("POST", "publishing.publish_again"): NOTHING,
    ("GET", "bench.of_draft"): INSTRUCTORS,
    ("POST", "bench.order_for_draft"): REFUSED,
    ("GET", "bench.published"): INSTRUCTORS,
    ("POST", "bench.order_for_published"): REFUSED,
    ("GET", "bench.live"): INSTRUCTORS,
    ("POST", "bench.stop"): (302, 403, 403, 404, 404, 403, 303),
}
DRAFT = "editor-draft"


def draft(world: World) -> str:
    """Return a draft of the course, made when it is first asked for."""
    _make(world)
    return DRAFT


def trial(world: World) -> str:
    """Return the id of a trial that waits."""
    return _make(world)


def _make(world: World) -> str:
    """Make both once for each copy of the world."""
    home = world.settings.home
    if home not in _made:
        database = Database(world.settings.database_url)
        with database.write() as session:
            _made[home] = _new(session, world)
        database.dispose()
    return _made[home]


def _new(session: Session, world: World) -> str:
    store = BlobStore(world.settings.blob_dir)
    files = seed.small_assignment().files
    manifest = {name: store.put(content) for name, content in files.items()}
    mine: dict[str, Any] = {
        "course_id": courses.by_slug(session, seed.COURSE).id,
        "slug": DRAFT,
        "manifest": manifest,
        "actor_id": world.people["ivo"],
    }
    drafts.create(session, **mine)
    return trials.order(session, digest="0" * 64, **mine)


_made: dict[Path, str] = {}
VALUES = {"draft": draft, "trial": trial}
BODIES = {
    "bench.order_for_draft": {"runs": "0"},
    "bench.order_for_published": {"runs": "0"},
}
