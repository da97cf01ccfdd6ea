"""Write down every component of the reference as Markdown, from the code itself."""

import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np

import reference
from grader.cli.docstrings import Docstring, read
from reference.discovery import modules
from reference.operations import Family, Operation, create, names

# The packages whose classes an operation of the same module name stands for.
FAMILIES = (
    "layers",
    "losses",
    "optimizers",
    "regularizers",
    "schedules",
    "initializers",
    "networks",
    "training",
)
TITLES = {
    Family.LAYER: "Layers and activations",
    Family.LOSS: "Losses and penalties",
    Family.OPTIMIZER: "Optimizers",
    Family.FUNCTION: "Schedules, clipping and other functions",
    Family.INITIALIZER: "Initialisers",
}
_ELSEWHERE = re.compile(r"[Ss]ee ``(reference[\w.]+)``")
INTERNAL = ("misconceptions", "operations")
HEAD = """\
# What the reference holds

Made from the code by `grader reference --markdown > docs/reference.md`; a test keeps it
in step. An entry can be the `operation` of a `[[component]]` in `assignment.toml`, and
each convention a key of its `convention`. The Python lines under an entry run as they
are, after `import numpy as np`, `from reference.operations import create` and
`rng = np.random.default_rng(0)`.
"""


def page() -> str:
    """Return the whole page."""
    parts = [HEAD, *_index()]
    for family, title in TITLES.items():
        parts.append(f"## {title}\n")
        parts += [entry(name) for name in names() if create(name).family is family]
    parts.append("## Without an operation\n")
    parts.append(
        "Procedures, networks, data sets and the automatic differentiation engine, to "
        "build checks and examples with.\n"
    )
    parts += [_member(module, thing) for module, thing in others()]
    return "\n".join(parts)


def _index() -> Iterator[str]:
    for family, title in TITLES.items():
        mine = [name for name in names() if create(name).family is family]
        links = " · ".join(f"[`{name}`](#{name})" for name in mine)
        yield f"**{title}:** {links}\n"


def overview() -> str:
    """Return the names of all operations with a line for each."""
    lines = []
    for family, title in TITLES.items():
        lines.append(f"## {title}\n")
        for name in names():
            operation = create(name)
            if operation.family is family:
                lines.append(f"- `{name}`: {read(type(operation)).summary}")
        lines.append("")
    lines.append("More about one of them: `grader reference NAME`\n")
    return "\n".join(lines)


def entry(name: str) -> str:
    """Return what there is to know about one operation."""
    operation = create(name)
    own = read(type(operation))
    found = component(operation)
    parts = [f"### `{name}`\n", f"{own.summary}\n"]
    if own.body:
        parts.append(f"{own.body}\n")
    parts.append(f"```text\n{inspect.cleandoc(operation.formula)}\n```\n")
    parts += _conventions(operation, own, found)
    parts += _shapes(operation)
    if operation.not_differentiable:
        parts.append(f"No derivative {operation.not_differentiable}.\n")
    if operation.relations:
        held = " ".join(relation.sentence for relation in operation.relations)
        parts.append(f"Always true: {held}\n")
    for heading in ("Notes", "References"):
        text = found.sections.get(heading) or own.sections.get(heading)
        if text:
            title = "Source" if heading == "References" else heading
            parts.append(f"{title}: {text}\n")
    parts.append(f"```python\n{runnable(operation)}\n```\n")
    return "\n".join(parts)


def runnable(operation: Operation) -> str:
    """Return Python that asks the operation about drawn inputs."""
    given = type(operation).example_conventions[-1]
    arguments = "".join(f", {key}={_python(value)}" for key, value in given.items())
    return (
        f'operation = create("{operation.name}"{arguments})\n'
        "operation.answer(operation.draw(rng))"
    )


def component(operation: Operation) -> Docstring:
    """Return the docstring of the class that an operation stands for.

    It has the module name of the operation; without one it is the operation's own.
    """
    for family in FAMILIES:
        package = import_module(f"reference.{family}")
        for module in modules(package):
            if module.__name__.rpartition(".")[2] == operation.name:
                made = getattr(module, type(operation).__name__, None)
                if made is not None:
                    return read(made)
    return read(type(operation))


def _conventions(
    operation: Operation, own: Docstring, found: Docstring
) -> Iterator[str]:
    parameters = inspect.signature(type(operation)).parameters
    if not parameters:
        return
    lines = []
    for name, parameter in parameters.items():
        text = own.parameters.get(name, "")
        if not text or _ELSEWHERE.search(text):
            text = found.parameters.get(name, text)
        # A list inside the text stays a list, one level deeper.
        text = re.sub(r"\n", "\n  ", _followed(name, text))
        lines.append(f"- `{name} = {_toml(parameter.default)}`: {text}")
    yield "Conventions and their defaults:\n"
    yield "\n".join(lines) + "\n"


def _followed(name: str, text: str) -> str:
    """Replace a reference to where a parameter is described by the description."""
    elsewhere = _ELSEWHERE.search(text)
    if elsewhere is None:
        return text
    module = import_module(elsewhere[1])
    for thing in vars(module).values():
        if getattr(thing, "__module__", "") == module.__name__:
            described = read(thing).parameters.get(name)
            if described and elsewhere[0].startswith("See"):
                rest = text[elsewhere.end() :].lstrip(";. \n")
                return " ".join(filter(None, (_followed(name, described), rest)))
    short = elsewhere[1].rpartition(".")[2]
    return text.replace(elsewhere[0], f"see `{short}`")


def _python(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return str(list(value))
    return str(value) if not isinstance(value, str) else f'"{value}"'


def _shapes(operation: Operation) -> Iterator[str]:
    arrays = operation.draw(np.random.default_rng(0))
    answer = operation.answer(arrays)
    given = {name: arrays[name] for name in operation.inputs}
    yield f"For example {_listed(given)} give {_listed(answer)}.\n"


def _listed(arrays: Mapping[str, Any]) -> str:
    return ", ".join(f"`{name}` {value.shape}" for name, value in arrays.items())


def others() -> list[tuple[ModuleType, Callable[..., Any]]]:
    """Return the public classes and functions that no operation stands for."""
    known = set(names())
    found = []
    for package in pkgutil.iter_modules(reference.__path__):
        if not package.ispkg or package.name in INTERNAL:
            continue
        for module in modules(import_module(f"reference.{package.name}")):
            if module.__name__.rpartition(".")[2] not in known:
                found += [(module, thing) for thing in _public(module)]
    return found


def _public(module: ModuleType) -> list[Callable[..., Any]]:
    return [
        value
        for name, value in vars(module).items()
        if callable(value)
        and not name.startswith("_")
        and getattr(value, "__module__", "") == module.__name__
        and not inspect.isabstract(value)
        and "Examples" in read(value).sections
    ]


def _member(module: ModuleType, thing: Callable[..., Any]) -> str:
    text = read(thing)
    example = text.sections["Examples"]
    return (
        f"### `{module.__name__}.{thing.__name__}`\n\n{text.summary}\n\n"
        f"```python\n{example}\n```\n"
    )
