"""Write down as Markdown what ``assignment.toml`` may say, from its models."""

import inspect
import json
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from grader.assignments import spec
from grader.checks import Check, CheckParams, Component, kinds
from grader.checks.autodiff import AutodiffCheck
from grader.checks.base import ComponentCheck, ComponentParams
from grader.checks.graphs.answers import OPERATIONS
from grader.cli.docstrings import read
from grader.contract.limits import Limits
from reference.operations import Family

Schema = Mapping[str, Any]

HEAD = """\
# What assignment.toml may say

Made from the code by `grader kinds --markdown > docs/assignments.md`; a test keeps it
in step. `grader kinds backward` prints one kind in a terminal. Unknown keys are
refused, with file, line and reason, before anything is graded.

An assignment is a folder:

| name | what it is |
| --- | --- |
| `assignment.toml` | this page |
| `handout.md` | what students read |
| `starter/` | files that students start from |
| `binding.py` | only for your own programming interface, see [bindings](bindings.md) |
| `solution/` | your solution; it never reaches a student |
| `samples/` | submissions that state their score |

[grader validate](validate.md) proves the assignment with the last two.

Two other pages say more: [components](assignment-components.md) about the keys of
`[[component]]`, and [the reference](reference.md) about every `operation` and its
conventions. Layers that only your course has are in
[without a reference](without-a-reference.md).

## A whole example

```toml
{example}```
"""
EXAMPLE = """\
format = 1
slug = "two-layers"
title = "Two layers and a loss"

[submission]
entry = "net.py"

[limits]
wall_seconds = 3

[hints]
show = "later"
after_attempts = 2

# What students write, and the operation that says what is right.

[[component]]
name = "Linear"
operation = "linear"
construct = ["in_features", "out_features"]

[[component]]
name = "ReLU"
operation = "relu"

[[component]]
name = "Loss"
operation = "softmax_cross_entropy"
convention = { reduction = "mean" }

[[component]]
name = "SGD"
operation = "sgd"
construct = ["lr"]

# Checks run in this order.

[[check]]
id = "linear-forward"
kind = "forward"
component = "Linear"
points = 2

[[check]]
id = "linear-backward"
kind = "backward"
component = "Linear"
points = { grad_x = 2, grad_weight = 2, grad_bias = 2 }
follow_through = 0.5

[[check]]
id = "relu-forward"
kind = "forward"
component = "ReLU"
points = 1

[[check]]
id = "relu-backward"
kind = "backward"
component = "ReLU"
points = 2
follow_through = 0.5

[[check]]
id = "loss"
kind = "loss"
component = "Loss"
points = { loss = 2, grad_logits = 3, stability = 1 }
follow_through = 0.5

[[check]]
id = "sgd"
kind = "optimizer"
component = "SGD"
settings = { lr = 0.1 }
points = 2

[[check]]
id = "training"
kind = "training"
layers = ["Linear", "ReLU", "Linear"]
loss = "Loss"
optimizer = "SGD"
settings = { lr = 0.2 }
hidden = [12]
examples = 107
batch_size = 8
epochs = 2
points = { losses = 5 }
follow_through = 1.0
needs = ["linear-forward"]
"""
SECTIONS = (
    ("[submission]", spec.SubmissionSpec),
    ("[binding]", spec.BindingSpec),
    ("[limits]", spec.LimitsSpec),
    ("[hints]", spec.HintsSpec),
)
TOP = {
    "format": "Always 1.",
    "slug": "Short name, stands in addresses. Publishing it again makes a new version.",
    "title": "What people read.",
}
# An operation to show the quantities of a kind with, by family and where it differs.
SHOWN = {
    Family.LAYER: "linear",
    Family.LOSS: "softmax_cross_entropy",
    Family.OPTIMIZER: "adam",
    Family.INITIALIZER: "xavier",
}
SHOWN_BY_KIND = {"subgradient": "max_pool2d", "properties": "softmax"}
PLAIN = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "table",
    "array": "list",
}


def page() -> str:
    """Return the whole page."""
    parts = [HEAD.format(example=EXAMPLE), "## Top of the file\n", _top()]
    for title, model in SECTIONS:
        parts += [f"## `{title}`\n", f"{_sentence(model)}\n", keys(model)]
    parts += ["## `[[component]]`\n", f"{_sentence(spec.ComponentSpec)}\n"]
    parts.append(keys(spec.ComponentSpec))
    parts.append("More, with examples: [components](assignment-components.md).\n")
    parts += ["## `[[check]]`\n", "Keys of every check:\n", keys(CheckParams)]
    parts.append("Kinds that are about one component have this key too:\n")
    parts.append(keys(ComponentParams, above=CheckParams))
    links = " · ".join(f"[`{name}`](#{name})" for name in sorted(kinds()))
    parts.append(f"Kinds: {links}\n")
    parts += [entry(name) for name in sorted(kinds())]
    return "\n".join(parts)


def overview() -> str:
    """Return the names of all kinds with a line for each."""
    lines = [f"- `{name}`: {_about(check)[0]}" for name, check in _every()]
    return "\n".join([*lines, "", "More about one of them: `grader kinds NAME`", ""])


def entry(name: str) -> str:
    """Return what there is to know about one kind of check."""
    check = kinds()[name]
    first, rest = _about(check)
    parts = [f"### `{name}`\n", f"{first}\n"]
    if rest:
        parts.append(f"{rest}\n")
    described = read(check.Params)
    quantities = (
        described.summary.partition(";")[2] or described.summary.partition(":")[2]
    )
    if quantities:
        parts.append(f"Judged: {_plain(quantities).strip()}\n")
    if described.body:
        parts.append(f"{_plain(described.body)}\n")
    above = (
        ComponentParams if issubclass(check.Params, ComponentParams) else CheckParams
    )
    parts += _example(check)
    table = keys(check.Params, above=above)
    parts.append(table or "No keys of its own.\n")
    parts.append(_asked(check))
    return "\n".join(parts)


