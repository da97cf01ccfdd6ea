"""Tables of Canvas and Moodle come back with scores and nothing else changed."""

import csv
import io

import pytest

from grader.errors import RefusedError
from grader.services.exports import filled, tables
from tests.services.exports.books import ANN, BOB, LINEAR, book, line, scored

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Old Homework\n"
    "    Points Possible,,,,,5\n"
    '"Lee, Ann",17,7,ann,Sec A,1\n'
    "@evil,18,8,nobody,Sec A,2\n"
    "Bob,19,,bob@x.org,-5,3\n"
)
MOODLE = (
    "Identifier;Full name;Email address;Status;Grade;Maximum grade;Feedback comments\n"
    "Participant 1;Ann Lee;ANN@x.org;Submitted;;20,00;=1+1\n"
    "Participant 2;Bob;bob@x.org;;3;20,00;\n"
    "Participant 3;Eve;eve@x.org;;;20,00;\n"
)


def rows(text: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def test_canvas_gets_its_own_identities_our_assignments_and_points_possible() -> None:
    made = filled.canvas(book(ANN, BOB), tables.read(CANVAS.encode()))
    assert rows(made.text) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Linear", "'=Conv"],
        ["    Points Possible", "", "", "", "", "20", "10"],
        ["Lee, Ann", "17", "7", "ann", "Sec A", "12.5", "11"],
        ["'@evil", "18", "8", "nobody", "Sec A", "", ""],
        ["Bob", "19", "", "bob@x.org", "-5", "", ""],
    ]
    assert (made.matched, made.unknown, made.absent) == (2, ("@evil",), ())


def test_moodle_worksheet_keeps_heading_delimiter_and_every_other_cell() -> None:
    content = b"\xef\xbb\xbf" + MOODLE.encode()
    made = filled.moodle(book(ANN, BOB), LINEAR, tables.read(content))
    heading, ann, bob, eve = made.text.splitlines()
    assert heading == MOODLE.splitlines()[0]
    assert ann == "Participant 1;Ann Lee;ANN@x.org;Submitted;12.5;20,00;'=1+1"
    assert [bob, eve] == MOODLE.splitlines()[2:]
    assert (made.matched, made.unknown, made.notes) == (2, ("Eve",), ())


def test_points_are_scaled_to_another_maximum_and_that_is_said() -> None:
    made = filled.moodle(
        book(ANN), LINEAR, tables.read(MOODLE.replace("20,00", "100").encode())
    )
    assert rows(made.text, ";")[1][4] == "62.5"
    assert made.notes


def test_extra_credit_is_passed_on_as_it_is() -> None:
    extra = line(3, "Eve", "eve@x.org", scored(25.0))
    made = filled.moodle(book(extra), LINEAR, tables.read(MOODLE.encode()))
    assert rows(made.text, ";")[3][4] == "25"


def test_identity_that_two_students_share_finds_nobody() -> None:
    twin = line(9, "Twin", "twin@x.org", scored(1.0), number="7")
    made = filled.canvas(
        book(ANN, twin), tables.read(CANVAS.replace("7,ann", "7,x").encode())
    )
    assert rows(made.text)[2][5] == ""
    assert "Lee, Ann" in made.unknown


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"\xff\xfe\x00", b'a,b\n"x', b"a\n" * 20_001, b"a," * 500],
)
def test_what_is_no_table_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(RefusedError) as refused:
        tables.read(content)
    assert refused.value.message.endswith(".")


def test_a_table_of_something_else_is_refused() -> None:
    other = tables.read(b"name,score\nAnn,1\n")
    with pytest.raises(RefusedError, match="no gradebook of Canvas"):
        filled.canvas(book(ANN), other)
    with pytest.raises(RefusedError, match="no grading worksheet of Moodle"):
        filled.moodle(book(ANN), LINEAR, other)


def test_short_rows_are_as_wide_as_the_heading() -> None:
    read = tables.read(b"a\tb\tc\n1\n")
    assert (read.delimiter, read.rows) == ("\t", (("1", "", ""),))
