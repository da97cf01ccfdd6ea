"""Grade an engine under an assignment made for it, without any jail."""

from functools import cache
from pathlib import Path

from grader import engine
from grader.assignments import Assignment, load_files, shipped
from grader.contract.jail import Jail
from grader.report import Report
from tests.checks.fake_jail import FakeJail

SHIPPED = {"scalar": "api-scalar-graph", "classes": "api-op-classes"}
OPERATORS = ("add", "subtract", "multiply", "divide", "power", "negate")
SCALAR = (*OPERATORS, "relu", "tanh", "exp", "log")
MOVING = ("reshape", "transpose", "broadcast_to", "slice", "rows")
ARRAY = (*SCALAR, *MOVING, "sum", "matmul")
WIDE = (*ARRAY, "mean", "max", "gather", "detach")
WALKING = ("fan_out", "reuse", "diamond", "two_backwards")
SCALAR_TOPICS = ("values", "chain", "constants", *WALKING)
SHAPED = ("broadcasting", "reductions", "shapes", "products", "indexing")
ARRAY_TOPICS = (*SCALAR_TOPICS, *SHAPED)
LONG = ("depth", "cost")
ENGINES = Path(__file__).parent / "engines"


def source(name: str) -> str:
    """Return the text of a right engine: of this folder, or of a shipped sample."""
    if "/" in name:
        slug, _, sample = name.partition("/")
        return (shipped(SHIPPED[slug]) / sample / "engine.py").read_text()
    return (ENGINES / f"{name}.py").read_text()


@cache
def assignment(
    kind: str, operations: tuple[str, ...], topics: tuple[str, ...], extra: str = ""
) -> Assignment:
    """Return an assignment of one check of an engine with these operations."""
    name = "Value" if kind == "scalar" else "Tensor"
    points = "\n".join(f"{topic} = 1" for topic in topics)
    text = f"""
    format = 1
    slug = "under-test"
    title = "Under test"
    [submission]
    entry = "engine.py"
    [binding]
    use = "{kind}_graph"
    [[check]]
    id = "engine"
    kind = "autodiff"
    component = "{name}"
    engine = "{kind}"
    operations = {list(operations)}
    {extra}
    [check.points]
    {points}
    """
    return load_files({"assignment.toml": text.encode()})


def graded(
    text: str, wanted: Assignment, seed: int = 1, jail: Jail | None = None
) -> Report:
    """Return the report of an engine."""
    return engine.grade(
        wanted,
        {"engine.py": text.encode()},
        "engine.py",
        seed=seed,
        jail=jail or FakeJail(),
    )


def verdicts(report: Report) -> dict[str, str]:
    """Return the verdict of every quantity."""
    return {result.quantity: result.verdict.value for result in report.results}


def ids(report: Report) -> dict[str, str]:
    """Return the id of every diagnosis by its quantity."""
    return {
        result.quantity: result.diagnosis.id
        for result in report.results
        if result.diagnosis is not None
    }
