"""Binary frames between the trusted side and the jail; no pickle, sizes before bytes.

A frame is a fixed header, a description of bounded length, and the raw bytes of the
arrays in the order in which they were described::

    header       magic 4s | nonce u64 | kind u8 | arrays u16 | texts u16 | length u32
    description  for each array: name (u8 length, UTF-8), dtype u8, ndim u8, dims u64
                 for each text: key (u8 length, UTF-8), value (u32 length, UTF-8)
    raw bytes    little-endian, C order

Everything is little-endian. The reader checks every number against its bounds before
it allocates what the number asks for, and raises nothing but `FrameError`.

There are two kinds of requests. ``LOAD`` is one frame, answered under its own nonce;
with the text ``compile`` the first part of the answer is ``COMPILED``, sent before any
of the student's code has run.
All calls of a case are one request: a ``CALL`` frame for each, then ``RUN``. The nonces
of their answers follow from that of ``RUN``, see `answer_nonce`. It comes last, so that
nothing written before the whole request was read can be taken for an answer.
"""

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from math import prod
from typing import Final

import numpy as np

from grader.contract.messages import ALLOWED_DTYPES, Array


class FrameError(Exception):
    """The bytes are no frame of ours, or what was to be sent does not fit in one."""


class FrameKind(IntEnum):
    """What a frame says; the first group goes into the jail, the second comes out."""

    LOAD = 1
    CALL = 2
    RUN = 3

    LOCKED = 16
    PARTIAL = 17
    COMPLETED = 18
    RAISED = 19
    OUT_OF_MEMORY = 20
    BAD_OUTPUT = 21
    BLOCKED = 22
    COMPILED = 23


