"""``grader bench checks``: whether the checks wrong anybody, and how fast they are.

The right and the wrong code that is graded lies with the tests, so this needs a
checkout of the repository.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from grader.cli.checkout import module_of_tests
from reference import operations

# With no failure in n runs the rate is below this over n, with 95 % confidence.
RULE_OF_THREE = 3.0

Say = Callable[[str], object]

_sweep = partial(module_of_tests, "sweeps")


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is run.

    Parameters
    ----------
    names
        Operations.
    runs
        Right runs of each operation in each precision.
    seeds
        Secret seeds for each known mistake.
    processes
        How many at once.
    assignments
        Whose wrong samples are graded; all that are shipped if empty.
    """

    names: Sequence[str]
    runs: int
    seeds: int
    processes: int
    assignments: Sequence[str] = ()


def run(extent: Extent, parts: Sequence[str], say: Say) -> bool:
    """Run the parts that are named; tell whether every count is as promised."""
    held = [PARTS[part](extent, say) for part in parts]
    return all(held)


def _each(extent: Extent, work: Callable[[str], Any]) -> Iterator[Any]:
    """Do the work for each operation, several at once, in order."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with ProcessPoolExecutor(extent.processes) as pool:
        yield from pool.map(work, extent.names)


def _right(extent: Extent, say: Say) -> bool:
    say("### Right code: does any of it lose a point?\n")
    say("| precision | components | runs | least per component | false fails |")
    say("| --- | --- | --- | --- | --- |")
    failed = 0
    for single in (False, True):
        work = partial(_right_runs, least=extent.runs, single=single)
        found = list(_each(extent, work))
        runs, wrong = sum(f.runs for f in found), sum(f.failed for f in found)
        failed += wrong
        least = min(f.runs for f in found)
        bound = f" (below {RULE_OF_THREE / runs:.1g})" if not wrong else ""
        say(
            f"| {'float32' if single else 'float64'} | {len(found)} | {runs} | {least} "
            f"(below {RULE_OF_THREE / least:.1g} each) | {wrong}{bound} |"
        )
        for one in found:
            for line in one.lines:
                say(f"    {line}")
        if not single:
            worst = max(found, key=lambda f: float(f.furthest))
            furthest = f"{worst.furthest:.3g} in {worst.operation}"
    say(
        f"\nLargest distance of right float64 code: {furthest}; the bound is 1048576.\n"
    )
    return not failed


def _right_runs(name: str, least: int, single: bool) -> Any:
    return _sweep("right_runs").right_runs(name, least, single=single)


def _mutants(extent: Extent, say: Say) -> bool:
    say("### Known mistakes, each made on purpose\n")
    found = [
        one
        for part in _each(extent, partial(_mutant_runs, extent.seeds))
        for one in part
    ]
    runs = sum(f.runs for f in found)
    passed = sum(f.passed for f in found)
    results, named = sum(f.results for f in found), sum(f.named for f in found)
    unknown = sum(f.unknown for f in found)
    say("| mistakes | runs | false passes | wrong results | named | no name |")
    say("| --- | --- | --- | --- | --- | --- |")
    say(
        f"| {len(found)} | {runs} | {passed} | {results} | {named / results:.2%} | "
        f"{unknown} |"
    )
    for one in found:
        if one.passed or one.misnamed or one.unknown:
            say(f"    {one}")
    say("")
    return not passed and named >= 0.99 * results


def _mutant_runs(seeds: int, name: str) -> Any:
    return list(_sweep("mutant_runs").mutant_runs(name, range(seeds)))


def _held_out(extent: Extent, say: Say) -> bool:
    say("### Mistakes that the library does not know: each entry taken out in turn\n")
    found = [
        one
        for part in _each(extent, partial(_held_out_runs, extent.seeds))
        for one in part
    ]
    results, claims = sum(f.results for f in found), sum(f.claims for f in found)
    wrong = sum(f.wrong for f in found)
    say("| mistakes | wrong results | claims | wrong claims |")
    say("| --- | --- | --- | --- |")
    say(f"| {len(found)} | {results} | {claims} | {wrong} ({wrong / results:.2%}) |")
    for one in found:
        if one.wrong:
            say(f"    {one}")
    say("")
    return bool(wrong <= 0.02 * results)


def _held_out_runs(seeds: int, name: str) -> Any:
    return list(_sweep("held_out").held_out_runs(name, range(seeds)))


def _replay(extent: Extent, say: Say) -> bool:
    from grader.validation import replay_bench

    say("### Replayed trainings\n")
    right = replay_bench.right_runs(max(extent.runs // 2, 1))
    wrong = replay_bench.wrong_runs()
    say("| right runs | false fails | wrong loops and rules | runs | false passes |")
    say("| --- | --- | --- | --- | --- |")
    say(
        f"| {right.runs} | {len(right.surprises)} | {wrong.kinds} | {wrong.runs} | "
        f"{len(wrong.surprises)} |"
    )
    for sentence in (*right.surprises, *wrong.surprises):
        say(f"    {sentence}")
    say("")
    return not right.surprises and not wrong.surprises


def _speed(extent: Extent, say: Say) -> bool:
    from worker.jail import JailSettings, create_jail

    check_speed = _sweep("check_speed")
    settings = JailSettings.chosen_by(check_speed.settings())
    say("### One direct check, and the others as multiples of it\n")
    say("| same code, same inputs | entries | direct | numerical | slow | fast |")
    say("| --- | --- | --- | --- | --- | --- |")
    with create_jail(settings).open(check_speed.bundle()) as session:
        for row in check_speed.rows(session):
            slow, fast = (
                "" if times is None else f"{times:.3g}x"
                for times in (row.slow, row.fast)
            )
            say(
                f"| {row.what} | {row.entries} | {1000 * row.direct_seconds:.2f} ms | "
                f"{row.numerical:.3g}x | {slow} | {fast} |"
            )
    say("\nslow, fast: the two modes of torch.autograd.gradcheck, where it is there.\n")
    return True


def _failed(extent: Extent, say: Say) -> bool:
    sweep = _sweep("failed_items")
    found = list(sweep.failed_items(extent.assignments))
    say("### What a failed item takes beyond the same item of the solution, in ms\n")
    say("Processor time. first: in a fresh process; later: in one that has graded both")
    say("before; own: the student's part of that. wall: the clock instead of later.")
    say("One line for each check; the items that failed in it share its time.\n")
    say("| kinds | when | checks | median | 95 % | largest |")
    say("| --- | --- | --- | --- | --- | --- |")
    for title, apart in (("one answer each", False), ("repeating", True)):
        mine = [one for one in found if (one.kind in sweep.REPEATING) is apart]
        for when in ("first", "later", "own", "wall") if mine else ():
            times = sweep.spread([getattr(one, f"{when}_seconds") for one in mine])
            say(
                f"| {title} | {when} | {times.items} | {_ms(times.median)} | "
                f"{_ms(times.high)} | {_ms(times.most)} |"
            )
    say("\n| assignment | sample | check | kind | items | first | later | own | wall |")
    say("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for one in sorted(found, key=lambda one: -one.later_seconds):
        say(
            f"| {one.assignment} | {one.sample} | {one.check} | {one.kind} | "
            f"{one.failed} | {_ms(one.first_seconds)} | {_ms(one.later_seconds)} | "
            f"{_ms(one.own_seconds)} | {_ms(one.wall_seconds)} |"
        )
    say("")
    return True


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.1f}"


PARTS: dict[str, Callable[[Extent, Say], bool]] = {
    "right": _right,
    "mutants": _mutants,
    "held-out": _held_out,
    "replay": _replay,
    "speed": _speed,
    "failed": _failed,
}


def names(chosen: Sequence[str]) -> tuple[str, ...]:
    """Return the operations to run, all of them if none is chosen."""
    return tuple(chosen or operations.names())
