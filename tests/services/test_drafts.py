"""Drafts: written by several people, overwritten by nobody, gone only until fetched."""

import io
import zipfile
from collections.abc import Mapping

import pytest

from grader.errors import NotFoundError, RefusedError
from grader.services import draft_files, drafts
from grader.services.invariants.submissions import manifests
from tests.services.world import World, tiny


def stored(world: World, files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: world.store.put(content) for name, content in files.items()}


def begin(world: World, slug: str = "tiny", actor: int | None = None) -> None:
    manifest = stored(world, tiny().files)
    with world.database.write() as session:
        drafts.create(
            session,
            course_id=world.course_id,
            slug=slug,
            manifest=manifest,
            actor_id=actor or world.instructor,
        )


def save(world: World, version: int, **files: bytes | None) -> int:
    changes = {
        name.replace("__", "."): None if content is None else world.store.put(content)
        for name, content in files.items()
    }
    with world.database.write() as session:
        return drafts.save(
            session,
            course_id=world.course_id,
            slug="tiny",
            version=version,
            changes=changes,
            actor_id=world.instructor,
        )


def contents(world: World) -> dict[str, bytes]:
    with world.database.read() as session:
        view = drafts.get(session, world.course_id, "tiny", world.instructor)
    return drafts.contents(world.store, view)


def test_the_second_of_two_who_save_the_same_version_is_told_and_loses_nothing(
    world: World,
) -> None:
    begin(world)
    assert save(world, 1, handout__md=b"first\n") == 2
    with pytest.raises(RefusedError, match="Somebody else has saved") as refused:
        save(world, 1, handout__md=b"second\n")
    assert refused.value.code == "changed-meanwhile"
    assert contents(world)["handout.md"] == b"first\n"
    assert save(world, 2, handout__md=b"second\n") == 3


def test_saving_what_is_there_makes_no_version(world: World) -> None:
    begin(world)
    assert save(world, 1, handout__md=b"# Tiny\n") == 1


def test_every_save_can_be_fetched_back_and_becomes_a_version_of_its_own(
    world: World,
) -> None:
    begin(world)
    save(world, 1, handout__md=None, binding__py=b"x = 1\n")
    with world.database.write() as session:
        saves = drafts.history(session, world.course_id, "tiny", world.instructor)
        drafts.fetch_back(
            session, world.store, world.course_id, saves[-1].id, world.instructor
        )
    assert [(one.version, one.changed) for one in saves] == [
        (2, ("binding.py", "handout.md")),
        (1, ("assignment.toml", "handout.md")),
    ]
    assert contents(world) == dict(tiny().files)


def test_a_deleted_draft_is_listed_and_comes_back_as_it_was(world: World) -> None:
    begin(world)
    save(world, 1, handout__md=b"kept\n")
    with world.database.write() as session:
        drafts.delete(session, world.course_id, "tiny", world.instructor)
    with world.database.write() as session:
        (gone,) = drafts.deleted(session, world.course_id, world.instructor)
        drafts.fetch_back(
            session, world.store, world.course_id, gone.id, world.instructor
        )
    assert contents(world)["handout.md"] == b"kept\n"
    with world.database.read() as session:
        assert not drafts.deleted(session, world.course_id, world.instructor)


@pytest.mark.parametrize("person", ["student", "ta", "outsider"])
def test_drafts_exist_for_instructors_of_the_course_only(
    world: World, person: str
) -> None:
    begin(world)
    actor = getattr(world, person)
    with world.database.write() as session:
        with pytest.raises(NotFoundError):
            drafts.get(session, world.course_id, "tiny", actor)
        with pytest.raises(NotFoundError):
            drafts.delete(session, world.course_id, "tiny", actor)
        with pytest.raises(NotFoundError):
            drafts.history(session, world.course_id, "tiny", actor)
    with pytest.raises(NotFoundError):
        begin(world, "other", actor)


@pytest.mark.parametrize(
    "name", ["../x.py", "/etc/x", "a//b", "a/./b", ".hidden", "a\\b", "a\0b", "", "a/"]
)
def test_names_that_are_not_plainly_below_the_folder_are_refused(name: str) -> None:
    with pytest.raises(RefusedError) as refused:
        draft_files.require_name(name)
    assert refused.value.code == "bad-name"


def test_a_file_and_a_folder_of_one_name_are_refused() -> None:
    with pytest.raises(RefusedError, match="both a file and a folder"):
        draft_files.require_names({"starter": "0", "starter/a.py": "0"})


def test_the_files_of_drafts_are_needed_by_a_row(world: World) -> None:
    begin(world)
    save(world, 1, binding__py=b"only_here = 1\n")
    blob = world.store.put(b"only_here = 1\n")
    with world.database.read() as session:
        needed = {one for _, files in manifests(session) for one in files.values()}
    assert blob in needed


def test_a_zip_keeps_all_files_but_those_of_tools() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("assignment.toml", "handout.md", "starter/a.txt", ".git/config"):
            archive.writestr(f"top/{name}", name)
    found = draft_files.unpacked("a.zip", packed.getvalue(), 1 << 20)
    assert sorted(found) == ["assignment.toml", "handout.md", "starter/a.txt"]


def test_a_zip_that_unpacks_to_more_than_is_accepted_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("assignment.toml", b"# " + bytes(4 << 20))
    with pytest.raises(RefusedError) as refused:
        draft_files.unpacked("bomb.zip", packed.getvalue(), 8 << 20)
    assert refused.value.code == "archive-too-large"


def test_a_template_is_an_assignment_and_can_be_renamed() -> None:
    files = draft_files.template_files("two-layers", 'Two "layers"')
    renamed = draft_files.renamed(files, "three-layers")
    assert b'slug = "three-layers"' in renamed["assignment.toml"]
    assert b'title = "Two \\"layers\\""' in renamed["assignment.toml"]
