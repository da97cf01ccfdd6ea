"""One furnished world for the whole run, copied for every module that uses it."""

import shutil
from dataclasses import replace

import pytest

from tests.security import furnished
from tests.security.furnished import Furnished
from tests.web import seed
from tests.web.conftest import anonymous, app, database, visit
from tests.web.seed import World

__all__ = ["anonymous", "app", "database", "visit"]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    return furnished.build(tmp_path_factory.mktemp("furnished"))


@pytest.fixture(scope="module")
def objects(built: Furnished, tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    home = tmp_path_factory.mktemp("objects") / "home"
    shutil.copytree(built.world.settings.home, home)
    return replace(built, world=replace(built.world, settings=seed.settings_for(home)))


@pytest.fixture(scope="module")
def world(objects: Furnished) -> World:
    return objects.world