@dataclass(frozen=True, slots=True)
class Frame:
    """One message in either direction."""

    nonce: int
    kind: FrameKind
    arrays: Mapping[str, Array] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a reader accepts.

    Parameters
    ----------
    array_bytes
        Sum over all arrays of the frame.
    text_bytes
        Longest single text.
    """

    array_bytes: int
    arrays: int = 64
    texts: int = 64
    text_bytes: int = 16 << 10


ReadInto = Callable[[memoryview], None]

NONCE_BITS: Final = 63
MAX_DIMENSIONS: Final = 6
MAX_NAME_BYTES: Final = 255
MAX_DESCRIPTION_BYTES: Final = 128 << 10
REQUEST_BOUNDS: Final = Bounds(array_bytes=1 << 30, arrays=512)
MOST_CALLS: Final = 4096
TOO_LARGE: Final = "far larger than expected"

_MAGIC: Final = b"BPG1"
_HEADER: Final = struct.Struct("<4sQBHHI")
_DTYPE_OF_CODE: Final = dict(enumerate(ALLOWED_DTYPES, start=1))
_CODE_OF_DTYPE: Final = {dtype: code for code, dtype in _DTYPE_OF_CODE.items()}


def answer_nonce(run: int, number: int) -> int:
    """Return the nonce of the answer to a call, counted from 0, of a request.

    Parameters
    ----------
    run
        Nonce of the request's ``RUN`` frame.
    """
    return (run + number) % (1 << NONCE_BITS)


def encode(frame: Frame) -> list[memoryview]:
    """Return the parts of a frame, to be written one after the other.

    Arrays that are C-contiguous are not copied: do not change them while sending.

    Raises
    ------
    FrameError
        If an array's dtype is not on the closed list, or a name or text is too long.
    """
    description = bytearray()
    raw: list[memoryview] = []
    for name, array in frame.arrays.items():
        description += _describe(name, array)
        if array.nbytes:
            flat = np.ascontiguousarray(array).reshape(-1)
            raw.append(flat.view(np.uint8).data)
    for key, text in frame.texts.items():
        value = text.encode("utf-8", "backslashreplace")
        description += _name(key) + struct.pack("<I", len(value)) + value
    if len(description) > MAX_DESCRIPTION_BYTES:
        # This bounds the numbers of arrays and texts as well.
        raise FrameError(f"frame: names and texts take {len(description)} bytes")
    head = _HEADER.pack(
        _MAGIC,
        frame.nonce,
        frame.kind,
        len(frame.arrays),
        len(frame.texts),
        len(description),
    )
    return [memoryview(head + bytes(description)), *raw]


def _describe(name: str, array: Array) -> bytes:
    code = _CODE_OF_DTYPE.get(array.dtype)
    if code is None:
        raise FrameError(f"frame: {name} has dtype {array.dtype}")
    if array.ndim > MAX_DIMENSIONS:
        raise FrameError(f"frame: {name} has {array.ndim} dimensions")
    return _name(name) + struct.pack(
        f"<BB{array.ndim}Q", code, array.ndim, *array.shape
    )


def _name(text: str) -> bytes:
    raw = text.encode("utf-8", "backslashreplace")
    if not 0 < len(raw) <= MAX_NAME_BYTES:
        raise FrameError(f"frame: a name must have 1 to 255 bytes, got {len(raw)}")
    return bytes([len(raw)]) + raw


def decode(read_into: ReadInto, bounds: Bounds, nonce: int | None = None) -> Frame:
    """Read one frame from an untrusted source.

    Parameters
    ----------
    read_into
        Fills the buffer completely or raises; its exceptions pass through.
    nonce
        If given, the only nonce that is accepted.

    Raises
    ------
    FrameError
        Whatever the bytes are, nothing else is raised by this function itself.
    """
    magic, got_nonce, kind, arrays, texts, length = _HEADER.unpack(
        _read(read_into, _HEADER.size)
    )
    if magic != _MAGIC:
        raise FrameError("frame: wrong magic")
    if nonce is not None and got_nonce != nonce:
        raise FrameError("frame: wrong nonce")
    if arrays > bounds.arrays or texts > bounds.texts:
        raise FrameError(f"frame: {arrays} arrays and {texts} texts are too many")
    if length > MAX_DESCRIPTION_BYTES:
        raise FrameError(f"frame: description of {length} bytes")
    try:
        known_kind = FrameKind(kind)
    except ValueError:
        raise FrameError(f"frame: unknown kind {kind}") from None
    cursor = _Cursor(_read(read_into, length))
    shapes = _array_headers(cursor, arrays, bounds)
    found_texts = dict(_texts(cursor, texts, bounds))
    if cursor.left or len(found_texts) != texts:
        raise FrameError("frame: description does not add up")
    return Frame(
        nonce=got_nonce,
        kind=known_kind,
        arrays={
            name: _array(read_into, dtype, shape)
            for name, (dtype, shape) in shapes.items()
        },
        texts=found_texts,
    )


class _Cursor:
    """Takes pieces from a description and never runs over its end."""

    def __init__(self, raw: bytearray) -> None:
        self._raw = raw
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._raw) - self._at

    def take(self, count: int) -> bytes:
        if count > self.left:
            raise FrameError("frame: description is cut short")
        piece = bytes(self._raw[self._at : self._at + count])
        self._at += count
        return piece

    def numbers(self, layout: str) -> tuple[int, ...]:
        return struct.unpack(layout, self.take(struct.calcsize(layout)))

    def text(self, count: int) -> str:
        try:
            return self.take(count).decode("utf-8")
        except UnicodeDecodeError:
            raise FrameError("frame: text is not UTF-8") from None

    def name(self) -> str:
        (count,) = self.numbers("<B")
        name = self.text(count)
        if not name or not name.isprintable():
            raise FrameError("frame: a name is empty or not printable")
        return name


_Header = tuple["np.dtype[np.generic]", tuple[int, ...]]


def _array_headers(cursor: _Cursor, count: int, bounds: Bounds) -> dict[str, _Header]:
    headers: dict[str, _Header] = {}
    total = 0
    for _ in range(count):
        name = cursor.name()
        code, ndim = cursor.numbers("<BB")
        if code not in _DTYPE_OF_CODE or ndim > MAX_DIMENSIONS:
            raise FrameError(f"frame: {name} has dtype code {code}, ndim {ndim}")
        shape = cursor.numbers(f"<{ndim}Q")
        dtype = _DTYPE_OF_CODE[code]
        # An axis of length 0 must not hide the size of the others from the bound.
        total += dtype.itemsize * prod(max(size, 1) for size in shape)
        if total > bounds.array_bytes:
            raise FrameError(f"{name} is {TOO_LARGE}: shape {shape}, dtype {dtype}")
        if name in headers:
            raise FrameError(f"frame: {name} is given twice")
        headers[name] = (dtype, shape)
    return headers


def _texts(cursor: _Cursor, count: int, bounds: Bounds) -> Iterator[tuple[str, str]]:
    for _ in range(count):
        key = cursor.name()
        (length,) = cursor.numbers("<I")
        if length > bounds.text_bytes:
            raise FrameError(f"frame: text {key} has {length} bytes")
        yield key, cursor.text(length)


def _read(read_into: ReadInto, count: int) -> bytearray:
    buffer = bytearray(count)
    if count:
        read_into(memoryview(buffer))
    return buffer


def _array(
    read_into: ReadInto, dtype: "np.dtype[np.generic]", shape: tuple[int, ...]
) -> Array:
    array: Array = np.empty(shape, dtype)
    if array.nbytes:
        raw = array.reshape(-1).view(np.uint8)
        read_into(raw.data)
        if dtype == np.bool_:
            # Any byte may come in, but a NumPy bool holds only 0 or 1.
            np.not_equal(raw, 0, out=array.reshape(-1))
    return array