def _example(check: type[Check]) -> Iterator[str]:
    """Yield the quantities of one example, where they depend on what is judged."""
    if issubclass(check, AutodiffCheck):
        about = "an array engine that can do everything"
        given: dict[str, Any] = {"engine": "array", "operations": OPERATIONS}
        parts: dict[str, Component] = {}
    elif issubclass(check, ComponentCheck):
        operation = SHOWN_BY_KIND.get(check.kind, SHOWN[check.families[0]])
        about, given = f"`{operation}`", {"component": "Part", "points": {}}
        parts = {"Part": Component("Part", operation)}
    else:
        return
    found = check.quantities(check.Params.model_construct(**given), parts)
    yield f"For {about}: {', '.join(f'`{name}`' for name in found)}.\n"


def _every() -> Iterator[tuple[str, type[Check]]]:
    return ((name, kinds()[name]) for name in sorted(kinds()))


def _about(check: type[Check]) -> tuple[str, str]:
    """Return what a kind is, in a line, and the rest of what its module says."""
    first, _, rest = (inspect.getdoc(sys.modules[check.__module__]) or "").partition(
        "\n\n"
    )
    _, _, said = first.partition(": ")
    return _plain(f"{said[0].upper()}{said[1:]}"), _plain(rest.strip())


def _asked(check: type[Check]) -> str:
    """Say through which bindings a kind can be asked."""
    ways = [f'`use = "{name}"`' for name in check.bindings]
    ways += ["a `binding.py` of your own"]
    return f"Bindings: {', '.join(ways)}.\n"


def keys(model: type[BaseModel], above: type[BaseModel] | None = None) -> str:
    """Return a table of a model's keys.

    Parameters
    ----------
    above
        Keys of this base are left out unless the model states them anew.
    """
    schema = model.model_json_schema()
    told = _told(model)
    known = above.model_json_schema() if above else {"properties": {}}
    rows = []
    for name, field in schema["properties"].items():
        same = known["properties"].get(name) == field
        if same and (name in schema.get("required", ())) == (
            name in known.get("required", ())
        ):
            continue
        default = _default(name, field, schema)
        said = " ".join(_plain(told.get(name, "")).split())
        shown = _type(field, schema.get("$defs", {})).replace("|", "\\|")
        rows.append(f"| `{name}` | {shown} | {default} | {said} |")
    if not rows:
        return ""
    return "\n".join(
        ["| key | value | default | says |", "| --- " * 4 + "|", *rows, ""]
    )


def _told(model: type[BaseModel]) -> dict[str, str]:
    """Return what docstrings say of each key, under the name that the file uses."""
    # The limits are described where the jail reads them.
    told = read(Limits).parameters if model is spec.LimitsSpec else {}
    for base in reversed(model.__mro__):
        told |= read(base).parameters
    aliases = {name: field.alias for name, field in model.model_fields.items()}
    return {aliases.get(name) or name: said for name, said in told.items()}


def _top() -> str:
    schema = spec.AssignmentFrame.model_json_schema()
    rows = [
        f"| `{name}` | {_type(schema['properties'][name], {})} | required | {said} |"
        for name, said in TOP.items()
    ]
    return "\n".join(
        ["| key | value | default | says |", "| --- " * 4 + "|", *rows, ""]
    )


def _default(name: str, field: Schema, schema: Schema) -> str:
    if name in schema.get("required", ()):
        return "required"
    value = field.get("default")
    if value is None or value in ("", [], {}):
        return ""
    if name == "points":
        return "`0`"
    return f"`{json.dumps(value)}`"


def _type(field: Schema, known: Schema) -> str:
    """Say in words which values a key takes."""
    if "$ref" in field:
        return _type(known[field["$ref"].rpartition("/")[2]], known)
    if "anyOf" in field:
        ways = [_type(one, known) for one in field["anyOf"] if one != {"type": "null"}]
        return " or ".join(dict.fromkeys(ways))
    if "const" in field:
        return f"`{json.dumps(field['const'])}`"
    if "enum" in field:
        return " or ".join(f"`{json.dumps(value)}`" for value in field["enum"])
    kind = PLAIN[field.get("type", "object")]
    if field.get("title") == "Points":
        return "number, or table of numbers"
    if kind == "list" and "items" in field:
        return f"list: {_type(field['items'], known)}"
    if kind == "table" and isinstance(field.get("additionalProperties"), dict):
        return f"table: {_type(field['additionalProperties'], known)}"
    return f"{kind}{_range(field)}"


def _range(field: Schema) -> str:
    """Return the bounds of a number as words, with a comma before them."""
    least, most = field.get("minimum"), field.get("maximum")
    if "exclusiveMinimum" in field:
        bounds = [f"above {field['exclusiveMinimum']:g}"]
        bounds += [f"up to {most:g}"] if most is not None else []
        return f", {', '.join(bounds)}"
    if least is not None and most is not None:
        return f", {least} to {most}"
    return f", at least {least}" if least is not None else ""


def _sentence(model: type[BaseModel]) -> str:
    found = read(model)
    return _plain(" ".join(filter(None, (found.summary, found.body))))


def _plain(text: str) -> str:
    """Return a docstring's text as Markdown."""
    return re.sub(r"``([^`]+)``", r"`\1`", text)
