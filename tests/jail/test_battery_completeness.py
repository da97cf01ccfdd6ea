"""Nothing of the catalogue in the design is left out of the battery."""

from tests.jail import battery
from tests.jail.battery import intake, training

# Every row of the catalogue that was tried in the prototypes or belongs to the design.
ROWS = frozenset(
    {f"R{n}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15, 17, 19, 21, 23)}
    | {f"E{n}" for n in (1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 15, 16, 19, 20)}
    | {f"U{n}" for n in (1, 2, 3, 5, 6, 7)}
    | {f"F{n}" for n in (1, 2, 4, 5, 7, 10, 12, 14, 16, 17, 18, 19, 20, 21, 22, 23)}
    | {"F24", "F26"}
    | {f"B{n}" for n in (1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 16, 17, 19, 20)}
)
IDS = [entry.id for entry in (*battery.ATTACKS, *intake.ATTACKS, *training.ATTACKS)]


def row(identifier: str) -> str:
    return identifier.partition("-")[0]


def test_every_row_of_the_catalogue_is_covered() -> None:
    assert ROWS - {row(identifier) for identifier in IDS} == set()


def test_no_two_entries_have_the_same_name() -> None:
    assert len(IDS) == len(set(IDS))


def test_the_battery_goes_far_beyond_the_catalogue() -> None:
    own = [identifier for identifier in IDS if identifier not in ROWS]

    assert len(IDS) >= 200
    assert len(own) >= 100
