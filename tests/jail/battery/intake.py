"""Uploads that are no submission, or that would be more than one."""

import io
import json
import stat
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

from grader.intake.uploads import MAX_BYTES
from tests.jail.battery.entry import HONEST

GOOD = HONEST.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What is uploaded, and what has to come of it.

    Parameters
    ----------
    code
        Of the refusal; empty if it is graded, and then it is right.
    words
        Part of the sentence, or of a notice.
    """

    id: str
    what: str
    uploads: Mapping[str, bytes]
    code: str = ""
    words: str = ""


def zipped(*members: tuple[str, bytes], mode: int = 0, flags: int = 0) -> bytes:
    """Return an archive of members; ``mode`` and ``flags`` are those of the last."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, (name, content) in enumerate(members, start=1):
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            if place == len(members):
                entry.external_attr = mode << 16
            archive.writestr(entry, content)
    raw = stream.getvalue()
    if not flags:
        return raw
    # zipfile clears this flag when it writes, so it is set in the directory afterwards.
    at = raw.rindex(b"PK\x01\x02") + 8
    return raw[:at] + bytes([raw[at] | flags]) + raw[at + 1 :]


def cell(source: object, outputs: object = ()) -> dict[str, object]:
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": outputs}


def notebook(*cells: object, **changed: object) -> bytes:
    whole = {"nbformat": 4, "nbformat_minor": 2, "metadata": {}, "cells": cells}
    return json.dumps({**whole, **changed}).encode()


def archive(id: str, what: str, content: bytes, code: str, words: str) -> Upload:
    return Upload(
        id=id, what=what, uploads={"work.zip": content}, code=code, words=words
    )


def single(
    id: str, what: str, name: str, content: bytes, code: str, words: str
) -> Upload:
    return Upload(id=id, what=what, uploads={name: content}, code=code, words=words)


OUTSIDE = "would lead outside the archive"
NO_NOTEBOOK = "is not a notebook that can be read"

