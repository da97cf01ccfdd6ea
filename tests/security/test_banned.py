"""Rows 15, 16 and 18: calls that are nowhere in the program."""

import ast
import importlib
import io
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import grader
from grader.contract import codec
from grader.errors import RefusedError
from grader.intake import prepare
from tests.security.furnished import Furnished
from tests.web.conftest import token_of

Visit = Callable[[str], FlaskClient]
ROOT = Path(grader.__file__).parent
PROGRAM = sorted([*ROOT.rglob("*.py"), *(ROOT.parent / "worker").rglob("*.py")])
# What the web process is made of: it fetches nothing from any address.
WEB = [
    path
    for path in PROGRAM
    if path.is_relative_to(ROOT)
    and path.relative_to(ROOT).parts[0] not in {"cli", "validation"}
]
UNSAFE = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "joblib"}
FETCHING = {"urllib.request", "http.client", "requests", "httpx", "aiohttp", "urllib3"}
FETCHING |= {"ftplib", "smtplib", "telnetlib", "xmlrpc.client", "socketserver"}
TEMPLATES = {"render_template_string", "from_string"}
# They read what this program compiled itself, before any student's code runs.
OF_OURS = {("boot.py", "marshal"), ("compiled.py", "marshal"), ("probe.py", "marshal")}
SWITCHES = {"allow_pickle", "shell"}
WORDS = {*UNSAFE, *TEMPLATES, *SWITCHES, *(name.split(".")[0] for name in FETCHING)}
WORDS |= {"jinja2"}


@cache
def nodes(path: Path) -> list[ast.AST]:
    """Return imports and calls of a file that has any of the words at all."""
    text = path.read_text("utf-8")
    if not any(word in text for word in WORDS):
        return []
    kinds = (ast.Import, ast.ImportFrom, ast.Call)
    walked = ast.walk(ast.parse(text, str(path)))
    return [node for node in walked if isinstance(node, kinds)]


def imports(path: Path) -> Iterator[str]:
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in nodes(path):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            yield name, node


def test_nothing_reads_objects_that_could_be_programs() -> None:
    found = {
        (path.name, name)
        for path in PROGRAM
        for name in imports(path)
        if name.split(".")[0] in UNSAFE
    }
    switched_on = [
        (path.name, keyword.arg)
        for path in PROGRAM
        for _, call in calls(path)
        for keyword in call.keywords
        if keyword.arg in SWITCHES
        and not (isinstance(keyword.value, ast.Constant) and not keyword.value.value)
    ]
    assert found <= OF_OURS
    assert switched_on == []
    assert len(PROGRAM) > 200


def test_no_text_is_ever_taken_for_a_template() -> None:
    assert [
        (path.name, name)
        for path in PROGRAM
        for name, _ in calls(path)
        if name in TEMPLATES
    ] == []
    assert not any("jinja2.Template" in imports(path) for path in WEB)


def test_nothing_in_the_web_process_can_fetch_an_address() -> None:
    assert [
        (str(path.relative_to(ROOT)), name)
        for path in WEB
        for name in imports(path)
        if name in FETCHING or name.split(".")[0] in FETCHING
    ] == []
    assert len(WEB) > 150


def test_a_pickle_through_any_door_is_bytes_and_nothing_else(
    objects: Furnished, visit: Visit, tmp_path: Path
) -> None:
    mark = tmp_path / "made-by-pickle"
    # Reading this as an object makes a folder.
    hostile = b"cos\nmkdir\n(V" + str(mark).encode() + b"\ntR."
    with pytest.raises(codec.FrameError):
        codec.decode(reader(hostile), codec.REQUEST_BOUNDS)
    for name in ("mlp.ipynb", "mlp.zip", "weights.npz", "model.pt", "mlp.py"):
        with pytest.raises(RefusedError):
            prepare({name: hostile}, entry="mlp.py")
    client = visit("ada")
    token = token_of(client)
    client.set_cookie("remember_token", hostile.hex())
    answer = client.post("/receipts", data={"csrf_token": token, "text": hostile})
    assert answer.status_code in {200, 422}
    assert not mark.exists()
    importlib.import_module("pickle").loads(hostile)
    assert mark.exists()


def reader(content: bytes) -> Callable[[memoryview], None]:
    stream = io.BytesIO(content)

    def read_into(place: memoryview) -> None:
        if stream.readinto(place) != len(place):
            raise codec.FrameError("the stream ended")

    return read_into
