"""Compile a submission once and not in each of its processes.

The first child of a jail compiles before it runs a byte of the student's, and hands the
code to the trusted side, which keeps it unread and gives it to the children after it.
"""

import marshal
import warnings
from collections.abc import Mapping
from types import CodeType
from typing import Final

import numpy as np

from grader.contract.control import BINDING_SOURCE, CODE_PREFIX
from grader.contract.messages import Array
from worker.runner.faults import BINDING_FILE

# What is more is compiled by each child again.
_MOST_FILES: Final = 60
_MOST_BYTES: Final = 8 << 20


def compile_ahead(sources: Mapping[str, bytes], entry: str) -> dict[str, CodeType]:
    """Return the code of every file that has a right syntax.

    What is wrong with the others is said when they are imported, if they ever are. The
    compiler's warnings are shown for the entry alone, since that is always imported.

    Parameters
    ----------
    sources
        Name to bytes; see `sources_of`.
    """
    codes = {}
    for name, source in sources.items():
        with warnings.catch_warnings():
            if name != entry:
                warnings.simplefilter("ignore")
            try:
                file = BINDING_FILE if name == BINDING_SOURCE else name
                codes[name] = compile(source, file, "exec", dont_inherit=True)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
    return codes


def packed(codes: Mapping[str, CodeType], reply_bytes: int) -> dict[str, Array]:
    """Return code as arrays of a frame; nothing at all if it is too much.

    Parameters
    ----------
    reply_bytes
        Largest answer that will be read; code takes at most half of it.
    """
    written = {name: marshal.dumps(code) for name, code in codes.items()}
    size = sum(map(len, written.values()))
    if len(written) > _MOST_FILES or size > min(_MOST_BYTES, reply_bytes // 2):
        return {}
    return {
        CODE_PREFIX + name: np.frombuffer(raw, np.uint8)
        for name, raw in written.items()
    }


def unpacked(arrays: Mapping[str, Array]) -> dict[str, CodeType]:
    """Return the code among the arrays of a frame.

    It is as much the student's as its source: what it does here it could do anyway.
    """
    return {
        name.removeprefix(CODE_PREFIX): marshal.loads(array.tobytes())  # noqa: S302
        for name, array in arrays.items()
        if name.startswith(CODE_PREFIX)
    }


def sources_of(files: Mapping[str, bytes], binding: bytes | None) -> dict[str, bytes]:
    """Return what a submission has to compile: modules, and the binding's own file."""
    sources = {name: raw for name, raw in files.items() if name.endswith(".py")}
    return sources if binding is None else {**sources, BINDING_SOURCE: binding}
