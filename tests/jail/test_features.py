"""What students use of NumPy and Python works in every tier as it does at home."""

import inspect
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from grader.contract.limits import Limits
from grader.contract.messages import Bundle, Call, Case, Reply
from grader.errors import SandboxUnavailableError
from tests.jail import features, library_features, random_features
from tests.requirements import require
from worker.jail import JailSettings, create_jail
from worker.jail.selection import TieredJail
from worker.jail.session import Session
from worker.jail.tiers import ranked

MODULES = (features, library_features, random_features)
ENTRY = b"from importlib import import_module\n"
BINDING = b"""
import json
import numpy as np

def load(student, *, options):
    student.import_module(options["name"])
    return {}

def use(student, *, options):
    module = student.import_module(options["module"])
    value = getattr(module, options["name"])(*options["arguments"])
    if isinstance(value, np.ndarray):
        return {"array": value}
    return {"text": np.frombuffer(json.dumps(value).encode(), np.uint8)}
"""
ENOUGH = Limits(load_seconds=60, wall_seconds=60, cpu_seconds=60)
LEAST_FEATURES = 70
# Its module, its function and its arguments.
Feature = tuple[str, str, tuple[str, ...]]


def short_name(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]


def functions(module: ModuleType) -> Iterator[Feature]:
    """Yield module, function and arguments of each feature."""
    for key, value in vars(module).items():
        if key.startswith("_") or getattr(value, "__module__", "") != module.__name__:
            continue
        if inspect.isfunction(value):
            takes = inspect.signature(value).parameters
            rows = (
                [(kind,) for kind in random_features.DISTRIBUTIONS] if takes else [()]
            )
            yield from ((short_name(module), key, row) for row in rows)


FEATURES = [feature for module in MODULES for feature in functions(module)]


@pytest.fixture(scope="module", params=[tier.name for tier in ranked()])
def replies(request: pytest.FixtureRequest) -> dict[Feature, Reply]:
    """Return what each feature gave in a tier; those of a module share a process."""
    with jail_of(request.param).open(bundle()) as session:
        return {
            feature: reply
            for module in MODULES
            for feature, reply in asked(session, short_name(module))
        }


def jail_of(tier: str) -> TieredJail:
    try:
        return create_jail(JailSettings(tiers=(tier,)))
    except SandboxUnavailableError as error:
        require("sandbox", f"tier {tier}: {error}")


def bundle() -> Bundle:
    files = {
        f"{short_name(module)}.py": Path(str(module.__file__)).read_bytes()
        for module in MODULES
    }
    return Bundle({"mlp.py": ENTRY, **files}, "mlp.py", binding_source=BINDING)


def asked(session: Session, module: str) -> Iterator[tuple[Feature, Reply]]:
    chosen = [feature for feature in FEATURES if feature[0] == module]
    keys = ("module", "name", "arguments")
    calls = [Call("use", options=dict(zip(keys, one, strict=True))) for one in chosen]
    seen = session.observe(Case(tuple(calls), ENOUGH))
    # After a process ended there are fewer replies.
    return zip(chosen, seen.replies, strict=False)


@cache
def at_home(module: str, name: str, arguments: tuple[str, ...]) -> Any:
    found = next(one for one in MODULES if short_name(one) == module)
    function: Callable[..., Any] = getattr(found, name)
    return function(*arguments)


@pytest.mark.parametrize("tier", [tier.name for tier in ranked()])
def test_a_part_of_the_library_that_is_not_there_is_named_as_such(tier: str) -> None:
    # What it needs of the system is not in the jail, or its file cannot be read.
    names = ("sqlite3", "tkinter", "turtle")
    calls = tuple(Call("load", options={"name": name}) for name in names)
    with jail_of(tier).open(bundle()) as session:
        seen = session.observe(Case(calls, ENOUGH))
    said = [reply.fault.message for reply in seen.replies if reply.fault is not None]
    assert len(said) == len(names)
    assert all("standard library cannot be used here" in text for text in said)


def test_there_are_many_features() -> None:
    names = {(module, name) for module, name, _ in FEATURES}
    assert len(names) >= LEAST_FEATURES
    assert len(FEATURES) >= len(names) + 2 * len(random_features.DISTRIBUTIONS) - 2


@pytest.mark.parametrize(
    ("module", "name", "arguments"),
    FEATURES,
    ids=["-".join((name, *arguments)) for _, name, arguments in FEATURES],
)
def test_a_feature_gives_in_a_jail_what_it_gives_at_home(
    replies: dict[Feature, Reply], module: str, name: str, arguments: tuple[str, ...]
) -> None:
    wanted = at_home(module, name, arguments)
    reply = replies[module, name, arguments]
    assert reply.fault is None
    if isinstance(wanted, np.ndarray):
        got = reply.arrays["array"]
        # Kernels for other processors round differently.
        np.testing.assert_allclose(got, wanted, rtol=1e-9, atol=1e-12)
    else:
        assert json.loads(bytes(reply.arrays["text"])) == json.loads(json.dumps(wanted))
