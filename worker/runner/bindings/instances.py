"""An object of the student's: a layer or a loss, made, asked and read."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import ModuleType
from typing import Any

from grader.contract.messages import Array
from worker.runner.bindings.base import Answers
from worker.runner.bindings.parts import construct, method
from worker.runner.bindings.places import Place, Places, put_all
from worker.runner.faults import BadOutputError, StudentFaultError
from worker.runner.results import to_array, to_number

Arrays = Mapping[str, Array]
Options = Mapping[str, Any]
Readers = dict[str, Callable[[], Array]]
"""How to read each result by name; each call reads what is there at that moment."""


class Instance(ABC):
    """What a layer and a loss have in common.

    Attributes
    ----------
    inputs
        Names of the arrays for ``forward`` and for ``backward``, in order.
    has_backward
        Whether ``backward`` is wanted at all.
    """

    inputs: Mapping[str, Sequence[str]]
    has_backward: bool

    def __init__(self, student: ModuleType, options: Options) -> None:
        self._name = str(options["component"])
        self._thing = construct(student, self._name, options.get("construct", ()))

    def bound(self, word: str, arrays: Arrays) -> Callable[[], Any]:
        """Return the call of ``forward`` or ``backward`` as it will be made."""
        call = method(self._thing, self._name, word)
        return partial(call, *(arrays[key] for key in self.inputs[word]))

    @abstractmethod
    def forward(self, arrays: Arrays) -> Readers:
        """Call ``forward`` and return how to read its results."""

    @abstractmethod
    def backward(self, arrays: Arrays) -> Readers:
        """Call ``backward`` and return how to read the gradients."""

    def parameters(self) -> Readers:
        """Return how to read the parameters."""
        return {}


class Layer(Instance):
    """A layer with its parameters set; see the package for the options."""

    def __init__(self, student: ModuleType, options: Options, arrays: Arrays) -> None:
        super().__init__(student, options)
        self._parameters = names(options, "parameters")
        self._states = names(options, "states")
        self._outputs = names(options, "outputs", "out")
        self._gradients = names(
            options, "gradients", "grad_x", *(f"grad_{p}" for p in self._parameters)
        )
        upstreams = names(options, "upstreams", *({"grad_out"} & arrays.keys()))
        self.inputs = {"forward": names(options, "inputs", "x"), "backward": upstreams}
        self.has_backward = bool(upstreams)
        self._places = Places(options)
        values = {p: arrays[p] for p in self._parameters}
        put_all(self._thing, self._name, values, self._places)

    def forward(self, arrays: Arrays) -> Readers:
        """Set the states, call ``forward`` and return how to read its outputs."""
        for state in self._states:
            self._places.set_state(self._thing, self._name, state, arrays[state])
        returned = self.bound("forward", arrays)()
        plain = [name for name in self._outputs if name not in self._states]
        readers = returned_readers(returned, f"{self._name}.forward", plain)
        for state in self._states:
            readers[state] = partial(self._state, state)
        return {name: readers[name] for name in self._outputs}

    def backward(self, arrays: Arrays) -> Readers:
        """Call ``backward`` and return how to read the gradients."""
        returned = self.bound("backward", arrays)()
        held = [f"grad_{parameter}" for parameter in self._parameters]
        plain = [name for name in self._gradients if name not in held]
        readers = returned_readers(returned, f"{self._name}.backward", plain)
        for gradient in held:
            readers[gradient] = partial(self._held, self._places.of(gradient))
        return {name: readers[name] for name in self._gradients}

    def parameters(self) -> Readers:
        """Return how to read the parameters."""
        places = {name: self._places.of(name) for name in self._parameters}
        return {name: partial(self._held, place) for name, place in places.items()}

    def _state(self, state: str) -> Array:
        return self._places.read_state(self._thing, self._name, state)

    def _held(self, place: Place) -> Array:
        value = place.read(self._thing, self._name)
        return to_array(value, f"{place.text(self._name)} is")


class Loss(Instance):
    """A loss; see the package for the options."""

    def __init__(self, student: ModuleType, options: Options, _: Arrays) -> None:
        super().__init__(student, options)
        self._gradients = names(options, "gradients")
        self.inputs = {"forward": names(options, "inputs"), "backward": ()}
        self.has_backward = not options.get("forward_only")

    def forward(self, arrays: Arrays) -> Readers:
        """Call ``forward`` and return how to read the loss."""
        value = self.bound("forward", arrays)()
        return {"loss": partial(to_number, value, f"{self._name}.forward returned")}

    def backward(self, arrays: Arrays) -> Readers:
        """Call ``backward`` and return how to read the gradients."""
        returned = self.bound("backward", arrays)()
        return returned_readers(returned, f"{self._name}.backward", self._gradients)


INSTANCES: Mapping[str, Callable[[ModuleType, Options, Arrays], Instance]] = {
    "layer": Layer,
    "loss": Loss,
}
"""How an object is made, by family."""


def names(options: Options, key: str, *without: str) -> list[str]:
    """Return a list of names among the options, or ``without`` if it is left out."""
    return [str(name) for name in options.get(key, without)]


def returned_readers(value: Any, subject: str, wanted: Sequence[str]) -> Readers:
    """Return how to read each of the arrays that a method or function returned.

    Raises
    ------
    BadOutputError
        If several are wanted and it is no tuple of as many.
    """
    if len(wanted) <= 1:
        return {
            name: partial(to_array, value, f"{subject} returned") for name in wanted
        }
    if not isinstance(value, (tuple, list)) or len(value) != len(wanted):
        count = (
            f"{len(value)} values" if isinstance(value, (tuple, list)) else "one value"
        )
        raise BadOutputError(
            f"{subject} returned {count}; expected a tuple of {len(wanted)}: "
            f"{', '.join(wanted)}."
        )
    return {
        name: partial(to_array, one, f"value {at + 1} from {subject} is")
        for at, (name, one) in enumerate(zip(wanted, value, strict=True))
    }


def read(readers: Readers, prefix: str = "") -> Answers:
    """Yield every array that can be read, then raise the first fault of the others."""
    got: dict[str, Array] = {}
    problem: StudentFaultError | None = None
    for quantity, reader in readers.items():
        try:
            got[f"{prefix}{quantity}"] = reader()
        except StudentFaultError as error:
            problem = problem or error
    yield got
    if problem is not None:
        raise problem
