"""Run a program on a student's engine: values that remember how they were computed.

`scalar_graph` and `array_graph` serve the usual classes. A course with another API has
a function ``autodiff`` in its ``binding.py`` that overrides what differs::

    from worker.runner.bindings.programs import Engine, run

    class Course(Engine):
        def backward(self, output, upstream):
            self.student.backpropagate(output, upstream)

    def autodiff(student, *, options, **arrays):
        yield from run(Course(student, options), options, arrays)

The options:

=========== =========================================================================
component   the class of a value, such as ``"Value"``
names       what the course calls things: ``data``, ``grad``, ``backward``, ``zero``,
            ``order`` and operations
program     ``[name, operation, arguments, params]`` in order, or ``{times, steps}``.
            An argument is the newest value of a name, or a number. The operation
            ``gradient`` is the gradient of its first argument for its second one, a
            leaf, as a value that later steps compute with
leaves      names of the arrays that steps start from
gradients   those leaves whose gradients are given back
passes      ``[output, upstream, zeroed, rebuilt]`` for each way back: where it starts,
            the name of the array that goes into it or an empty text, whether the leaves
            are set to zero before, and whether the steps run again before
order       true: give the order of the nodes and go no way back
=========== =========================================================================

Given back are ``out``, the value where the first way back starts, and ``grad_`` with
the name of each leaf; or ``order``, places in the list of leaves and then steps.
"""

import copy
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from types import ModuleType
from typing import Any, Final

import numpy as np

from grader.contract.messages import Array, Phase
from worker.runner.bindings import binding_tools
from worker.runner.bindings.base import Answers, Progress
from worker.runner.bindings.parts import find
from worker.runner.faults import BadOutputError, MissingError, blame_student
from worker.runner.results import to_array

Params = Mapping[str, Any]

OPERATORS: Final[Mapping[str, Callable[..., Any]]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
    "matmul": operator.matmul,
    "negate": operator.neg,
}


class Engine:
    """How one engine is used; a course overrides what it does differently."""

    def __init__(self, student: ModuleType, options: Mapping[str, Any]) -> None:
        self.student = student
        self.component = str(options["component"])
        self.names: Mapping[str, str] = options.get("names", {})

    def called(self, role: str) -> str:
        """Return what the course calls a thing."""
        return self.names.get(role, role)

    def leaf(self, array: Array) -> Any:
        """Return a new leaf of the graph."""
        return self.construct(array)

    def construct(self, value: Any) -> Any:
        """Return a new object of the student's class."""
        made = find(self.student, self.component)
        return binding_tools.call_named(self.component, made, value)

    def apply(self, operation: str, operands: Sequence[Any], params: Params) -> Any:
        """Return the value of one step."""
        if operation in OPERATORS:
            return asked(OPERATORS[operation], *operands)
        (value,) = operands
        if operation in ("slice", "rows"):
            return asked(operator.getitem, value, _key(operation, params))
        positional, named = _arguments(operation, params)
        return self.function(operation, value)(*positional, **named)

    def function(self, operation: str, value: Any) -> Callable[..., Any]:
        """Return a method of the value, or a function of the file that takes it.

        Raises
        ------
        MissingError
            If there is neither.
        """
        name = self.called(operation)
        if callable(getattr(value, name, None)):
            return binding_tools.method(value, name, self.component)
        if not hasattr(self.student, name):
            raise MissingError(
                f"{self.component} has no method {name}, and your file no function "
                "of that name."
            )
        return partial(binding_tools.call_named, name, find(self.student, name), value)

    def backward(self, output: Any, upstream: Array | None) -> None:
        """Go back from an output."""
        go = binding_tools.method(output, self.called("backward"), self.component)
        go() if upstream is None else go(upstream)

    def held(self, leaf: Any, name: str) -> Any:
        """Return what a leaf holds as its gradient.

        Raises
        ------
        MissingError
            If it holds none.
        """
        attribute = self.called("grad")
        if not hasattr(leaf, attribute):
            raise MissingError(f"{self.component} has no attribute {attribute}.")
        found = getattr(leaf, attribute)
        if found is None:
            raise MissingError(f"{name}.{attribute} is None after the way back.")
        return found

    def zero(self, leaves: Iterable["Leaf"]) -> None:
        """Set the gradients of leaves to zero, as the student's code does it."""
        name = self.called("zero")
        for leaf in leaves:
            if callable(getattr(leaf.value, name, None)):
                binding_tools.method(leaf.value, name, self.component)()
            else:
                self.forget(leaf)

    def forget(self, leaf: "Leaf") -> None:
        """Give a leaf the gradient that it was made with."""
        setattr(leaf.value, self.called("grad"), copy.copy(leaf.first_grad))

    def slope(self, output: Any, name: str, leaf: Any, upstream: Array | None) -> Any:
        """Return the gradient of an output for a leaf, to compute with.

        Raises
        ------
        BadOutputError
            If it is a plain number or array.
        """
        self.backward(output, upstream)
        found = self.held(leaf, name)
        if not isinstance(found, type(leaf)):
            raise BadOutputError(
                f"{name}.{self.called('grad')} is a {type(found).__name__}; expected "
                f"a {self.component}, so that it can be differentiated again."
            )
        return found

    def plain(self, value: Any, subject: str) -> Array:
        """Return the numbers behind a value of the student's class."""
        attribute = self.called("data")
        # An array has an attribute "data" too, which is raw memory.
        if not isinstance(value, np.ndarray | np.generic | int | float):
            inner = getattr(value, attribute, None)
            if inner is not None:
                value = inner() if callable(inner) else inner
        return to_array(value, subject)

    def order(self, output: Any) -> Sequence[Any]:
        """Return the nodes before an output in the student's order."""
        name = self.called("order")
        if callable(getattr(output, name, None)):
            return list(binding_tools.method(output, name, self.component)())
        function = find(self.student, name)
        return list(binding_tools.call_named(name, function, [output]))


