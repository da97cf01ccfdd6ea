"""Uploads of the battery: refused with their sentence, or graded in every tier."""

import pytest

from grader import engine, intake
from grader.contract.jail import Jail
from grader.errors import RefusedError
from tests.jail import grading
from tests.jail.battery.intake import ATTACKS, Upload

REFUSED = [upload for upload in ATTACKS if upload.code]
TAKEN = [upload for upload in ATTACKS if not upload.code]


@pytest.mark.parametrize("upload", REFUSED, ids=lambda upload: upload.id)
def test_an_upload_is_refused_with_its_sentence(upload: Upload) -> None:
    with pytest.raises(RefusedError) as caught:
        intake.prepare(upload.uploads, entry="mlp.py")

    assert caught.value.code == upload.code
    assert upload.words in caught.value.message
    assert caught.value.message.isprintable()


@pytest.mark.parametrize("upload", TAKEN, ids=lambda upload: upload.id)
def test_an_upload_that_only_looks_odd_is_graded(
    upload: Upload, battery_jail: Jail
) -> None:
    prepared = intake.prepare(upload.uploads, entry="mlp.py")

    report = engine.grade(
        grading.assignment(()),
        prepared.files,
        prepared.entry,
        seed=7,
        jail=battery_jail,
        notices=prepared.notices,
    )

    said = [result.message for result in report.results]
    assert report.score == sum(grading.POINTS), said
    assert upload.words in " ".join(report.notices)
