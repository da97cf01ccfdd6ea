"""Known wrong engines: how a gradient is gathered, when it is passed on, what is kept.

What single operations get wrong is in ``operation_mistakes`` and ``array_mistakes``.
Ids and titles are those of ``reference/misconceptions`` where it has the same mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from grader.checks.graphs.program import GRADIENT, Program
from grader.checks.graphs.sketch import Dialect
from grader.checks.graphs.tape import (
    Engine,
    Entry,
    add_up,
    by_users,
    depth_first,
    in_order,
)
from grader.checks.graphs.walks import (
    each_once,
    every_path,
    pushed_again,
    shared_arrays,
)
from grader.contract.messages import Array
from grader.report import Diagnosis
from reference.operations.base import Arrays


@dataclass(frozen=True, slots=True)
class EngineMistake:
    """One known wrong engine.

    Parameters
    ----------
    formula
        What it does wrongly, for instructors.
    topics
        Quantities that show it, on every draw.
    needs
        Operations without which it cannot be made; one of them is enough.
    arrays_only
        It needs arrays: with numbers it is right.
    upstream_only
        It needs an engine that is given an upstream gradient.
    policies
        Under which rules about several passes it is a mistake.
    constant_gradients
        It concerns gradients of gradients, and nothing else.
    """

    diagnosis: Diagnosis
    formula: str
    engine: Engine
    topics: tuple[str, ...]
    needs: frozenset[str] = frozenset()
    arrays_only: bool = False
    upstream_only: bool = False
    policies: tuple[str, ...] = ("replace", "accumulate", "zeroed")
    constant_gradients: bool = False

    @property
    def id(self) -> str:
        """Return the number in the library."""
        return self.diagnosis.id

    def can_be_made(self, dialect: Dialect) -> bool:
        """Tell whether an engine of this kind leaves room for the mistake."""
        return (
            (dialect.arrays or not self.arrays_only)
            and (dialect.upstream or not self.upstream_only)
            and dialect.policy in self.policies
            and (not self.needs or bool(self.needs & set(dialect.operations)))
        )

    def concerns(self, program: Program) -> bool:
        """Tell whether the mistake says anything about a program."""
        return (GRADIENT in program.operations) == self.constant_gradients

    def answer(self, program: Program, arrays: Arrays) -> Mapping[str, Array] | None:
        """Return what this engine answers, or ``None`` where it cannot.

        Raises
        ------
        EndlessError
            If it would not come back.
        """
        if not self.concerns(program):
            return None
        try:
            with np.errstate(all="ignore"):
                return self.engine.answer(program, arrays)
        except (ValueError, IndexError):
            return None


def _last(pieces: Sequence[Array]) -> Array:
    return pieces[-1]


def _first(pieces: Sequence[Array]) -> Array:
    return pieces[0]


def _mean(pieces: Sequence[Array]) -> Array:
    return np.asarray(add_up(pieces) / len(pieces))


ORDERS: tuple[Callable[[Entry], list[Entry]], ...] = (
    depth_first,
    partial(depth_first, mirrored=True),
    by_users,
)

_ONE_PATH = Diagnosis(
    "M115",
    "only one path counts where a value is used twice",
    "Draw the graph and mark every path from this leaf to the output. How many are "
    "there, and how many of them does your gradient contain?",
)
_SAME_OPERAND = Diagnosis(
    "M330",
    "operand used twice by one operation counted once",
    "In x * x the same value is both operands. How many pieces must reach it, and "
    "where could your engine lose one of them: in a set, or in a dict?",
)
_TOO_EARLY = Diagnosis(
    "M116",
    "gradient passed on before it is complete",
    "A node is used by two others. When it passes its gradient on, have both of them "
    "been visited already?",
)
EVERY_PATH = Diagnosis(
    "M331",
    "every path is walked by itself",
    "Count how often your backward visits the first node of a chain in which every "
    "step uses the one before twice. Could one visit be enough?",
)
_USES = Diagnosis(
    "M120",
    "gradient divided by the number of uses",
    "Raise a value that is used twice by a little. Do the two changes of the output "
    "add up, or does one of them stand for both?",
)
_STALE = Diagnosis(
    "M117",
    "gradients of an earlier pass are still in the graph",
    "Go back through the same graph twice in a row. What do the nodes between the "
    "leaves and the output hold before the second pass begins?",
)
_NOT_ZEROED = Diagnosis(
    "M118",
    "gradients of the leaves not cleared between passes",
    "Print the gradient of one leaf just before the second backward begins. What "
    "should stand there?",
)
_LOST = Diagnosis(
    "M332",
    "second pass replaces the gradients of the first",
    "Two losses share a parameter and each has its own backward. What should the "
    "parameter's gradient be after both?",
)
_SEED = Diagnosis(
    "M127",
    "pass back begins with a wrong gradient",
    "Which gradient does the output itself have before the pass begins? Does it "
    "depend on the value of the output?",
)
_UPSTREAM = Diagnosis(
    "M23",
    "upstream gradient ignored",
    "What must happen to every gradient if the one that you are given is doubled?",
)
_SIGN = Diagnosis(
    "M09",
    "sign of the gradient reversed",
    "Raise a leaf by a little. If the output grows, which sign has the derivative?",
)
_SHARED_ARRAY = Diagnosis(
    "M333",
    "two nodes share one gradient array",
    "An addition hands the same array to both of its operands. What happens to the "
    "other one when you add to it with += ?",
)
_CONSTANT = Diagnosis(
    "M126",
    "gradient is a plain number, not part of a graph",
    "Which operations made your gradient, and does your engine know of them? "
    "Differentiate x * x * x twice by hand and compare.",
)


def _gathering() -> tuple[EngineMistake, ...]:
    shows = ("fan_out", "reuse", "diamond")
    overwritten = tuple(
        EngineMistake(
            _ONE_PATH,
            f"grad = piece in place of grad += piece: the {word} one stays",
            # What is assigned does not add to what an earlier pass has left either.
            Engine(gather=gather, order=order, leaves_add=False),
            shows,
        )
        for order in ORDERS
        for word, gather in (("last", _last), ("first", _first))
    )
    return (
        *overwritten,
        EngineMistake(
            _SAME_OPERAND,
            "pieces kept in a dict by operand: x * x gives one piece",
            Engine(walk=partial(in_order, joined=dict)),
            ("reuse",),
        ),
        EngineMistake(
            _USES,
            "grad = mean of the pieces in place of their sum",
            Engine(gather=_mean),
            shows,
        ),
    )


def _walking() -> tuple[EngineMistake, ...]:
    grows = ("diamond", "cost")
    return (
        EngineMistake(
            _TOO_EARLY,
            "recursion: grad += piece, then all of grad is passed on at once",
            Engine(walk=partial(every_path, whole=True)),
            grows,
        ),
        EngineMistake(
            _TOO_EARLY,
            "recursion: all operands get their pieces, then each passes on all it has",
            Engine(walk=pushed_again),
            grows,
        ),
        *(
            EngineMistake(
                _TOO_EARLY,
                f"{way} first: what comes after the first visit is {fate}",
                Engine(walk=partial(each_once, deep=deep, closed=closed)),
                ("diamond",),
            )
            for way, deep in (("breadth", False), ("depth", True))
            for fate, closed in (("not passed on", False), ("lost", True))
        ),
        EngineMistake(
            EVERY_PATH,
            "recursion: the operands are called again for every piece",
            Engine(walk=partial(every_path, whole=False)),
            ("cost",),
        ),
    )


def _several_passes() -> tuple[EngineMistake, ...]:
    again = ("two_backwards",)
    kept = tuple(
        EngineMistake(_STALE, formula, Engine(inner_stay=True, leaves_add=adds), again)
        for formula, adds in (
            ("second pass: the nodes between start from their gradients", None),
            ("second pass: all nodes start from their gradients", True),
        )
    )
    return (
        EngineMistake(
            _NOT_ZEROED,
            "second pass: the leaves start from their gradients",
            Engine(leaves_add=True),
            again,
            policies=("replace", "zeroed"),
        ),
        EngineMistake(
            _LOST,
            "second pass: the leaves start from zero",
            Engine(leaves_add=False),
            again,
            policies=("accumulate",),
        ),
        *kept,
    )


def _beginnings() -> tuple[EngineMistake, ...]:
    shows = ("chain", "fan_out", "reuse", "diamond")
    return (
        EngineMistake(
            _SEED,
            "the gradient of the output is its value",
            Engine(start=lambda out, upstream: out),
            shows,
        ),
        EngineMistake(
            _UPSTREAM,
            "the gradient of the output is 1",
            Engine(start=lambda out, upstream: np.ones_like(out)),
            shows,
            upstream_only=True,
        ),
        EngineMistake(
            _SIGN,
            "every gradient is negated",
            Engine(start=lambda out, upstream: -upstream),
            shows,
        ),
        *(
            EngineMistake(
                _SHARED_ARRAY,
                "an addition stores one array twice, and += changes both",
                Engine(walk=partial(shared_arrays, anew=anew), order=order),
                ("fan_out",),
                arrays_only=True,
            )
            for order in ORDERS
            for anew in (False, True)
        ),
        EngineMistake(
            _CONSTANT,
            "gradients are computed with raw arrays",
            Engine(),
            ("second_order",),
            constant_gradients=True,
        ),
    )


def walking_mistakes() -> tuple[EngineMistake, ...]:
    """Return the mistakes that no single operation is to blame for."""
    return (*_gathering(), *_walking(), *_several_passes(), *_beginnings())
