"""Changes to real frames: small ones anywhere, and lies in the fields that count."""

import struct
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from grader.contract.codec import MAX_DESCRIPTION_BYTES

_HEADER: Final = ((4, "magic"), (8, "nonce"), (1, "kind"), (2, "arrays"), (2, "texts"))
_HEADER_BYTES: Final = 21
_ITEM_BYTES: Final = (0, 8, 4, 2, 8, 4, 1, 1, 16)  # By dtype code.
_NAMED: Final = ("magic", "name", "text", "raw")
_LONGEST: Final = 1 << 12
NUMBERS: Final = (
    *range(10),
    *(63, 64, 65, 127, 128, 254, 255, 256, 511, 512, 513, 4095, 4096, 4097),
    *(16 << 10, (16 << 10) + 1, 0xFFFF, MAX_DESCRIPTION_BYTES),
    *(MAX_DESCRIPTION_BYTES + 1, 1 << 31, (1 << 32) - 1, 1 << 32, 1 << 61),
    *((1 << 63) - 1, 1 << 63, (1 << 64) - 8, (1 << 64) - 1),
)
PIECES: Final = (
    *(b"[" * 900, b"{" * 900, b'{"a":', b"NaN", b"1e999", b"-1", b"9" * 400, b'"'),
    *(b"\\ud800", b"\xff\xfe", b"\xf0\x9f\x98\x80", b"\x00", b"\x1b[2J", b"BPG1"),
    *("\u202e".encode(), "\u2028".encode(), b"\r\n", b"note.", b"fault.line"),
)


@dataclass(frozen=True, slots=True)
class Field:
    """Where a field lies and what it is for."""

    at: int
    size: int
    role: str


@dataclass(frozen=True, slots=True)
class Specimen:
    """Bytes to begin with, and the fields that were found in them."""

    raw: bytes
    fields: tuple[Field, ...] = ()

    @classmethod
    def of(cls, raw: bytes) -> "Specimen":
        """Find as many fields as the bytes make sense for."""
        return cls(raw, tuple(_fields(raw)))


Mutator = Callable[[bytearray, Specimen, Sequence[Specimen], Random], None]


# Yields fields and returns a number.
_Walk = Generator[Field, None, int]


def _fields(raw: bytes) -> Iterator[Field]:
    """Yield the fields of frames that follow each other, up to the first nonsense."""
    at = 0
    try:
        while raw[at : at + 4] == b"BPG1":
            start = at
            for size, role in _HEADER:
                yield Field(at, size, role)
                at += size
            yield Field(at, 4, "length")
            arrays, texts, length = struct.unpack_from("<HHI", raw, start + 13)
            at += 4
            following = yield from _described(raw, at, arrays, texts)
            at += length
            if following and following <= len(raw) - at:
                yield Field(at, following, "raw")
            at += following
    except (IndexError, struct.error):
        return


def _described(raw: bytes, at: int, arrays: int, texts: int) -> _Walk:
    """Yield the fields of a description; return how many bytes of arrays follow."""
    following = 0
    for _ in range(arrays):
        at = yield from _sized(raw, at, 1, "name")
        code, axes = raw[at], raw[at + 1]
        yield Field(at, 1, "dtype")
        yield Field(at + 1, 1, "ndim")
        at += 2
        entries = 1
        for _ in range(axes):
            (size,) = struct.unpack_from("<Q", raw, at)
            yield Field(at, 8, "dim")
            entries *= size
            at += 8
        following += entries * _ITEM_BYTES[code]
    for _ in range(texts):
        at = yield from _sized(raw, at, 1, "name")
        at = yield from _sized(raw, at, 4, "text")
    return following


def _sized(raw: bytes, at: int, width: int, role: str) -> _Walk:
    """Yield a length and the text behind it; return where it ends."""
    yield Field(at, width, "size")
    size = int.from_bytes(raw[at : at + width], "little")
    at += width
    if size > len(raw) - at:
        raise IndexError
    yield Field(at, size, role)
    return at + size


def mutate(parent: Specimen, others: Sequence[Specimen], rng: Random) -> bytes:
    """Return changed bytes: one to three changes, most often one."""
    raw = bytearray(parent.raw)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        rng.choice(MUTATORS)(raw, parent, others, rng)
    return bytes(raw[:_LONGEST])


