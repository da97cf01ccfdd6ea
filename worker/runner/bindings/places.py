"""Where an object of the student's keeps a value: read it, set it, or make room for it.

A place is a list of steps from the object: ``["attribute", "params"]``, then
``["entry", "weight"]`` of a dict or ``["entry", 0]`` of a list, or ``["call"]`` of a
method without arguments. The option ``attributes`` has one for each array of which an
assignment says where it is; others are in the dicts ``params`` and ``grads``, and
states are attributes of their own name.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import numpy as np

from grader.contract.messages import Array
from worker.runner.faults import MissingError, WrongShapeError
from worker.runner.results import thing, to_array

Step = Sequence[Any]
GRADIENT: Final = "grad_"
_MOST_SHOWN: Final = 200


class Place:
    """One place, the same in every object of a class."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = steps

    def text(self, name: str) -> str:
        """Return the place as code, such as ``Linear.params['weight']``."""
        return _text(name, self._steps).removeprefix(".")

    def read(self, owner: Any, name: str) -> Any:
        """Return what an object has there.

        Parameters
        ----------
        name
            What sentences call the object.

        Raises
        ------
        MissingError
            If a step leads nowhere.
        """
        return _followed(owner, name, self._steps)

    def put(self, owner: Any, name: str, value: Array) -> None:
        """Set what is there, in place where that keeps other names for it valid.

        Raises
        ------
        MissingError, WrongShapeError
            If there is nothing yet, or nothing of the shape that is set.
        """
        present, text = self.read(owner, name), self.text(name)
        if present is None:
            raise WrongShapeError(
                f"{text} is None after the constructor; "
                f"expected an array of shape {value.shape}."
            )
        if np.shape(present) != value.shape:
            raise WrongShapeError(
                f"{text} has shape {np.shape(present)}; expected {value.shape}."
            )
        if (
            isinstance(present, np.ndarray)
            and present.dtype == value.dtype
            and present.flags.writeable
        ):
            present[...] = value
            return
        copy = value.copy()
        self.replace(owner, name, copy)
        _rename(owner, present, copy)

    def replace(self, owner: Any, name: str, value: Any) -> None:
        """Put another object there.

        Raises
        ------
        MissingError
            If a step leads nowhere, or the student's code does not allow it.
        """
        *steps, last = self._steps
        holder = _followed(owner, name, steps)
        try:
            _set(holder, last, value)
        except (AttributeError, TypeError, LookupError):
            raise MissingError(f"{self.text(name)} cannot be set.") from None

    def plant(self, owner: Any, value: Any) -> None:
        """Put a value there in an object of ours, and make whatever leads to it."""
        at = owner
        for step, following in zip(self._steps, self._steps[1:], strict=False):
            below = _present(at, step)
            if not _leads(below, following):
                below = _HOLDERS[_kind(following)]()
                _set(at, step, below)
            at = below
        _set(at, self._steps[-1], value)


