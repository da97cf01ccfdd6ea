"""Frames survive the round trip, and hostile bytes only ever raise ``FrameError``."""

import random
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.contract.codec import (
    MAX_DESCRIPTION_BYTES,
    Bounds,
    Frame,
    FrameError,
    FrameKind,
    ReadInto,
    decode,
    encode,
)
from grader.contract.messages import ALLOWED_DTYPES

BOUNDS = Bounds(array_bytes=1 << 20, arrays=8, texts=8, text_bytes=1000)
ONE = np.ones((2, 3))


class CutError(Exception):
    """The bytes have come to an end."""


def source(raw: bytes) -> ReadInto:
    view = memoryview(raw)

    def read_into(buffer: memoryview) -> None:
        nonlocal view
        if len(buffer) > len(view):
            raise CutError
        buffer[:] = view[: len(buffer)]
        view = view[len(buffer) :]

    return read_into


def wire(frame: Frame) -> bytes:
    return b"".join(encode(frame))


def frame_with(**arrays: np.ndarray) -> Frame:
    return Frame(7, FrameKind.COMPLETED, arrays, {})


names = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20
)
arrays = st.sampled_from(ALLOWED_DTYPES).flatmap(
    lambda dtype: hnp.arrays(
        dtype, hnp.array_shapes(min_dims=0, max_dims=6, min_side=0, max_side=4)
    )
)
frames = st.builds(
    Frame,
    nonce=st.integers(0, 2**63 - 1),
    kind=st.sampled_from(FrameKind),
    arrays=st.dictionaries(names, arrays, max_size=8),
    texts=st.dictionaries(
        names, st.text(st.characters(codec="utf-8"), max_size=200), max_size=8
    ),
)


@given(frames)
def test_every_frame_survives_the_round_trip(frame: Frame) -> None:
    got = decode(source(wire(frame)), BOUNDS, frame.nonce)
    assert (got.nonce, got.kind, got.texts) == (frame.nonce, frame.kind, frame.texts)
    assert list(got.arrays) == list(frame.arrays)
    for name, array in frame.arrays.items():
        assert got.arrays[name].dtype == array.dtype
        assert got.arrays[name].shape == array.shape
        assert got.arrays[name].tobytes() == array.tobytes()


@given(st.binary(max_size=200))
def test_random_bytes_are_no_frame(raw: bytes) -> None:
    with pytest.raises((FrameError, CutError)):
        decode(source(raw), BOUNDS)


def test_mutated_frames_raise_only_our_error_and_allocate_little() -> None:
    rng = random.Random(5)
    original = wire(
        Frame(
            5,
            FrameKind.RAISED,
            {"out": np.arange(12.0).reshape(3, 4), "mask": np.array([True, False])},
            {"fault.kind": "ValueError", "note.modified": "x"},
        )
    )
    read = 0
    tracemalloc.start()
    for _ in range(8_000):
        raw = bytearray(original)
        for _ in range(rng.randint(1, 4)):
            raw[rng.randrange(len(raw))] = rng.choice((0, 1, 255, rng.randrange(256)))
        if rng.random() < 0.3:
            del raw[rng.randrange(len(raw)) :]
        try:
            decode(source(bytes(raw)), Bounds(array_bytes=4096))
            read += 1
        except (FrameError, CutError):
            pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert read < 8_000
    assert peak < 1 << 20


def test_non_contiguous_and_zero_dimensional_arrays_arrive_whole() -> None:
    frame = frame_with(t=np.arange(6.0).reshape(2, 3).T, n=np.array(2.5))
    got = decode(source(wire(frame)), BOUNDS)
    assert got.arrays["t"].tolist() == [[0, 3], [1, 4], [2, 5]]
    assert got.arrays["n"].shape == ()


def test_a_boolean_from_outside_is_only_ever_true_or_false() -> None:
    raw = wire(frame_with(mask=np.array([True, False])))
    got = decode(source(raw[:-2] + b"\x07\x00"), BOUNDS).arrays["mask"]
    assert got.view(np.uint8).tolist() == [1, 0]


def test_arrays_that_come_in_are_our_own_and_plain() -> None:
    got = decode(source(wire(frame_with(out=ONE))), BOUNDS).arrays["out"]
    assert type(got) is np.ndarray
    assert got.flags.writeable


