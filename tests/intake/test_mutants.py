"""Whatever bytes arrive: files that can be graded, or one refusal. Nothing else."""

import io
import json
import random
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import RefusedError
from grader.intake import archives, notebooks, prepare, sources

ZIP_MUTANTS = 1500
NOTEBOOK_MUTANTS = 600


def outcome(reader, *arguments):
    """Return what was read, or the refusal; anything else that is raised is a bug."""
    try:
        return reader(*arguments)
    except RefusedError as refusal:
        return refusal


def is_refused(found) -> bool:
    """Tell a refusal, which must be a sentence under a code, from what was read."""
    if not isinstance(found, RefusedError):
        return False
    assert found.code
    assert found.message.endswith((".", "?"))
    return True


def mutant(rng: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(changed))
        match rng.randrange(4):
            case 0:
                changed[at] = rng.randrange(256)
            case 1:
                changed[at] ^= 1 << rng.randrange(8)
            case 2:
                del changed[at : at + rng.randint(1, 12)]
            case 3:
                changed[at:at] = rng.randbytes(rng.randint(1, 4))
        if not changed:
            return b""
    return bytes(changed)


def an_archive(method: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("hw/mlp.py", b"import numpy as np\n" * 30)
        archive.writestr("hw/layers.py", b"class Linear:\n    pass\n" * 20)
        archive.writestr("hw/notes.txt", b"done")
        archive.writestr("hw/__pycache__/x.pyc", b"\0\0")
    return buffer.getvalue()


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA]
)
def test_a_damaged_archive_is_read_or_refused(method):
    rng = random.Random(method)
    data = an_archive(method)
    refused = sum(
        is_refused(outcome(archives.unpack, "hw.zip", mutant(rng, data), 1 << 20))
        for _ in range(ZIP_MUTANTS)
    )
    assert 0 < refused <= ZIP_MUTANTS


def test_a_damaged_notebook_is_read_or_refused():
    rng = random.Random(4)
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": ["x = 1\n"]}
    data = json.dumps(
        {
            "nbformat": 4,
            "nbformat_minor": 4,
            "metadata": {"kernelspec": {"name": "python3", "language": "python"}},
            "cells": [cell, {**cell, "source": "%pwd\ny = '''\n%s'''"}],
        }
    ).encode()
    refused = sum(
        is_refused(outcome(notebooks.to_script, "hw.ipynb", mutant(rng, data)))
        for _ in range(NOTEBOOK_MUTANTS)
    )
    assert 0 < refused < NOTEBOOK_MUTANTS


KEYS = (
    *("cells", "cell_type", "source", "metadata", "worksheets", "input", "outputs"),
    *("kernelspec", "language_info", "name", "language", "level"),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner | st.sampled_from(["code", "markdown", "heading", "python"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(
    version=st.sampled_from([0, 1, 2, 3, 4, 5, "4", None]),
    minor=st.sampled_from([0, 2, 5, None, "x"]),
    body=st.dictionaries(
        st.sampled_from(["cells", "worksheets", "metadata"]), json_values, max_size=3
    ),
)
def test_json_that_resembles_a_notebook_is_read_or_refused(version, minor, body):
    data = json.dumps({"nbformat": version, "nbformat_minor": minor, **body})
    found = outcome(notebooks.to_script, "hw.ipynb", data.encode())
    assert is_refused(found) or isinstance(found, notebooks.Script)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(data=st.binary(max_size=60), cookie=st.sampled_from([b"", b"# coding: utf-8\n"]))
def test_any_bytes_are_decoded_or_refused(data, cookie):
    found = outcome(sources.decode, "mlp.py", cookie + data)
    assert is_refused(found) or isinstance(found, str)


@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(
    name=st.text(max_size=12),
    suffix=st.sampled_from([".py", ".ipynb", ".zip", ""]),
    data=st.binary(max_size=40) | st.text(max_size=40).map(str.encode),
)
def test_any_upload_is_prepared_or_refused(name, suffix, data):
    uploads = {name.encode(errors="ignore").decode() + suffix: data}
    found = outcome(lambda: prepare(uploads, entry="mlp.py"))
    assert is_refused(found) or "mlp.py" in found.files
