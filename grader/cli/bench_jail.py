"""``grader bench jail``: whether the wall holds, and what it costs.

The attacks and the mutated frames lie with the tests, so some parts need a checkout of
the repository.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from random import Random
from typing import Any

from grader.cli.checkout import module_of_tests

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is run.

    Parameters
    ----------
    frames
        Mutated inputs for all readers together.
    seed
        Of the mutations.
    processes
        How many at once.
    rounds
        Of each measurement of time.
    """

    frames: int
    seed: int
    processes: int
    rounds: int


def run(extent: Extent, parts: Sequence[str], say: Say) -> bool:
    """Run the parts that are named; tell whether everything is as promised."""
    held = [PARTS[part](extent, say) for part in parts]
    return all(held)


def _fuzz(extent: Extent, say: Say) -> bool:
    shares = module_of_tests("jail", "fuzz_targets").SHARES
    say("### Mutated bytes for every reader of what a jail says\n")
    tallies: dict[str, Any] = {}
    with ProcessPoolExecutor(extent.processes) as pool:
        for tally in pool.map(_fuzzed, _tasks(extent, shares)):
            if tally.target in tallies:
                tallies[tally.target].add(tally)
            else:
                tallies[tally.target] = tally
    say(
        "| reader | inputs | accepted | kept | pairs of lines | peak | most lines run |"
    )
    say("| --- | --- | --- | --- | --- | --- | --- |")
    for found in tallies.values():
        say(
            f"| {found.target} | {found.inputs} | {found.accepted} | {found.kept} | "
            f"{found.pairs} | {found.peak_bytes / 1024:.0f} KB | {found.most_lines} |"
        )
    surprises = [line for one in tallies.values() for line in one.surprises.values()]
    inputs = sum(found.inputs for found in tallies.values())
    slowest = max(found.slowest_seconds for found in tallies.values())
    say(
        f"\n{inputs} inputs, {len(surprises)} surprises (an exception that is not the "
        "reader's own, a broken promise about what was read, too much memory or work); "
        f"the slowest took {1000 * slowest:.0f} ms with all that watches it.\n"
    )
    for line in surprises:
        say(f"    {line}")
    return not surprises


def _tasks(extent: Extent, shares: dict[str, float]) -> list[tuple[str, int, int]]:
    """Return reader, inputs and seed of pieces that several processes can share."""
    pieces = 4 * extent.processes
    return [
        (name, round(extent.frames * share / pieces) + 1, extent.seed * 1000 + piece)
        for name, share in shares.items()
        for piece in range(pieces)
    ]


def _fuzzed(task: tuple[str, int, int]) -> Any:
    name, inputs, seed = task
    target = module_of_tests("jail", "fuzz_targets").TARGETS[name]
    return module_of_tests("jail", "fuzzing").fuzz(target, inputs, Random(seed))  # noqa: S311


def _start(extent: Extent, say: Say) -> bool:
    from grader.cli import jail_timings
    from worker.jail import JailSettings

    found = jail_timings.starts(JailSettings(), extent.rounds)
    say("### From start to the first answered call, wall clock\n")
    say("| what | median | bar |\n| --- | --- | --- |")
    say(f"| `python -c 'import numpy'` | {1000 * found.plain:.1f} ms | |")
    ratio = found.cold / found.plain
    say(f"| a jail, {ratio:.2f} times | {1000 * found.cold:.1f} ms | <= 1.5 times |")
    say(f"| a jail that waited | {1000 * found.warm:.1f} ms | <= 5 ms |\n")
    return True


def _children(extent: Extent, say: Say) -> bool:
    from grader.cli import jail_timings
    from worker.jail import JailSettings

    found = jail_timings.fresh_children(JailSettings(), extent.rounds)
    count = jail_timings.CHECKS
    say(f"### {count} checks ({found.calls} calls), CPU of both sides\n")
    say("| what | median | bar |\n| --- | --- | --- |")
    say(
        "| one process without a jail, its import of NumPy included | "
        f"{1000 * found.one_process:.0f} ms | |"
    )
    for what, seconds in (
        (f"{count} fresh children of one jail, its start included", found.jailed),
        ("the same in a jail that waited, its start left out", found.warm),
    ):
        ratio = seconds / found.one_process
        bar = "<= 1.25 times" if seconds is found.jailed else ""
        say(f"| {what}, {ratio:.2f} times | {1000 * seconds:.0f} ms | {bar} |")
    say("")
    return True


def _pipes(extent: Extent, say: Say) -> bool:
    from grader.cli import jail_timings
    from worker.jail import JailSettings

    found = jail_timings.pipes(JailSettings(), extent.rounds)
    points = jail_timings.POINTS
    say("### Pipes, wall clock\n")
    say("| what | median | bar |\n| --- | --- | --- |")
    trip = 1e6 * found.round_trip
    say(f"| an array of 100 KB there and back | {trip:.0f} us | <= 200 us |")
    whole, single = 1000 * found.gradient, 1000 * found.gradient_one_by_one
    say(f"| {points} points of a numerical gradient, one request | {whole:.0f} ms | |")
    say(f"| the same, asked one by one | {single:.0f} ms | |\n")
    return True


PARTS: dict[str, Callable[[Extent, Say], bool]] = {
    "start": _start,
    "children": _children,
    "pipes": _pipes,
    "fuzz": _fuzz,
}
