"""An assignment made for one operation, with every kind of check that fits it."""

import json
from functools import cache

from grader import engine
from grader.assignments import load_files
from grader.checks.stability import has_extremes
from grader.contract.jail import Jail
from grader.contract.messages import Call
from grader.report import Report
from reference.operations import Family, Operation, create

KINDS = {
    Family.LAYER: ("forward", "backward", "gradcheck", "stability"),
    Family.LOSS: ("loss", "gradcheck"),
    Family.OPTIMIZER: ("optimizer",),
    Family.FUNCTION: ("forward", "stability"),
    Family.INITIALIZER: ("initializer",),
}


def toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml(one) for one in value) + "]"
    return json.dumps(value)


def quantities(kind, operation):
    if kind == "forward":
        return operation.outputs
    if kind == "backward":
        return tuple(operation.gradients)
    if kind == "loss":
        extra = ("stability",) if has_extremes(operation) else ()
        return (*operation.quantities, *extra)
    if kind == "stability":
        return ("stability",)
    if kind == "initializer":
        return ("mean", "variance")
    return ("trajectory",) if kind == "optimizer" else ("gradcheck",)


def kinds(operation):
    for kind in KINDS[operation.family]:
        if kind in ("backward", "gradcheck") and not operation.differentiable:
            continue
        if kind == "stability" and not has_extremes(operation):
            continue
        yield kind


def assignment(name, conventions, without=()):
    """Return an assignment of one component, without some of the kinds that fit it."""
    key = json.dumps(dict(conventions), sort_keys=True)
    return _assignment(name, key, tuple(without))


@cache
def _assignment(name, key, without):
    conventions = json.loads(key)
    operation = create(name, **conventions)
    text = f"""
    format = 1
    slug = "under-test"
    title = "Under test"
    [submission]
    entry = "student.py"
    [[component]]
    name = "Part"
    operation = "{name}"
    convention = {toml(dict(conventions))}
    construct = {toml(construct(operation))}
    """
    for kind in kinds(operation):
        if kind in without:
            continue
        points = dict.fromkeys(quantities(kind, operation), 1)
        text += f"""
        [[check]]
        id = "{kind}"
        kind = "{kind}"
        component = "Part"
        points = {toml(points)}
        """
    return load_files({"assignment.toml": text.encode()})


def construct(operation):
    """Return the names of the numbers that an optimizer's constructor takes."""
    if operation.family is not Family.OPTIMIZER:
        return []
    return [key for key, value in operation.sizes({}).items() if type(value) is float]


def as_constructed(operation: Operation, conventions, call: Call) -> Operation:
    """Return the operation with the hyper-parameters that the call gives."""
    given = dict(zip(construct(operation), call.options["construct"], strict=False))
    return create(operation.name, **{**conventions, **given})


def graded(name, conventions, jail: Jail, seed: int = 3, without=()) -> Report:
    """Grade what ``jail`` answers under the assignment of one operation."""
    wanted = assignment(name, conventions, without)
    return engine.grade(wanted, {"student.py": b""}, "student.py", seed=seed, jail=jail)