class Places:
    """The places of one class, by the name of the array."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._declared: Mapping[str, Sequence[Step]] = options.get("attributes", {})

    @property
    def are_usual(self) -> bool:
        """Tell whether nothing is declared."""
        return not self._declared

    def of(self, name: str) -> Place:
        """Return the place of a parameter, or of a gradient such as ``grad_weight``."""
        held = "grads" if name.startswith(GRADIENT) else "params"
        usual = (("attribute", held), ("entry", name.removeprefix(GRADIENT)))
        return Place(self._declared.get(name, usual))

    def set_state(self, owner: Any, name: str, state: str, value: Array) -> None:
        """Set a state before ``forward``; an attribute need not be there yet."""
        self._state(state).replace(owner, name, value)

    def read_state(self, owner: Any, name: str, state: str) -> Array:
        """Return a state after ``forward``.

        Raises
        ------
        MissingError, BadOutputError
            With a sentence for the student.
        """
        place = self._state(state)
        if state not in self._declared and not hasattr(owner, state):
            raise MissingError(f"{name} has no attribute {state} after forward.")
        return to_array(place.read(owner, name), f"{place.text(name)} is")

    def _state(self, name: str) -> Place:
        return Place(self._declared.get(name, (("attribute", name),)))


class Bare:
    """An object without anything."""


class _Giver:
    """Passes for a method that returns what it holds."""

    def __init__(self) -> None:
        self.given: Any = None

    def __call__(self) -> Any:
        return self.given


_HOLDERS: Final[Mapping[str, type[Any]]] = {
    "attribute": Bare,
    "key": dict,
    "index": list,
    "call": _Giver,
}


def _kind(step: Step) -> str:
    """Return what kind of object a step needs."""
    if step[0] != "entry":
        return str(step[0])
    return "index" if isinstance(step[1], int) else "key"


def _leads(holder: Any, step: Step) -> bool:
    """Tell whether an object is of the kind that a step needs."""
    kind = _kind(step)
    if kind == "attribute":
        return holder is not None and not isinstance(holder, (dict, list, np.ndarray))
    return isinstance(holder, _HOLDERS[kind])


def _present(holder: Any, step: Step) -> Any:
    """Return what a holder of ours has at a step, or ``None``."""
    if step[0] == "call":
        return holder.given
    if step[0] == "attribute":
        return getattr(holder, "__dict__", {}).get(step[1])
    with suppress(LookupError):
        return holder[step[1]]
    return None


def _set(holder: Any, step: Step, value: Any) -> None:
    if step[0] == "attribute":
        setattr(holder, step[1], value)
    elif step[0] == "call":
        holder.given = value
    else:
        if isinstance(holder, list):
            holder += [None] * (step[1] + 1 - len(holder))
        holder[step[1]] = value


def _text(name: str, steps: Sequence[Step]) -> str:
    for step in steps:
        if step[0] == "attribute":
            name = f"{name}.{step[1]}"
        else:
            name += "()" if step[0] == "call" else f"[{step[1]!r}]"
    return name


def _followed(owner: Any, name: str, steps: Sequence[Step]) -> Any:
    found = owner
    for at, step in enumerate(steps):
        text = _text(name, steps[:at])
        if step[0] == "attribute":
            found = _attribute(found, text, step[1])
        elif step[0] == "call":
            found = _called(found, text)
        else:
            found = _entry(found, text, step[1])
    return found


def _attribute(holder: Any, text: str, wanted: str) -> Any:
    try:
        return getattr(holder, wanted)
    except AttributeError:
        raise MissingError(f"{text} has no attribute {wanted}.") from None


def _called(method: Any, text: str) -> Any:
    if not callable(method):
        raise MissingError(f"{text} is {thing(method)}; expected a method.")
    return method()


def _entry(holder: Any, text: str, key: str | int) -> Any:
    kind = "list" if isinstance(key, int) else "dict"
    if isinstance(holder, Mapping):
        if key in holder:
            return holder[key]
        there = ", ".join(repr(other) for other in holder) or "nothing"
        raise MissingError(
            f"{text} has no entry {key!r}; it holds {there[:_MOST_SHOWN]}."
        )
    if not isinstance(key, int) or not isinstance(holder, (list, tuple)):
        what = "None" if holder is None else thing(holder)
        raise MissingError(f"{text} is {what}; expected a {kind}.")
    if key >= len(holder):
        raise MissingError(
            f"{text} has no entry {key}; it holds {len(holder)} "
            f"value{'s' * (len(holder) != 1)}."
        )
    return holder[key]


def _rename(owner: Any, old: Any, new: Array) -> None:
    """Let every attribute that was the old array be the new one."""
    for name, value in list(getattr(owner, "__dict__", {}).items()):
        if value is old:
            setattr(owner, name, new)


def put_all(owner: Any, name: str, values: Mapping[str, Array], places: Places) -> None:
    """Set parameters of an object that the student's class made."""
    for parameter, value in values.items():
        places.of(parameter).put(owner, name, value)


def stand_in(owner: Any, values: Mapping[str, Any], places: Places) -> None:
    """Give an object of ours these values, and room for nothing else.

    Where nothing is declared it has ``params`` and ``grads`` in any case, as layers
    without parameters do.
    """
    if places.are_usual:
        owner.params, owner.grads = {}, {}
    for name, value in values.items():
        places.of(name).plant(owner, value)
