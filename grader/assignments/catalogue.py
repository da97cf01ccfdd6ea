"""What an editor can offer: kinds of checks, operations, and the keys of each."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from pydantic import BaseModel

from grader.assignments import docstrings, manuscript
from grader.assignments.spec import HintsSpec, LimitsSpec
from grader.checks import Check, kind_of, kinds
from reference import operations
from reference.errors import ConventionError
from reference.operations.base import Family

_FORMS = {
    Family.LAYER: "layers",
    Family.LOSS: "losses",
    Family.OPTIMIZER: "optimizers",
    Family.FUNCTION: "functions",
    Family.INITIALIZER: "initialisers",
}
# Which an editor shows by itself: they say what a check is, not how it is set.
_ITS_NAME = ("id", "kind")


class Sort(StrEnum):
    """How a value is typed into a form."""

    TEXT = "text"
    SWITCH = "switch"
    CHOICE = "choice"
    TOML = "toml"  # a number, a list or a table, as TOML writes it


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a table of ``assignment.toml``.

    Parameters
    ----------
    default
        As it is typed; empty if there is none.
    about
        What it means, in the words of the documentation.
    """

    name: str
    sort: Sort
    choices: tuple[str, ...] = ()
    is_required: bool = False
    default: str = ""
    about: str = ""

    def shown(self, value: Any) -> str:
        """Return a value as the form shows it; empty for a key that is not there."""
        if value is None:
            return ""
        if self.sort is Sort.SWITCH:
            return "true" if value else "false"
        if self.sort is Sort.TOML or not isinstance(value, str):
            return manuscript.typed_as(value)
        return value

    def parsed(self, typed: str) -> Any:
        """Return the value of what was typed; ``None`` for a field left empty.

        Raises
        ------
        ValueError
            If it is no value.
        """
        typed = typed.strip()
        if not typed:
            return None
        if self.sort is Sort.SWITCH:
            return typed == "true"
        return manuscript.value_of(typed) if self.sort is Sort.TOML else typed


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of check that can be added."""

    name: str
    about: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class OperationEntry:
    """An operation that a component can be, with what a course may choose."""

    name: str
    family: str
    about: str
    formula: str
    fields: tuple[Field, ...]


@cache
def check_kinds() -> tuple[Kind, ...]:
    """Return every kind of check, by name."""
    return tuple(_kind(name, check) for name, check in sorted(kinds().items()))


@cache
def check_fields(kind: str) -> tuple[Field, ...]:
    """Return the keys of one kind but id and kind; nothing for an unknown one."""
    check = kind_of(kind)
    return () if check is None else _kind(kind, check).fields


@cache
def section_fields(section: str) -> tuple[Field, ...]:
    """Return the keys of ``hints`` or ``limits``."""
    models: dict[str, type[BaseModel]] = {"hints": HintsSpec, "limits": LimitsSpec}
    return fields_of(models[section])


@cache
def operation_entries() -> tuple[OperationEntry, ...]:
    """Return every operation of the reference, by family and name."""
    entries = [_operation(name) for name in operations.names()]
    return tuple(sorted(entries, key=lambda one: (one.family, one.name)))


def fields_of(model: type[BaseModel]) -> tuple[Field, ...]:
    """Return the keys of a model, with what their documentation says."""
    schema = model.model_json_schema()
    required = set(schema.get("required", ()))
    about: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if issubclass(base, BaseModel):
            about |= docstrings.read(base).parameters
    return tuple(
        _field(name, entry, schema, name in required, about.get(name, ""))
        for name, entry in schema["properties"].items()
    )


def _kind(name: str, check: type[Check]) -> Kind:
    fields = fields_of(check.Params)
    return Kind(
        name,
        docstrings.read(check).summary,
        tuple(field for field in fields if field.name not in _ITS_NAME),
    )


def _field(
    name: str,
    entry: Mapping[str, Any],
    schema: Mapping[str, Any],
    is_required: bool,
    about: str,
) -> Field:
    entry = _followed(entry, schema)
    default = entry.get("default")
    sort, choices = _sort(entry, schema)
    field = Field(name, sort, choices, is_required, "", " ".join(about.split()))
    shown = "" if default in (None, "", [], {}) else field.shown(default)
    return Field(name, sort, choices, is_required, shown, field.about)


def _sort(
    entry: Mapping[str, Any], schema: Mapping[str, Any]
) -> tuple[Sort, tuple[str, ...]]:
    """Return how a value of this schema is typed, and what there is to choose."""
    choices = entry.get("enum", ())
    if choices and all(isinstance(choice, str) for choice in choices):
        return Sort.CHOICE, tuple(choices)
    kind = entry.get("type")
    if kind == "boolean":
        return Sort.SWITCH, ()
    if kind == "string":
        return Sort.TEXT, ()
    options = [
        _followed(one, schema)
        for one in entry.get("anyOf", ())
        if one.get("type") != "null"
    ]
    return _sort(options[0], schema) if len(options) == 1 else (Sort.TOML, ())


def _followed(entry: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a reference to another part of the schema stands for."""
    target = entry.get("$ref")
    if target is None:
        return entry
    found = schema["$defs"][target.rpartition("/")[2]]
    return {**found, **{k: v for k, v in entry.items() if k != "$ref"}}


def _operation(name: str) -> OperationEntry:
    made = operations.create(name)
    read = docstrings.read(type(made))
    parameters = inspect.signature(type(made)).parameters.values()
    return OperationEntry(
        name=name,
        family=_FORMS[made.family],
        about=read.summary,
        formula=inspect.cleandoc(made.formula),
        fields=tuple(
            Field(
                one.name,
                Sort.TOML,
                default="" if one.default is one.empty else _typed(one.default),
                about=" ".join(read.parameters.get(one.name, "").split()),
            )
            for one in parameters
        ),
    )


def _typed(value: Any) -> str:
    """Return a default as TOML; what TOML cannot hold is left empty."""
    try:
        return manuscript.typed_as(value)
    except (ValueError, ConventionError):
        return ""
