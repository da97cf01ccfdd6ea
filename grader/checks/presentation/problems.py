"""What is wrong with the arrangement of a component, said before anybody hands in."""

from collections.abc import Iterator, Mapping

import numpy as np

from grader.checks.component import Component
from grader.checks.presentation.arranged import ArrangedOperation
from grader.checks.presentation.arrangement import NEW, ONE_HOT, Presentation
from grader.checks.presentation.lengths import Constant, constants
from grader.checks.presentation.leniency import is_vector
from grader.checks.presentation.scales import Scale, ScaleError
from grader.contract.messages import Array
from reference.errors import ReferenceUseError
from reference.operations.base import Family, Operation

Problem = tuple[tuple[str, ...], str]
Arrays = Mapping[str, Array]

ARRANGED = (Family.LAYER, Family.LOSS, Family.FUNCTION)
VARIANTS = (0, 1, 2)


def arrangement_problems(part: Component) -> list[Problem]:
    """Return the keys of a component that do not fit its operation, with reasons."""
    plain = part.plain()
    if not (part.arrangement or part.accept):
        return []
    # A layer of an assignment's own declares the shapes that students see already.
    if plain.family not in ARRANGED or not plain.has_answer:
        first = next(k for k in ("arrays", "scale", "accept") if _given(part, k))
        reason = f"can be given for layers, losses and functions, not for {plain.name}"
        return [((first,), reason)]
    drawn = [plain.draw(np.random.default_rng(0), variant=v) for v in VARIANTS]
    known = {**plain.answer(drawn[0]), **drawn[0]}
    problems = [*_of_arrays(part, plain, known), *_of_scales(part, plain, known, drawn)]
    problems += [] if problems else _of_whole(part, plain)
    return problems or list(_of_accept(part))


def _given(part: Component, key: str) -> bool:
    arrangement = part.arrangement
    tables = {"arrays": arrangement.arrays, "scale": arrangement.scale}
    return bool(tables.get(key, part.accept))


def _unknown(name: str, known: Arrays) -> str:
    return f"there is no array {name!r}; there are: {', '.join(known)}"


def _of_arrays(part: Component, plain: Operation, known: Arrays) -> Iterator[Problem]:
    for name, look in part.arrangement.arrays.items():
        path = ("arrays", name)
        if name not in known:
            yield path, _unknown(name, known)
            continue
        for key, reason in _of_look(look, plain, known[name]):
            yield (*path, key), reason


def _of_look(
    look: Presentation, plain: Operation, value: Array
) -> Iterator[tuple[str, str]]:
    whole = value.dtype.kind in "iu"
    if look.form == ONE_HOT and not (whole and plain.family is Family.LOSS):
        yield "form", '"one_hot" is for the integer labels of a loss'
    if look.offset and not whole:
        yield "offset", f"is for integers, and this array holds {value.dtype}"
    if look.offset and look.form:
        yield "offset", "has no meaning for one-hot rows"
    if look.axes is not None:
        ndim = value.ndim + (look.form == ONE_HOT)
        reason = _of_axes(look.axes, ndim)
        if reason:
            yield "axes", reason


def _of_axes(axes: tuple[int | str, ...], ndim: int) -> str:
    kept = [axis for axis in axes if axis != NEW]
    high = [axis for axis in kept if isinstance(axis, int) and axis >= ndim]
    if high:
        numbers = ", ".join(str(axis) for axis in range(ndim)) or "none"
        return f"the reference's array has the axes {numbers}; there is no {high[0]}"
    if len(set(kept)) < len(kept):
        return f"each axis can be named once, got {list(axes)}"
    return ""


def _of_scales(
    part: Component, plain: Operation, known: Arrays, drawn: list[dict[str, Array]]
) -> Iterator[Problem]:
    for name, scale in part.arrangement.scale.items():
        path = ("scale", name)
        if name not in known:
            yield path, _unknown(name, known)
        elif known[name].dtype.kind != "f":
            yield path, f"is for real numbers, and {name} holds {known[name].dtype}"
        else:
            reason = _of_scale(scale, [constants(plain, arrays) for arrays in drawn])
            if reason:
                yield path, reason


def _of_scale(scale: Scale, cases: list[dict[str, Constant]]) -> str:
    missing = sorted(scale.names - cases[0].keys())
    if missing:
        listed = "; ".join(f"{n} is {one.meaning}" for n, one in cases[0].items())
        return f"unknown name {missing[0]!r}; here {listed or 'there are no names'}"
    try:
        for case in cases:
            scale.value({name: one.value for name, one in case.items()})
    except ScaleError as error:
        return str(error)
    return ""


def _of_whole(part: Component, plain: Operation) -> list[Problem]:
    """Try whether the arrays still fit each other."""
    if not part.arrangement:
        return []
    try:
        arranged = ArrangedOperation(plain, part.arrangement)
        for variant in VARIANTS:
            rng = np.random.default_rng(variant)
            arranged.answer(arranged.draw(rng, variant=variant))
    except (ReferenceUseError, ValueError, IndexError) as error:
        reason = (
            "the arrays do not fit each other in this arrangement; an axis that is "
            "left out of one array must be left out of all arrays that have it: "
        )
        return [(("arrays",), f"{reason}{error}")]
    return []


def _of_accept(part: Component) -> Iterator[Problem]:
    operation = part.reference()
    answer = operation.answer(operation.draw(np.random.default_rng(0)))
    for name in part.accept:
        path = ("accept", name)
        if name not in answer:
            yield path, _unknown(name, answer)
        elif not is_vector(answer[name].shape):
            yield path, f"is for vectors, and {name} has shape {answer[name].shape}"
