"""A receipt is recognised in whatever text it is shown, and nothing else is."""

import uuid
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from grader.models import Submission
from grader.services import receipts
from grader.services.receipts import Receipt, recognised
from tests.services.world import KEY, World

OLD = "a-key-that-was-used-before"
FACTS = {
    "submission_id": uuid.UUID(int=5),
    "number": 2,
    "sha256": "ab" * 32,
    "received_at": datetime(2026, 3, 1, 12, 0, 0, 250, tzinfo=UTC),
}


def text_signed_with(key: str) -> str:
    receipt = Receipt(
        submission_id=str(FACTS["submission_id"]),
        run_id="",
        number=2,
        sha256="ab" * 32,
        received_at=FACTS["received_at"],  # type: ignore[arg-type]
        signature=receipts.sign(key, **FACTS),  # type: ignore[arg-type]
    )
    return receipts.as_text(receipt, title="Tiny (Backprop)", originals={"a.py": "ab"})


def mailed(text: str) -> str:
    """Return a text as mails quote it: marked, and cut into lines of 60."""
    lines = (
        line[at : at + 60] for line in text.split("\n") for at in range(0, 600, 60)
    )
    return "Dear all,\n" + "".join(f"> {line}\n" for line in lines if line)


def test_a_receipt_says_what_was_handed_in_and_when() -> None:
    text = text_signed_with(KEY)

    assert "Receipt for a submission to Tiny (Backprop)" in text
    assert f"Submission: {FACTS['submission_id']}\n" in text
    assert "Received:   2026-03-01T12:00:00.000250+00:00\n" in text
    assert f"SHA-256:    {'ab' * 32}\n" in text
    assert "  ab  a.py\n" in text


@pytest.mark.parametrize("shown", ["whole", "signature", "mail", "cut"])
def test_a_genuine_receipt_is_recognised_however_it_is_shown(shown: str) -> None:
    text = text_signed_with(KEY)
    signature = text.split()[-1]
    ways = {
        "whole": text,
        "signature": signature,
        "mail": mailed(text),
        "cut": f"{signature[:40]}\r\n {signature[40:]}",
    }

    found = recognised(KEY, ways[shown])

    assert found is not None
    assert (found.submission_id, found.number) == (str(FACTS["submission_id"]), 2)
    assert (found.sha256, found.received_at) == ("ab" * 32, FACTS["received_at"])
    assert found.contradicted == ()


def test_every_changed_character_of_a_signature_is_noticed() -> None:
    signature = receipts.sign(KEY, **FACTS)  # type: ignore[arg-type]
    # The last character holds bits that mean nothing, so it may have twins.
    for at, character in enumerate(signature[:-1]):
        other = "A" if character != "A" else "B"
        forged = signature[:at] + other + signature[at + 1 :]
        assert recognised(KEY, forged) is None


@pytest.mark.parametrize("text", ["", "nothing signed", "a" * 200_000, "\0\ud800", "."])
def test_other_texts_are_not_recognised(text: str) -> None:
    assert recognised(KEY, text) is None


@pytest.mark.parametrize("filling", ["\n", " ", "a", "a.", ":", "Attempt:\n", "> "])
def test_a_long_text_around_a_receipt_does_no_harm(filling: str) -> None:
    """Each of these would take minutes if a pattern tried every start anew."""
    around = filling * (90_000 // len(filling))

    found = recognised(KEY, f"{text_signed_with(KEY)}\n{around}")

    assert found is not None


def test_a_receipt_of_another_service_is_not_recognised() -> None:
    assert recognised(KEY, text_signed_with("the-key-of-somebody-else")) is None


def test_a_receipt_signed_with_an_old_key_stays_genuine() -> None:
    text = text_signed_with(OLD)

    assert recognised(KEY, text) is None
    assert recognised(KEY, text, old_keys=["another-old-key", OLD]) is not None
    assert recognised(KEY, text_signed_with(KEY), old_keys=[OLD]) is not None


def test_a_new_receipt_is_signed_with_the_new_key_alone() -> None:
    signature = receipts.sign(KEY, **FACTS)  # type: ignore[arg-type]

    assert receipts.verify(KEY, signature) is not None
    assert receipts.verify(OLD, signature) is None


@pytest.mark.parametrize("keys", [("", ()), ("", ("",))])
def test_without_a_key_nothing_is_genuine(keys: tuple[str, tuple[str, ...]]) -> None:
    assert recognised(keys[0], text_signed_with(KEY), old_keys=keys[1]) is None


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ("Received:   2026-03-01T12:00:00.000250+00:00", "Received: 2026-02-01"),
        (f"SHA-256:    {'ab' * 32}", f"SHA-256: {'cd' * 32}"),
        ("Attempt:    2", "Attempt: 1"),
    ],
)
def test_what_was_changed_around_a_signature_is_named(line: str, changed: str) -> None:
    text = text_signed_with(KEY)
    assert line in text

    found = recognised(KEY, text.replace(line, changed))

    assert found is not None
    assert found.contradicted == (changed,)
    assert found.received_at == FACTS["received_at"]


def test_a_receipt_is_on_record_while_its_submission_is_what_it_was(
    world: World,
) -> None:
    found = recognised(KEY, world.submit().signature)
    assert found is not None
    with world.database.read() as session:
        assert receipts.is_on_record(session, found)

    with world.database.write() as session:
        session.execute(update(Submission).values(sha256="0" * 64))

    with world.database.read() as session:
        assert not receipts.is_on_record(session, found)