def asked(function: Callable[..., Any], *operands: Any) -> Any:
    """Let Python ask the student's values, so that what it raises is theirs.

    An operator that a class does not have fails without a line of the student's.
    """
    try:
        return function(*operands)
    except BaseException as error:
        blame_student(error)
        raise


class Leaf:
    """A leaf with what its gradient was when it was made."""

    def __init__(self, name: str, value: Any, attribute: str) -> None:
        self.name = name
        self.value = value
        self.first_grad = copy.copy(getattr(value, attribute, None))


def run(
    engine: Engine,
    options: Mapping[str, Any],
    arrays: Mapping[str, Array],
    progress: Progress | None = None,
) -> Answers:
    """Run a program and yield what it gives; see above for the options.

    Raises
    ------
    BaseException
        Whatever the student's engine raises.
    """
    _enter(progress, Phase.CALL)
    leaves = [
        Leaf(str(name), engine.leaf(arrays[str(name)]), engine.called("grad"))
        for name in options["leaves"]
    ]
    game = _Run(engine, options, arrays, leaves)
    values = game.build()
    if options.get("order"):
        yield {"order": _places(engine, options, leaves, values)}
        return
    first = str(options["passes"][0][0])
    yield {"out": engine.plain(values[first], f"{first} is")}
    _enter(progress, Phase.BACKWARD)
    for output, upstream, zeroed, rebuilt in options["passes"]:
        if rebuilt:
            values = game.build()
        if zeroed:
            engine.zero(leaves)
        engine.backward(values[output], arrays.get(upstream))
    attribute = engine.called("grad")
    for leaf in leaves:
        if leaf.name in options["gradients"]:
            found = engine.held(leaf.value, leaf.name)
            subject = f"{leaf.name}.{attribute} is"
            yield {f"grad_{leaf.name}": engine.plain(found, subject)}


class _Run:
    """Builds the graph of a program from its leaves."""

    def __init__(
        self,
        engine: Engine,
        options: Mapping[str, Any],
        arrays: Mapping[str, Array],
        leaves: Sequence[Leaf],
    ) -> None:
        self.engine = engine
        self.steps = options["program"]
        self.arrays = arrays
        self.leaves = leaves

    def build(self) -> dict[str, Any]:
        """Return the newest value of every name."""
        values = {leaf.name: leaf.value for leaf in self.leaves}
        for name, operation, arguments, params in unrolled(self.steps):
            operands = [
                values[one] if isinstance(one, str) else one for one in arguments
            ]
            if operation == "gradient":
                upstream = self.arrays.get(params["upstream"])
                values[name] = self.engine.slope(
                    operands[0], arguments[1], operands[1], upstream
                )
                for leaf in self.leaves:
                    self.engine.forget(leaf)
            else:
                values[name] = self.engine.apply(operation, operands, params)
        return values


def unrolled(steps: Iterable[Any]) -> Iterator[Any]:
    """Yield every step, loops written out."""
    for step in steps:
        if isinstance(step, Mapping):
            for _ in range(step["times"]):
                yield from step["steps"]
        else:
            yield step


def _key(operation: str, params: Params) -> Any:
    if operation == "rows":
        return np.array(params["rows"])
    return tuple(slice(*bounds) for bounds in params["slices"])


def _arguments(operation: str, params: Params) -> tuple[list[Any], dict[str, Any]]:
    """Return positional and named arguments; what is the usual default is left out."""
    if operation == "gather":
        return [np.array(params["indices"]), params["axis"]], {}
    if operation == "swap_axes":
        return list(params["axes"]), {}
    if "shape" in params:
        return [tuple(params["shape"])], {}
    if "axes" in params:
        return [] if params["axes"] is None else [tuple(params["axes"])], {}
    named: dict[str, Any] = {}
    axis = params.get("axis")
    if axis is not None:
        named["axis"] = tuple(axis) if isinstance(axis, list) else axis
    if params.get("keepdims"):
        named["keepdims"] = True
    return [], named


def _places(
    engine: Engine,
    options: Mapping[str, Any],
    leaves: Sequence[Leaf],
    values: Mapping[str, Any],
) -> Array:
    names = [leaf.name for leaf in leaves]
    names += [str(step[0]) for step in unrolled(options["program"])]
    place = {id(values[name]): number for number, name in enumerate(names)}
    output = values[str(options["passes"][0][0])]
    # Nodes that the engine adds by itself are left out.
    found = [place[id(node)] for node in engine.order(output) if id(node) in place]
    return np.array(found, dtype=np.int64)


def _enter(progress: Progress | None, phase: Phase) -> None:
    # An own binding is not handed its progress; the tools know of it.
    if progress is None:
        binding_tools.phase(phase.value)
    else:
        progress.enter(phase)