def flip_a_bit(raw: bytearray, _: Specimen, __: object, rng: Random) -> None:
    """Change one bit anywhere."""
    if raw:
        raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)


def set_a_byte(raw: bytearray, _: Specimen, __: object, rng: Random) -> None:
    """Put any byte in place of one."""
    if raw:
        raw[rng.randrange(len(raw))] = rng.randrange(256)


def lie_in_a_number(raw: bytearray, parent: Specimen, _: object, rng: Random) -> None:
    """Set a count, length, dimension, dtype code or nonce to a telling value."""
    numbers = [field for field in parent.fields if field.role not in _NAMED]
    if not numbers:
        return
    field = rng.choice(numbers)
    most = 1 << (8 * field.size)
    value = rng.choice(NUMBERS)
    if rng.random() < 0.4:
        # Just beside what it was: off by one, by one item, by one array.
        old = int.from_bytes(raw[field.at : field.at + field.size], "little")
        value = old + rng.choice((-8, -2, -1, 1, 2, 8))
    place = slice(field.at, field.at + field.size)
    raw[place] = (value % most).to_bytes(field.size, "little")


def repeat_a_header(raw: bytearray, parent: Specimen, _: object, rng: Random) -> None:
    """Give one piece of the description twice, and count and length with it."""
    by_role = {field.role: field for field in parent.fields}
    starts = [field.at for field in parent.fields if field.role in ("size", "raw")]
    if len(starts) < 2 or len(raw) < _HEADER_BYTES:
        return
    first = rng.randrange(len(starts) - 1)
    piece = raw[starts[first] : starts[first + 1]]
    at = rng.choice(starts)
    raw[at:at] = piece
    for role, more in ((rng.choice(("arrays", "texts")), 1), ("length", len(piece))):
        field = by_role[role]
        place = slice(field.at, field.at + field.size)
        number = int.from_bytes(raw[place], "little") + more
        raw[place] = (number % (1 << 8 * field.size)).to_bytes(field.size, "little")


def copy_a_field(raw: bytearray, parent: Specimen, _: object, rng: Random) -> None:
    """Put what stands in one field into another one."""
    if not parent.fields:
        return
    source, target = rng.choice(parent.fields), rng.choice(parent.fields)
    piece = parent.raw[source.at : source.at + source.size]
    raw[target.at : target.at + target.size] = piece


def splice(
    raw: bytearray, _: Specimen, others: Sequence[Specimen], rng: Random
) -> None:
    """Go on with the end of another one."""
    other = rng.choice(others).raw
    raw[rng.randrange(len(raw) + 1) :] = other[rng.randrange(len(other) + 1) :]


def follow(
    raw: bytearray, _: Specimen, others: Sequence[Specimen], rng: Random
) -> None:
    """Send another one behind it, or before it."""
    other = rng.choice(others).raw
    raw[:] = raw + other if rng.random() < 0.5 else other + raw


def cut(raw: bytearray, _: Specimen, __: object, rng: Random) -> None:
    """End too early."""
    del raw[rng.randrange(len(raw) + 1) :]


def leave_out(raw: bytearray, _: Specimen, __: object, rng: Random) -> None:
    """Take some bytes out of the middle."""
    at = rng.randrange(len(raw) + 1)
    del raw[at : at + rng.randint(1, 16)]


def repeat(raw: bytearray, _: Specimen, __: object, rng: Random) -> None:
    """Send some bytes several times."""
    at = rng.randrange(len(raw) + 1)
    raw[at:at] = raw[at : at + rng.randint(1, 64)] * rng.choice((1, 2, 30))


def put_in(raw: bytearray, _: Specimen, __: object, rng: Random) -> None:
    """Put in a piece that readers of text and JSON stumble over."""
    at = rng.randrange(len(raw) + 1)
    raw[at:at] = rng.choice(PIECES)


MUTATORS: Final[tuple[Mutator, ...]] = (
    flip_a_bit,
    set_a_byte,
    *(lie_in_a_number,) * 4,
    repeat_a_header,
    copy_a_field,
    splice,
    follow,
    cut,
    leave_out,
    repeat,
    put_in,
)
