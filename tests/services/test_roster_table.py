"""Tables of other programs: columns, delimiters, encodings, lines that are wrong."""

import pytest

from grader.errors import RefusedError
from grader.models import CourseRole
from grader.services import roster_table
from grader.services.roster_table import Row


def read(content: bytes) -> list[Row]:
    table = roster_table.read(roster_table.decoded(content))
    assert table.problems == []
    return table.rows


def test_a_table_of_gradescope_is_read_as_it_is() -> None:
    rows = read(
        b"First Name,Last Name,SID,Email,Role,Sections\r\n"
        b"Ada,Lovelace,17,Ada@Example.org,Student,Lab 1\r\n"
        b"Tess,Turing,,tess@example.org,TA,\r\n"
    )
    assert rows == [
        Row(2, "ada@example.org", "Ada Lovelace", "17", "Lab 1", CourseRole.STUDENT),
        Row(3, "tess@example.org", "Tess Turing", "", "", CourseRole.TA),
    ]


def test_a_table_of_autolab_is_read_as_it_is() -> None:
    (row,) = read(
        b"semester,email,last_name,first_name,school,major,year,grading_policy,"
        b"lecture,section\nf26,ada@example.org,Lovelace,Ada,CIT,ECE,4,L,1,A\n"
    )
    assert (row.name, row.section, row.role) == ("Ada Lovelace", "A", None)


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffname;email\nJosé Müller;jose@example.org\n".encode(),
        "name\temail\r\nJosé Müller\tjose@example.org".encode("utf-16"),
        "Name,E-Mail\n\n José  Müller ,jose@example.org\n".encode("latin-1"),
    ],
)
def test_marks_semicolons_tabs_and_old_encodings_are_understood(
    content: bytes,
) -> None:
    (row,) = read(content)
    assert (row.name, row.email) == ("José Müller", "jose@example.org")


def test_what_the_table_does_not_say_stays_unknown() -> None:
    (row,) = read(b"email\nada@example.org\n")
    assert row == Row(2, "ada@example.org", "", None, None, None)


def test_each_line_that_is_wrong_is_named_and_the_others_are_read() -> None:
    table = roster_table.read(
        "email,role,section\nada@example.org,,\n,,\nnobody,,\n"
        f"ben@example.org,king,\nADA@example.org,,\ncy@example.org,ta,{'x' * 81}\n"
        "dan@example.org\n"
    )
    assert [row.email for row in table.rows] == ["ada@example.org", "dan@example.org"]
    assert table.problems == [
        "Line 4: “nobody” is no e-mail address.",
        "Line 5: “king” is no role; write student, ta or instructor.",
        "Line 6: ada@example.org stands in line 2 already.",
        "Line 7: the section is too long.",
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (" \n", "empty-table"),
        ("name,sid\nAda,1\n", "no-email-column"),
        ("email\n" + "a@b\n" * 5001, "too-many-rows"),
        ('email\n"' + "x" * 140_000, "bad-table"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(text: str, code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        roster_table.read(text)
    assert refused.value.code == code


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(RefusedError):
        roster_table.decoded(b"x" * (roster_table.MOST_BYTES + 1))


def test_groups_are_read_from_two_columns() -> None:
    text = "sid;Group\n17;Red\n;\n18;Blue\n"
    assert roster_table.read_groups(text) == [("Red", "17"), ("Blue", "18")]
    with pytest.raises(RefusedError):
        roster_table.read_groups("email,team name\n")
