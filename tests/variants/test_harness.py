"""The harness asks the variant itself, and right code it is not would be seen."""

import ast
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from grader.contract.messages import Bundle, Call, Case
from reference.operations import names
from tests.checks.every_operation import graded
from tests.variants import harness
from tests.variants.harness import student, unearned

CALL = Call(
    "linear",
    {
        "x": np.array([[1 / 3, 2.0]]),
        "weight": np.array([[0.5], [0.25]]),
        "bias": np.array([1 / 7]),
    },
    {"family": "layer", "component": "Part", "parameters": ["weight", "bias"]},
)


class Linear:
    """A layer that reads its parameters under names of its own."""

    def __init__(self, out_features, in_features):
        self.w = np.ones((in_features, out_features))
        self.b = np.ones(out_features)
        self.params = {"weight": self.w, "bias": self.b}

    def forward(self, x):
        self.seen = x.dtype, self.w.dtype, self.b.dtype
        LAYERS.append(self)
        return x @ self.w + self.b


LAYERS: list[Linear] = []


@pytest.fixture
def linear(monkeypatch):
    module = ModuleType("linear")
    module.variants = lambda **conventions: {"aliases": Linear}
    monkeypatch.setattr(harness, "import_module", lambda name: module)
    LAYERS.clear()


def answers(*, single, calls):
    with student("linear", {}, "aliases", single=single).open(
        Bundle({}, "")
    ) as session:
        replies = session.observe(Case((CALL,) * calls)).replies
    return [reply.arrays["out"] for reply in replies]


@pytest.mark.usefixtures("linear")
def test_a_layer_is_built_with_its_sizes_by_name():
    (out,) = answers(single=False, calls=1)
    assert out == pytest.approx(np.array([[1 / 6 + 0.5 + 1 / 7]]), abs=1e-15)


@pytest.mark.usefixtures("linear")
def test_single_precision_reaches_every_array_of_a_layer():
    first, second = answers(single=True, calls=2)
    assert {layer.seen for layer in LAYERS} == {(np.dtype(np.float32),) * 3}
    assert (first.dtype, second.dtype) == (np.float64, np.float32)
    assert first == second == np.float32(first)


def test_no_variant_looks_at_our_code():
    folder = Path(harness.__file__).parent
    files = [path for path in folder.glob("*.py") if path.stem in names()]
    imported = {
        getattr(node, "module", None) or node.names[0].name
        for path in files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.Import, ast.ImportFrom))
    }
    assert "numpy" in imported
    # A network may build on the cells of the same students.
    imported.discard("tests.variants")
    ours = {"grader", "reference", "tests", "worker"}
    assert not {name for name in imported if name.partition(".")[0] in ours}


def test_wrong_code_is_seen_through_the_harness(monkeypatch):
    class Ascent:
        def __init__(self, layers, lr):
            self.layers, self.lr = layers, lr

        def step(self):
            for layer in self.layers:
                for name in layer.params:
                    layer.params[name] += self.lr * layer.grads[name]

    module = ModuleType("sgd")
    module.variants = lambda **conventions: {"ascent": Ascent}
    monkeypatch.setattr(harness, "import_module", lambda name: module)
    for single in (False, True):
        report = graded("sgd", {}, student("sgd", {}, "ascent", single=single))
        assert [result.quantity for result in unearned(report)] == ["trajectory"]
