"""What is wrong with an assignment's own ``binding.py``, said before it ever runs."""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from grader.checks import Component
from grader.checks.ways import Way
from reference.operations.base import Family

Function = ast.FunctionDef | ast.AsyncFunctionDef
# Added to the arrays for whoever takes it.
OPTIONS = "options"
# Stands for a function: the students' class is asked.
CLASSES = "layer_classes"
_OPEN = (Family.OPTIMIZER, Family.INITIALIZER)


def problems(
    source: bytes, actions: Iterable[str], components: Iterable[Component]
) -> list[str]:
    """Return a sentence for each mistake, with its line where there is one.

    Nothing is executed: instructors' code runs in the jail only.

    Parameters
    ----------
    actions
        Names of the functions that the checks will call.
    components
        Those that the checks are about; they say which arrays come in.
    """
    try:
        tree = ast.parse(source)
        # Some mistakes, such as return outside of a function, show only here.
        compile(source, "binding.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        reason = getattr(error, "msg", str(error))
        return [f"{_line(line)}is not valid Python: {reason}"]
    if _has_star(tree):
        return []
    defined = {name: node for node in tree.body for name in _names(node)}
    found = [
        f"has no function {action}(student, ...), which the checks call"
        for action in dict.fromkeys(actions)
        if action not in defined
    ]
    for part in components:
        node = defined.get(part.operation)
        if isinstance(node, Function):
            found += _signature_problems(node, part)
    return list(dict.fromkeys(found))


def ways(source: bytes) -> dict[str, Way]:
    """Return how each function answers; nothing of what cannot be told.

    ``linear = relu`` is what ``relu`` is.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return {}
    found: dict[str, Way] = {}
    for node in tree.body:
        if isinstance(node, Function):
            found[node.name] = Way.IN_TURN if _yields(node) else Way.AT_ONCE
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Name):
            origin = node.value.id
            way = Way.CLASSES if origin == CLASSES else found.get(origin)
            names = [one.id for one in node.targets if isinstance(one, ast.Name)]
            found.update({name: way for name in names if way is not None})
    return found


def _yields(function: Function) -> bool:
    """Tell a generator; a function inside of it is none of its business."""
    todo: list[ast.AST] = list(function.body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, Function | ast.Lambda | ast.ClassDef):
            todo += ast.iter_child_nodes(node)
    return False


def _has_star(tree: ast.Module) -> bool:
    """Tell whether names come from elsewhere that nobody can list here."""
    return any(
        isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
        for node in ast.walk(tree)
    )


def _names(node: ast.stmt) -> Iterator[str]:
    """Yield every name that a statement at the top level binds."""
    if isinstance(node, Function | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0]
    else:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                yield inner.id
            elif isinstance(inner, Function):
                yield inner.name


def _signature_problems(node: Function, part: Component) -> list[str]:
    """Compare what a function takes with the arrays of its operation."""
    taken = node.args
    place = f"{_line(node.lineno)}{node.name}"
    positional = [one.arg for one in (*taken.posonlyargs, *taken.args)]
    if not positional and taken.vararg is None:
        return [f"{place}: its first argument must be the student's module"]
    named = [*positional[1:], *(one.arg for one in taken.kwonlyargs)]
    always, sometimes = _arrays(part)
    found = []
    if taken.kwarg is None:
        found += [
            f"{place}: takes no argument {name!r}, which it will be given"
            for name in (*always, *sometimes)
            if name not in named
        ]
    found += [
        f"{place}: needs {name!r}, which {_fate(name, sometimes)}"
        for name in _required(node)
        if name not in (*always, OPTIONS)
    ]
    return found


def _arrays(part: Component) -> tuple[Sequence[str], Sequence[str]]:
    """Return the names of the arrays of every call, and those of some calls only."""
    operation = part.reference()
    drawn: Mapping[str, object] = operation.draw(np.random.default_rng(0))
    if operation.family in _OPEN:
        return tuple(drawn), ()
    always = operation.inputs
    return always, tuple(name for name in drawn if name not in always)


def _required(node: Function) -> list[str]:
    """Return the names of the arguments without a default, after the student."""
    taken = node.args
    positional = [*taken.posonlyargs, *taken.args]
    count = len(positional) - len(taken.defaults)
    required = [one.arg for one in positional[1:count]]
    keywords = zip(taken.kwonlyargs, taken.kw_defaults, strict=True)
    return required + [one.arg for one, default in keywords if default is None]


def _fate(name: str, sometimes: Sequence[str]) -> str:
    if name in sometimes:
        return "is not given when only forward is asked: write a default, such as None"
    return "is never given"


def _line(number: int | None) -> str:
    return f"line {number}: " if number else ""
