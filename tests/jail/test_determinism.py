"""The same files and the same seed give the same report, bit for bit, in every tier."""

import json
import marshal
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader import assignments, engine
from grader.contract.messages import Array, Bundle, Call, Case
from grader.errors import SandboxUnavailableError
from grader.report import Report
from tests.requirements import require
from worker.jail import JailSettings, create_jail
from worker.jail.inventory import PINS
from worker.jail.selection import TieredJail
from worker.jail.tiers import ranked

FEW = frozenset({"linear-backward", "cross-entropy", "momentum"})
# Not of the submission: how long it took, and what held it.
PASSING = frozenset({"seconds", "jail_tier"})

UNSEEDED = """
import random
import numpy as np

made_at_import = np.random.default_rng()

def noise(shape):
    words = {"weight", "bias", "loss", "relu", "tanh", "conv"}
    order = sorted(words, key=list(words).index)
    parts = [random.random(), np.random.rand(), random.Random().random()]
    parts += [made_at_import.random(), np.random.default_rng().normal()]
    parts += [np.random.RandomState().rand(), order.index("bias")]
    return sum(parts) * np.ones(shape)

class Linear:
    def __init__(self, n_in, n_out):
        self.params = {"weight": np.zeros((n_in, n_out)), "bias": np.zeros(n_out)}
        self.grads = {}
    def forward(self, x):
        return x @ self.params["weight"] + noise(self.params["bias"].shape)
    def backward(self, grad_out):
        self.grads = {"weight": noise(self.params["weight"].shape), "bias": 0.0}
        return noise((len(grad_out), len(self.params["weight"])))
"""
FACTS = b"""
import ctypes
import numpy as np

def orders():
    words = {"weight", "bias", "loss", "relu", "tanh", "conv", "pool", "sgd"}
    return np.array([hash("weight"), *map(hash, words)])

def features(names):
    found = np._core._multiarray_umath.__cpu_features__
    return np.array([found.get(name, False) for name in names])

def blas(name, core, threads):
    # It is loaded already, so that no file is opened.
    library = ctypes.CDLL(name)
    getattr(library, core).restype = ctypes.c_char_p
    count = getattr(library, threads)()
    return np.frombuffer(getattr(library, core)() + b" %d" % count, np.uint8)
"""
BINDING = b"""
def fact(student, *, options):
    return {"out": getattr(student, options["name"])(*options["arguments"])}
"""


def jail_of(tier: str) -> TieredJail:
    try:
        return create_jail(JailSettings(tiers=(tier,)))
    except SandboxUnavailableError as error:
        require("sandbox", f"tier {tier}: {error}")


@pytest.fixture(scope="module", params=[tier.name for tier in ranked()])
def jail(request: pytest.FixtureRequest) -> TieredJail:
    return jail_of(request.param)


def tiers_here() -> Iterator[TieredJail]:
    for tier in ranked():
        try:
            yield create_jail(JailSettings(tiers=(tier.name,)))
        except SandboxUnavailableError:
            continue


@cache
def course() -> assignments.Assignment:
    return assignments.load_folder(assignments.find("modular-mlp"))


def sample(name: str) -> bytes:
    return (assignments.find("modular-mlp") / "samples" / name / "mlp.py").read_bytes()


def graded(
    jail: TieredJail, source: bytes, only: frozenset[str], seed: int = 5
) -> Report:
    files = {"mlp.py": source}
    return engine.grade(course(), files, "mlp.py", seed=seed, jail=jail, only=only)


def lasting(value: Any) -> Any:
    """Return a report without what may differ from run to run."""
    if isinstance(value, Mapping):
        return {k: lasting(v) for k, v in value.items() if k not in PASSING}
    return [lasting(v) for v in value] if isinstance(value, (list, tuple)) else value


def text(report: Report) -> str:
    return json.dumps(lasting(report.to_json()), sort_keys=True)


def told(report: Report, check: str) -> list[Any]:
    """Return what a report says about one check."""
    return [
        lasting(result)
        for result in report.to_json()["results"]
        if result["check"] == check
    ]


def fact(jail: TieredJail, name: str, *arguments: Any) -> Array:
    bundle = Bundle({"mlp.py": FACTS}, "mlp.py", binding_source=BINDING)
    options = {"name": name, "arguments": arguments}
    with jail.open(bundle) as session:
        seen = session.observe(Case((Call("fact", options=options),)))
    assert seen.fault is None, seen.fault
    return seen.replies[0].arrays["out"]


