"""Whatever bytes a jail sends: readers refuse them in their own words, at low cost."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from types import ModuleType
from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.cli import bench_jail
from grader.contract.codec import Bounds, Frame, FrameError, FrameKind, decode
from grader.contract.limits import Limits
from grader.contract.messages import Bundle, Call, Case
from tests.contract.test_codec import frames
from tests.jail import mutators
from tests.jail.fuzz_targets import SHARES, TARGETS, Recorded, require_frame, source
from tests.jail.fuzz_targets import wire as written
from tests.jail.fuzzing import Tally, Target, fuzz
from tests.jail.line_coverage import LineCoverage
from tests.jail.mutators import MUTATORS, Specimen, mutate
from worker.jail.conversation import Conversation, EndedError
from worker.jail.dialogue import Dialogue
from worker.jail.outcomes import Stop

INPUTS = 20_000
BUNDLE = Bundle({"mlp.py": b""}, "mlp.py")
BOUNDS = Bounds(array_bytes=1 << 20)


@pytest.mark.parametrize("name", TARGETS)
def test_no_reader_is_surprised_by_changed_bytes(name: str) -> None:
    found = fuzz(TARGETS[name], int(INPUTS * SHARES[name]), Random(11))

    assert found.surprises == {}
    assert found.inputs > INPUTS * SHARES[name]
    assert found.accepted > 0
    # Memory and work stay bounded for whatever a header claims.
    assert found.peak_bytes < 1 << 18
    assert found.most_lines < 4000


def test_all_inputs_are_shared_out() -> None:
    assert sum(SHARES.values()) == pytest.approx(1.0)
    assert set(SHARES) == set(TARGETS)


@pytest.mark.parametrize("name", TARGETS)
def test_what_the_changes_start_from_is_accepted(name: str) -> None:
    target = TARGETS[name]
    found = [target.read(seed) for seed in target.seeds]

    accepted = [
        target.require(seed, read)
        for seed, read in zip(target.seeds, found, strict=True)
        if read is not None
    ]
    assert any(accepted)


def entries(count: int, first: int) -> dict[str, np.ndarray]:
    nothing = np.zeros((3, 0))
    return {f"{number:040x}": nothing for number in range(first, first + count)}


def test_countless_empty_arrays_do_not_fill_our_memory() -> None:
    # They have no bytes, but a name and a header each, and every reply is kept.
    answer = b"".join(
        written(Frame(7, FrameKind.PARTIAL, entries(64, 64 * part)))
        for part in range(255)
    ) + written(Frame(7, FrameKind.COMPLETED))
    case = Case((Call("linear"),) * 12, Limits())
    raw = written(Frame(7, FrameKind.COMPLETED)) + answer * 12
    talk = Dialogue(cast("Conversation", Recorded(raw)), case.limits)

    ending = talk.run(BUNDLE, case)

    kept = sum(len(reply.arrays) for reply in talk.replies)
    assert ending is not None
    assert ending.stop is Stop.UNREADABLE
    assert kept <= 1 << 17


def test_long_notes_of_many_calls_do_not_fill_our_memory() -> None:
    notes = {f"note.{number}": "\U0001f600" + "x" * 16_000 for number in range(7)}
    case = Case((Call("linear"),) * 1000, Limits())
    answer = written(Frame(7, FrameKind.COMPLETED, {}, notes))
    raw = written(Frame(7, FrameKind.COMPLETED)) + answer * 1000
    talk = Dialogue(cast("Conversation", Recorded(raw)), case.limits)

    ending = talk.run(BUNDLE, case)

    kept = sum(sys.getsizeof(t) for r in talk.replies for t in r.notes.values())
    assert ending is not None
    assert ending.stop is Stop.UNREADABLE
    assert kept < 257 << 20


@given(st.binary(max_size=400) | st.binary(max_size=100).map(lambda b: b"BPG1" + b))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        frame = decode(source(raw)[0], BOUNDS)
    except (FrameError, EndedError):
        return
    require_frame(frame, BOUNDS)


@given(frames, st.randoms(use_true_random=False))
def test_any_changed_frame_is_read_or_refused(frame: Frame, rng: Random) -> None:
    specimen = Specimen.of(written(frame))
    raw = mutate(specimen, [specimen], rng)
    try:
        found = decode(source(raw)[0], BOUNDS)
    except (FrameError, EndedError):
        return
    require_frame(found, BOUNDS)


@settings(max_examples=50)
@given(frames)
def test_every_field_of_a_frame_is_found(frame: Frame) -> None:
    specimen = Specimen.of(written(frame))

    roles = [field.role for field in specimen.fields]
    assert roles.count("dtype") == len(frame.arrays)
    assert roles.count("dim") == sum(array.ndim for array in frame.arrays.values())
    assert roles.count("text") == len(frame.texts)
    sizes = [field.size for field in specimen.fields]
    assert sum(sizes) == len(specimen.raw)


@pytest.mark.parametrize(
    "mutator", dict.fromkeys(MUTATORS), ids=lambda one: one.__name__
)
def test_every_kind_of_change_changes_something(mutator: mutators.Mutator) -> None:
    kept = [Specimen.of(seed) for seed in TARGETS["frame"].seeds]
    rng, changed = Random(3), 0
    for _ in range(40):
        raw = bytearray(kept[0].raw)
        mutator(raw, kept[0], kept, rng)
        changed += bytes(raw) != kept[0].raw
    assert changed > 10


def careless(raw: bytes) -> bytes:
    """A reader with mistakes, one of which lies behind six bytes that must be large."""
    if len(raw) > 60:
        return bytes(1 << 17)
    if raw[:1] < b"\x80":
        return raw
    if raw[1:2] < b"\x80":
        return raw
    if raw[2:3] < b"\x80":
        return raw
    if raw[3:4] < b"\x80":
        return raw
    if raw[4:5] < b"\x80":
        return raw
    if raw[5:6] < b"\x80":
        return raw
    raise KeyError("magic")


def careless_target(modules: Sequence[ModuleType]) -> Target:
    return Target(
        name="careless",
        seeds=[bytes(6)],
        read=careless,
        require=lambda raw, found: len(found) != 5 or 1 // 0 == 1,
        modules=modules,
        most_bytes=1 << 16,
        most_lines=100,
    )


def test_a_careless_reader_is_found_out() -> None:
    found = fuzz(careless_target([sys.modules[__name__]]), 12_000, Random(2))

    kinds = {kind.split(":")[0] for kind in found.surprises}
    assert kinds == {"KeyError", "ZeroDivisionError", "# bytes were held, # lines ran"}
    assert found.surprises["KeyError: 'magic'"].startswith("careless: KeyError: ")
    assert found.kept > 0


def test_what_is_hard_to_reach_is_not_found_without_following_lines() -> None:
    found = fuzz(careless_target([]), 12_000, Random(2))

    assert "ZeroDivisionError" in {kind.split(":")[0] for kind in found.surprises}
    assert "KeyError: 'magic'" not in found.surprises
    assert found.kept == 0


def test_lines_are_followed_and_another_tracer_is_left_alone() -> None:
    before = sys.gettrace()
    coverage = LineCoverage([sys.modules[__name__]])
    with coverage:
        careless(b"BPG1")
    short = set(coverage.pairs)
    with coverage:
        careless(b"BPG1" + bytes(200))

    assert sys.gettrace() is before
    assert short
    assert coverage.pairs > short
    assert coverage.lines > len(short)


def test_the_benchmark_reports_on_every_reader() -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "grader", "bench", "jail", "--part", "fuzz"]
    done = subprocess.run(
        [*command, "--frames", "300", "--processes", "1"],
        cwd=root,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    rows = [line.split(" | ")[0] for line in done.stdout.splitlines()[4:]]
    assert rows[: len(TARGETS)] == [f"| {name}" for name in TARGETS]
    assert ", 0 surprises" in done.stdout


def test_a_surprise_makes_the_benchmark_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    tally = Tally("frame", inputs=1, surprises={"KeyError": "frame: KeyError: 00"})
    monkeypatch.setattr(bench_jail, "ProcessPoolExecutor", OneProcess)
    monkeypatch.setattr(bench_jail, "_fuzzed", lambda task: tally)
    said: list[str] = []

    held = bench_jail.run(bench_jail.Extent(1, 0, 1, 3), ["fuzz"], said.append)

    assert not held
    assert "    frame: KeyError: 00" in said


class OneProcess:
    """A pool that does the work itself."""

    def __init__(self, processes: int) -> None:
        self.map = map

    def __enter__(self) -> "OneProcess":
        return self

    def __exit__(self, *_: object) -> None:
        return None