ATTACKS: tuple[Upload, ...] = (
    *(
        archive(f"U1-{name}", what, zipped((path, GOOD)), "unsafe-archive", OUTSIDE)
        for name, what, path in (
            ("climbs", "path that climbs", "../../mlp.py"),
            ("middle", "path that climbs later", "a/../../mlp.py"),
            ("absolute", "path from the root", "/etc/mlp.py"),
            ("drive", "path on a drive", "C:/mlp.py"),
            ("backslash", "path of Windows", "..\\mlp.py"),
        )
    ),
    archive(
        "U2",
        "link to a file of ours",
        zipped(("mlp.py", b"/etc/passwd"), mode=stat.S_IFLNK | 0o777),
        "unsafe-archive",
        "is a link, not a file",
    ),
    archive(
        "U2-device",
        "device",
        zipped(("mlp.py", b""), mode=stat.S_IFCHR | 0o666),
        "unsafe-archive",
        "is a device, not a file",
    ),
    archive(
        "U3",
        "bomb of zeros",
        zipped(("mlp.py", bytes(64 << 20))),
        "archive-too-large",
        "unpacks to more than is accepted",
    ),
    archive(
        "U3-many",
        "bomb of many small files",
        zipped(*((f"m{n}.py", bytes(1 << 20)) for n in range(20))),
        "archive-too-large",
        "unpacks to more than is accepted",
    ),
    archive(
        "U5",
        "ten thousand entries",
        zipped(*((f"m{n}.py", b"") for n in range(10_000))),
        "archive-too-large",
        "holds more than 200 files",
    ),
    archive(
        "U5-case",
        "names that differ in case",
        zipped(("mlp.py", GOOD), ("MLP.py", b"")),
        "archive-case-duplicates",
        "are the same file on some computers",
    ),
    archive(
        "U5-password",
        "archive with a password",
        zipped(("mlp.py", GOOD), flags=1),
        "unsafe-archive",
        "is protected by a password",
    ),
    archive(
        "U6",
        "archive in an archive",
        zipped(("work.zip", zipped(("mlp.py", GOOD)))),
        "no-python-in-archive",
        "holds no Python file and no notebook",
    ),
    archive("U6-none", "no archive", b"PK" + bytes(99), "bad-archive", "is not a zip"),
    archive(
        "U6-cut",
        "half an archive",
        zipped(("mlp.py", GOOD))[:60],
        "bad-archive",
        "is not a zip",
    ),
    archive(
        "U6-deep",
        "folders without end",
        zipped(("a/" * 50 + "mlp.py", GOOD)),
        "unsafe-archive",
        "nested more than",
    ),
    single(
        "U7",
        "notebook nested two million deep",
        "mlp.ipynb",
        b"[" * 2_000_000,
        "bad-notebook",
        NO_NOTEBOOK,
    ),
    single(
        "U7-number",
        "notebook with a number of 6000 digits",
        "mlp.ipynb",
        b'{"nbformat": ' + b"4" * 6000 + b"}",
        "bad-notebook",
        NO_NOTEBOOK,
    ),
    single("U7-list", "list", "mlp.ipynb", b"[4]", "bad-notebook", NO_NOTEBOOK),
    single(
        "U7-cells",
        "cells that are numbers",
        "mlp.ipynb",
        notebook(cell(5), 7),
        "bad-notebook",
        NO_NOTEBOOK,
    ),
    single(
        "U7-nan",
        "format that is no number",
        "mlp.ipynb",
        b'{"nbformat": NaN, "cells": []}',
        "bad-notebook",
        NO_NOTEBOOK,
    ),
    single(
        "U7-null",
        "null byte in a cell",
        "mlp.ipynb",
        notebook(cell("x = 1\0")),
        "null-byte",
        "holds a null byte in a cell",
    ),
    single(
        "U7-surrogate",
        "half a character",
        "mlp.ipynb",
        b'{"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", '
        b'"source": "\\ud800"}]}',
        "bad-notebook",
        NO_NOTEBOOK,
    ),
    single("U8", "empty file", "mlp.py", b"", "empty-file", "mlp.py is empty"),
    single("U8-blank", "blank file", "mlp.py", b"\n \n", "empty-file", "is empty"),
    single("U8-null", "null bytes", "mlp.py", b"x = 1\0", "null-byte", "a null byte"),
    single(
        "U8-utf16",
        "UTF-16",
        "mlp.py",
        GOOD.decode().encode("utf-16"),
        "not-utf8",
        "is saved as UTF-16",
    ),
    single(
        "U8-bytes",
        "no text",
        "mlp.py",
        bytes(range(1, 256)),
        "not-utf8",
        "not saved as UTF-8",
    ),
    single(
        "U8-codec",
        "codec that unpacks",
        "mlp.py",
        b"# coding: zip\nx = 1",
        "not-utf8",
        "is not saved as UTF-8",
    ),
    single(
        "U8-size", "too large", "mlp.py", b"#" * (MAX_BYTES + 1), "too-large", "at most"
    ),
    single(
        "U9-nested",
        "expression that breaks a parser",
        "mlp.py",
        b"x = " + b"-" * 500_000 + b"1",
        "syntax-error",
        "Python cannot read mlp.py",
    ),
    single(
        "U9-python-2",
        "Python 2",
        "mlp.py",
        b"print 'hello'\n",
        "syntax-error",
        "looks like Python 2",
    ),
    single(
        "U9-magic", "magic in a file", "mlp.py", b"%run x\n", "syntax-error", "line 1"
    ),
    single("U9-kind", "program", "mlp.so", b"\x7fELF", "wrong-type", "kind of file"),
    single(
        "U9-name",
        "name that controls a terminal",
        "\x1b[2J\u202eexe.",
        b"x",
        "wrong-type",
        "is not a kind of file",
    ),
    Upload(
        id="U9-many",
        what="too many files",
        uploads={f"m{n}.py": GOOD for n in range(60)},
        code="too-large",
        words="at most 50",
    ),
    Upload(id="U9-none", what="nothing", uploads={}, code="no-file", words="choose"),
    Upload(
        id="E19",
        what="native module beside the file",
        uploads={"w.zip": zipped(("mlp.py", GOOD), ("numpy.so", b"\x7fELF"))},
        words="numpy.so in w.zip was ignored",
    ),
    Upload(
        id="U6-beside",
        what="archive beside the file",
        uploads={"w.zip": zipped(("w/mlp.py", GOOD), ("w/in.zip", zipped()))},
        words="in.zip in w.zip was ignored",
    ),
    Upload(
        id="B13-notebook",
        what="notebook with magics and shell lines",
        uploads={
            "My work.ipynb": notebook(
                cell("%matplotlib inline\n!rm -rf /\nimport numpy as np"),
                cell("%%bash\ncurl example.org"),
                cell(HONEST.strip()),
            )
        },
        words="3 notebook commands in My work.ipynb were not run",
    ),
    Upload(
        id="B16",
        what="notebook with outputs of four megabytes",
        uploads={
            "mlp.ipynb": notebook(
                cell(HONEST, [{"output_type": "stream", "text": "y" * (4 << 20)}])
            )
        },
    ),
    Upload(
        id="U10",
        what="byte order mark, Windows line ends, path in the name",
        uploads={
            "..\\..\\mlp.py": b"\xef\xbb\xbf" + HONEST.replace("\n", "\r\n").encode()
        },
    ),
    Upload(
        id="U10-latin",
        what="Latin-1 under a coding line",
        uploads={"mlp.py": f"# coding: latin-1\n# été\n{HONEST}".encode("latin-1")},
    ),
)