@pytest.mark.parametrize(
    ("name", "only"),
    [("right-plain", frozenset({"training-sgd"})), ("wrong-bias-mean", FEW)],
)
def test_a_second_run_gives_the_same_report(
    jail: TieredJail, name: str, only: frozenset[str]
) -> None:
    first, second = (graded(jail, sample(name), only) for _ in range(2))
    assert text(first) == text(second)


def test_a_student_who_draws_without_a_seed_gets_the_same_report_again(
    jail: TieredJail,
) -> None:
    only = frozenset({"linear-forward", "linear-backward"})
    first, second = (graded(jail, UNSEEDED.encode(), only) for _ in range(2))
    assert {result.verdict for result in first.results} == {"failed"}
    assert text(first) == text(second)


def test_a_check_says_the_same_alone_and_after_others(jail: TieredJail) -> None:
    alone = graded(jail, UNSEEDED.encode(), frozenset({"linear-backward"}))
    among = graded(
        jail, UNSEEDED.encode(), frozenset({"linear-forward", "linear-backward"})
    )

    assert {result.verdict for result in alone.results} == {"failed"}
    assert told(among, "linear-backward") == told(alone, "linear-backward")


def test_the_environment_of_the_worker_changes_nothing(
    jail: TieredJail, monkeypatch: pytest.MonkeyPatch
) -> None:
    only = frozenset({"linear-backward"})
    before = text(graded(jail, UNSEEDED.encode(), only))
    for name, value in {
        "PYTHONHASHSEED": "77",
        "OPENBLAS_NUM_THREADS": "2",
        "OPENBLAS_CORETYPE": "Prescott",
        "NPY_DISABLE_CPU_FEATURES": "X86_V3",
        "LC_ALL": "de_DE.UTF-8",
        "TZ": "Pacific/Auckland",
    }.items():
        monkeypatch.setenv(name, value)

    after = text(graded(jail_of(jail.tier), UNSEEDED.encode(), only))

    assert after == before


def test_another_seed_gives_another_report(jail: TieredJail) -> None:
    only = frozenset({"linear-forward"})
    first, second = (graded(jail, UNSEEDED.encode(), only, seed) for seed in (1, 2))
    assert text(first) != text(second)


@pytest.mark.parametrize("source", [sample("wrong-bias-mean"), UNSEEDED.encode()])
def test_every_tier_gives_the_same_report(source: bytes) -> None:
    only = frozenset({"linear-forward", "linear-backward"})
    texts = {text(graded(jail, source, only)) for jail in tiers_here()}
    if not texts:
        require("sandbox", "no tier holds here")
    assert len(texts) == 1


def test_a_report_says_what_must_be_the_same_for_the_same_report(
    jail: TieredJail,
) -> None:
    report = graded(jail, sample("right-plain"), frozenset({"relu-forward"}))
    assert (report.seed, report.spec_digest) == (5, course().digest)
    assert report.jail_tier == jail.tier
    assert report.versions["numpy"] == np.__version__
    assert report.versions["python"] == platform.python_version()


def test_the_hash_seed_is_in_force(jail: TieredJail) -> None:
    told = fact(jail, "orders")
    source = f"{FACTS.decode()}\nprint(orders().tolist())"
    # As a module that was imported before: its sets come out of stored code.
    stored = marshal.dumps(compile(source, "facts.py", "exec"))
    command = f"import marshal; exec(marshal.loads({stored!r}))"
    done = subprocess.run(
        [sys.executable, "-c", command],
        env={**os.environ, "PYTHONHASHSEED": PINS["PYTHONHASHSEED"]},
        capture_output=True,
        check=True,
    )
    assert told.tolist() == json.loads(done.stdout)


def test_the_newest_instructions_are_not_used(jail: TieredJail) -> None:
    pinned = PINS["NPY_DISABLE_CPU_FEATURES"].split()
    known = np._core._multiarray_umath.__cpu_features__  # type: ignore[attr-defined]
    assert set(pinned) <= set(known) or platform.machine() != "x86_64"
    assert not fact(jail, "features", pinned).any()


def test_matrix_products_use_one_thread_and_one_kernel(jail: TieredJail) -> None:
    libraries = Path(np.__file__).parent.parent / "numpy.libs"
    names = [path.name for path in libraries.glob("libscipy_openblas64_*")]
    if not names or platform.machine() != "x86_64":
        require("openblas", "NumPy's own OpenBLAS for x86-64")
    asked: Sequence[str] = ("corename", "num_threads")
    symbols = [f"scipy_openblas_get_{word}64_" for word in asked]
    told = bytes(fact(jail, "blas", names[0], *symbols)).decode()
    assert told == f"{PINS['OPENBLAS_CORETYPE']} 1"
