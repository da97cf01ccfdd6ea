"""What the scaler of the workers asks the database is a question that it answers."""

from pathlib import Path

import yaml
from sqlalchemy import text

from tests.services.world import World

SCALING = Path(__file__).resolve().parents[2] / "deploy/kubernetes/scaling.yaml"


def test_the_query_counts_what_waits_and_what_is_being_graded(world: World) -> None:
    scaled = list(yaml.safe_load_all(SCALING.read_text("utf-8")))[-1]
    (trigger,) = scaled["spec"]["triggers"]
    world.submit()
    world.grade()
    world.submit()
    world.must_claim()
    world.submit(world.other)

    with world.database.read() as session:
        counted = session.scalar(text(trigger["metadata"]["query"]))

    assert counted == 2