def test_only_the_expected_nonce_is_accepted() -> None:
    with pytest.raises(FrameError, match="nonce"):
        decode(source(wire(frame_with())), BOUNDS, nonce=8)


@pytest.mark.parametrize(
    "array",
    [
        np.array([None]),
        np.array(["a"]),
        np.zeros(2, np.int16),
        np.zeros(2, ">f8"),
        np.zeros((1,) * 7),
    ],
    ids=["object", "text", "int16", "big-endian", "seven-axes"],
)
def test_nothing_but_the_closed_list_is_sent(array: np.ndarray) -> None:
    with pytest.raises(FrameError):
        encode(frame_with(out=array))


def test_too_many_bytes_are_refused_before_they_are_read() -> None:
    raw = wire(frame_with(out=np.zeros(1000)))
    with pytest.raises(FrameError, match=r"out is far larger than expected: shape"):
        decode(source(raw), Bounds(array_bytes=7999))


def test_the_sum_of_all_arrays_is_bounded() -> None:
    raw = wire(frame_with(a=np.zeros(600), b=np.zeros(600)))
    with pytest.raises(FrameError, match="b is far larger"):
        decode(source(raw), Bounds(array_bytes=8000))


def test_an_empty_axis_does_not_hide_huge_ones() -> None:
    raw = bytearray(wire(frame_with(out=np.zeros((3, 0)))))
    at = raw.index(struct.pack("<QQ", 3, 0))
    raw[at : at + 8] = struct.pack("<Q", 1 << 62)
    with pytest.raises(FrameError, match="far larger"):
        decode(source(bytes(raw)), BOUNDS)


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: b"XXXX" + raw[4:],
        lambda raw: raw[:12] + b"\xff" + raw[13:],
        lambda raw: raw[:13] + b"\xff\xff" + raw[15:],
        lambda raw: raw[:15] + b"\xff\xff" + raw[17:],
        lambda raw: raw[:17] + struct.pack("<I", MAX_DESCRIPTION_BYTES + 1) + raw[21:],
        lambda raw: raw[:21] + b"\x00" + raw[22:],
        lambda raw: raw.replace(b"out", b"o\nt", 1),
        lambda raw: raw.replace(b"out", b"\xff\xff\xff", 1),
        lambda raw: raw.replace(b"out\x01", b"out\x63", 1),
        lambda raw: raw.replace(b"out\x01\x02", b"out\x01\x07", 1),
        lambda raw: raw.replace(b"key", b"\xff\xff\xff", 1),
        lambda raw: raw.replace(b"key\x05", b"key\x04", 1),
        lambda raw: raw.replace(b"key\x05\x00", b"key\x05\x40", 1),
        lambda raw: raw.replace(b"two", b"out", 1),
        lambda raw: raw.replace(b"kez", b"key", 1),
    ],
    ids=[
        "magic",
        "kind",
        "array-count",
        "text-count",
        "description",
        "empty-name",
        "control-character",
        "name-not-utf8",
        "dtype",
        "axes",
        "key-not-utf8",
        "left-over",
        "text-too-long",
        "array-twice",
        "text-twice",
    ],
)
def test_each_kind_of_lie_is_refused(change: object) -> None:
    frame = Frame(
        1,
        FrameKind.COMPLETED,
        {"out": ONE, "two": ONE},
        {"key": "value", "kez": "v"},
    )
    raw = change(wire(frame))  # type: ignore[operator]
    with pytest.raises(FrameError):
        decode(source(raw), BOUNDS)


@pytest.mark.parametrize(
    "frame",
    [
        Frame(1, FrameKind.CALL, {"": ONE}, {}),
        Frame(1, FrameKind.CALL, {"x" * 256: ONE}, {}),
        Frame(1, FrameKind.CALL, {}, {"key": "v" * MAX_DESCRIPTION_BYTES}),
    ],
    ids=["empty-name", "long-name", "long-text"],
)
def test_what_does_not_fit_is_not_sent(frame: Frame) -> None:
    with pytest.raises(FrameError):
        encode(frame)


def test_more_than_can_be_counted_is_not_sent() -> None:
    empty = np.zeros(0)
    many = {f"{number:x}": empty for number in range(0x10000)}
    with pytest.raises(FrameError):
        encode(Frame(1, FrameKind.CALL, many, {}))
