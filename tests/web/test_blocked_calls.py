"""What was tried and blocked is a matter between staff and the student."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import ASSIGNMENT
from tests.web.seed import World

Visit = Callable[[str], FlaskClient]
NAME = "process_vm_readv"
ROW = re.compile(r'<th scope="row"><span class="nowrap">')


def test_staff_read_the_call_the_check_and_that_it_is_no_verdict(
    visit: Visit, world: World
) -> None:
    text = visit("tess").get(f"/submissions/{world.ids['partial']}").text

    assert f"<code>{NAME}</code> (check <code>interface</code>)" in text
    assert "takes no points by itself" in text


def test_staff_read_what_the_machine_was_and_nothing_of_it_is_markup(
    visit: Visit, world: World
) -> None:
    text = visit("tess").get(f"/submissions/{world.ids['partial']}").text

    assert "Linux 6.1 &lt;b&gt;" in text
    assert "<dt>user namespaces</dt>" in text


@pytest.mark.parametrize("page", ["", "/code", "/live"])
def test_the_student_reads_neither_the_call_nor_the_machine(
    visit: Visit, world: World, page: str
) -> None:
    answer = visit("ada").get(f"/submissions/{world.ids['partial']}{page}")

    assert answer.status_code in {200, 286}
    assert NAME not in answer.text
    assert "Linux 6.1" not in answer.text


def test_programs_of_students_read_neither_and_programs_of_staff_both(
    visit: Visit, world: World
) -> None:
    address = f"/api/v1/submissions/{world.ids['partial']}"

    mine, theirs = (visit(who).get(address).get_json() for who in ("ada", "tess"))

    assert "blocked_calls" not in mine
    assert "machine" not in mine
    assert theirs["blocked_calls"] == [{"check": "interface", "call": NAME}]
    assert theirs["machine"]["user_namespaces"] == "yes"


def test_the_list_can_be_narrowed_to_runs_with_blocked_calls(visit: Visit) -> None:
    client = visit("tess")

    everything = client.get(f"{ASSIGNMENT}/submissions").text
    narrowed = client.get(f"{ASSIGNMENT}/submissions?blocked=1").text

    assert "with blocked calls (1)" in everything
    assert len(ROW.findall(everything)) == 5
    assert len(ROW.findall(narrowed)) == 1
    assert f"blocked: {NAME}" in narrowed
    assert "1 shown" in narrowed


def test_sorting_keeps_the_list_narrow(visit: Visit) -> None:
    text = visit("tess").get(f"{ASSIGNMENT}/submissions?blocked=1").text

    assert re.search(
        r'<a href="[^"]*blocked=1[^"]*sort=score|sort=score[^"]*blocked=1', text
    )


def test_a_name_that_has_none_is_told_so(visit: Visit) -> None:
    text = visit("tess").get(f"{ASSIGNMENT}/submissions?blocked=1&name=ben").text

    assert "No submission matches “ben” and has blocked calls." in text
