"""Layers that are right alone and wrong together, and what is said about them."""

import pytest

from grader import engine
from grader.checks.feedback import network as words
from grader.checks.networks import mistakes as composition_mistakes
from grader.contract.messages import Bundle, Case, Observation, Outcome, Reply
from grader.report import Report, Verdict
from tests.checks.fake_jail import FakeJail, ScriptedJail
from tests.checks.network_grading import (
    DEEP,
    IMAGE_HEAD,
    LENET,
    assignment,
    graded,
    lost,
    names_in,
    result,
)
from tests.checks.network_students import IMAGES
from tests.checks.students import PLAIN, changed

CACHE_OF_THE_CLASS = changed(
    PLAIN, ("self.x = x\n        return x @", "Linear.x = x\n        return x @")
)
CACHE_OF_THE_FILE = changed(
    PLAIN,
    ("import numpy as np\n", "import numpy as np\n\nCACHE = {}\n"),
    ("self.x = x\n        return x @", "CACHE['x'] = x\n        return x @"),
    ("self.x.T @ grad_out", "CACHE['x'].T @ grad_out"),
    ("self.x = x\n        return np.max", "CACHE['x'] = x\n        return np.max"),
    ("(self.x > 0)", "(CACHE['x'] > 0)"),
)
PARAMETERS_OF_THE_CLASS = changed(
    PLAIN,
    (
        "class Linear:\n    def __init__(self, in_features, out_features):\n"
        "        self.params = {",
        "class Linear:\n    params = {}\n"
        "    def __init__(self, in_features, out_features):\n"
        "        self.params |= {",
    ),
)
GRADIENTS_OF_THE_CLASS = changed(
    PLAIN,
    ("class Linear:\n", "class Linear:\n    grads = {}\n"),
    (
        '"bias": np.zeros(out_features),\n        }\n        self.grads = {}',
        '"bias": np.zeros(out_features),\n        }',
    ),
)
GRADIENTS_OF_A_DEFAULT = changed(
    PLAIN,
    ("in_features, out_features):\n", "in_features, out_features, grads={}):\n"),
    (
        '"bias": np.zeros(out_features),\n        }\n        self.grads = {}',
        '"bias": np.zeros(out_features),\n        }\n        self.grads = grads',
    ),
)
ADDED_UP = changed(
    PLAIN,
    (
        'self.grads["weight"] = self.x.T @ grad_out',
        'self.grads["weight"] = self.grads.get("weight", 0) + self.x.T @ grad_out',
    ),
)
CACHE_OF_THE_FIRST_BATCH = changed(
    PLAIN,
    (
        "self.x = x\n        return x @",
        "self.x = getattr(self, 'x', x)\n        return x @",
    ),
)

SHARED = [
    pytest.param(CACHE_OF_THE_CLASS, words.SHARED_CACHE, id="class-cache"),
    pytest.param(CACHE_OF_THE_FILE, words.SHARED_CACHE, id="file-cache"),
    pytest.param(PARAMETERS_OF_THE_CLASS, words.SHARED_PARAMETERS, id="class-params"),
    pytest.param(GRADIENTS_OF_THE_CLASS, words.SHARED_GRADIENTS, id="class-grads"),
    pytest.param(GRADIENTS_OF_A_DEFAULT, words.SHARED_GRADIENTS, id="default-grads"),
    pytest.param(ADDED_UP, words.ADDED_UP, id="added-up"),
    pytest.param(CACHE_OF_THE_FIRST_BATCH, words.SHARED_CACHE, id="first-batch"),
]


@pytest.mark.parametrize(("source", "diagnosis"), SHARED)
@pytest.mark.parametrize("seed", range(2))
def test_what_layers_share_costs_the_network_alone_and_is_named(
    source: str, diagnosis: object, seed: int
) -> None:
    report = graded(source, seed=seed)

    assert lost(report) == {"together"}
    together = result(report, "together")
    assert together.message.startswith(words.ALONE_RIGHT)
    assert together.diagnosis is not None
    assert together.diagnosis.id == diagnosis.id
    assert together.diagnosis.hint.endswith(diagnosis.hint)


def test_the_layers_that_share_a_cache_are_named() -> None:
    hint = result(graded(CACHE_OF_THE_CLASS), "together").diagnosis.hint

    assert "what layer 5 (Linear) received, as if layer 3 (Linear) had" in hint


def test_a_second_batch_is_told_from_the_first() -> None:
    together = result(graded(CACHE_OF_THE_FIRST_BATCH), "together")

    assert words.SECOND_BATCH in together.message
    assert "The numbers fit the batch before" in together.diagnosis.hint


def test_gradients_that_are_to_be_added_up_are_right_where_they_are() -> None:
    every = changed(
        ADDED_UP,
        (
            'self.grads["bias"] = grad_out.sum(axis=0)',
            'self.grads["bias"] = self.grads.get("bias", 0) + grad_out.sum(axis=0)',
        ),
    )

    added = graded(every, f'{DEEP}\ngradients = "added"')
    replaced = graded(PLAIN, f'{DEEP}\ngradients = "added"')

    assert not lost(added)
    assert lost(replaced) == {"together"}


IN_PLACE = changed(
    IMAGES,
    (
        "return x * self.mask / (1 - self.rate)",
        "x *= self.mask\n        x /= 1 - self.rate\n        return x",
    ),
)
MASKED = """
layers = ["Linear", "Tanh", "Dropout", "Linear"]
widths = [6, 4]
loss = "CrossEntropy"
"""


def test_a_layer_that_writes_into_the_memory_of_another_is_named() -> None:
    report = graded(IN_PLACE, MASKED, head=IMAGE_HEAD)

    assert lost(report) == {"together"}
    together = result(report, "together")
    assert together.diagnosis.title == words.CHANGED.title
    changer = "layer 3 (Dropout) changed the array that layer 2 (Tanh) had handed"
    assert changer in together.diagnosis.hint


LATE = """
class PReLU:
    def __init__(self):
        self.params = {"slope": np.array(0.25)}

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.params["slope"] * x)

    def backward(self, grad_out):
        grad_out[self.x < 0] *= self.params["slope"]
        self.back = grad_out
        return grad_out

    @property
    def grads(self):
        below = (self.back * self.x)[self.x < 0]
        return {"slope": below.sum() / self.params["slope"]}
"""


def test_a_layer_that_writes_into_the_gradient_it_was_given_is_named() -> None:
    source = changed(
        IMAGES,
        (
            "return grad_out * (1 - self.out**2)",
            "grad_out *= 1 - self.out**2\n        return grad_out",
        ),
    )
    head = f'{IMAGE_HEAD}\n[[component]]\nname = "PReLU"\noperation = "prelu"\n'
    body = MASKED.replace("Dropout", "PReLU")

    report = graded(source + LATE, body, head=head)

    assert lost(report) == {"together"}
    together = result(report, "together")
    assert together.diagnosis.title == words.CHANGED.title
    changer = "layer 2 (Tanh) changed the array that layer 3 (PReLU) had handed"
    assert changer in together.diagnosis.hint


def test_writing_into_an_array_that_nobody_needs_costs_nothing() -> None:
    source = changed(
        PLAIN,
        (
            "return grad_out * (self.x > 0)",
            "grad_out[self.x <= 0] = 0\n        return grad_out",
        ),
    )

    report = graded(source)

    assert not lost(report)


def test_a_network_that_stops_says_where_and_gives_advice_if_nothing_fits() -> None:
    source = changed(
        PLAIN,
        ("import numpy as np\n", "import numpy as np\n\nCOUNT = []\n"),
        (
            "self.t = np.tanh(x)\n",
            "self.t = np.tanh(x)\n        COUNT.append(1)\n"
            "        if len(COUNT) > 4:\n            raise RuntimeError('too often')\n",
        ),
    )

    together = result(graded(source), "together")

    assert together.verdict is Verdict.ERRORED
    assert "The network stopped at layer 4 (Tanh)." in together.message
    assert together.message.endswith(words.ADVICE)
    assert together.diagnosis is None


def test_a_part_that_does_something_else_in_a_network_is_found_without_a_name() -> None:
    source = changed(
        PLAIN,
        (
            "return grad_out * (1 - self.t**2)",
            "return grad_out * (1 - self.t**2) / self.calls",
        ),
        (
            "self.t = np.tanh(x)\n",
            "self.t = np.tanh(x)\n        self.calls = getattr(self, 'calls', 0) + 1\n",
        ),
    )

    together = result(graded(source), "together")

    assert together.verdict is Verdict.FAILED
    assert "of layer 4 (Tanh) has the right shape" in together.message
    assert together.message.endswith(words.ADVICE)
    assert together.diagnosis is None


def without(name: str) -> Report:
    """Return the report of a right student whose answers lack some arrays."""
    real = FakeJail()

    def script(case: Case) -> Observation:
        found = real.open(bundle).observe(case)
        replies = tuple(
            Reply(
                Outcome.COMPLETED,
                {key: value for key, value in reply.arrays.items() if key != name},
            )
            for reply in found.replies
        )
        return Observation(found.outcome, replies)

    wanted = assignment(DEEP, names_in(DEEP))
    files = {"mlp.py": PLAIN.encode()}
    bundle = Bundle(files, "mlp.py")
    jail = ScriptedJail(script)
    return engine.grade(wanted, files, "mlp.py", seed=1, jail=jail)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("1.4.grad_x", "layer 4 (Tanh)"),
        ("0.5.grad_bias", "layer 5 (Linear)"),
        ("1.loss", "the loss (SoftmaxCrossEntropy)"),
        ("0.2.out", "layer 2 (ReLU)"),
    ],
)
def test_an_answer_that_is_not_complete_earns_nothing_for_the_network(
    name: str, part: str
) -> None:
    together = result(without(name), "together")

    assert together.verdict is Verdict.ERRORED
    assert together.points == 0
    assert f"The network stopped at {part}." in together.message


def test_one_network_alone_names_no_cause() -> None:
    assert composition_mistakes.cause([]) is None


def test_convolutions_that_share_a_cache_lose_the_network_only() -> None:
    source = changed(
        IMAGES,
        (
            "self.windows = sliding_window_view",
            "Conv2d.windows = sliding_window_view",
        ),
    )

    report = graded(source, LENET, head=IMAGE_HEAD)

    assert lost(report) == {"together"}
    together = result(report, "together")
    assert together.message.startswith(words.ALONE_RIGHT)
    assert "(Conv2d)" in together.message


def test_widths_that_cannot_grow_are_used_for_both_networks() -> None:
    head = IMAGE_HEAD.replace(
        '[[component]]\nname = "Flatten"',
        '[[component]]\nname = "Grouped"\noperation = "group_norm"\n'
        'construct = ["num_channels"]\nconvention = { groups = 3, eps = 0.1 }\n'
        '[[component]]\nname = "Flatten"',
    )
    body = """
layers = ["Conv2d", "Grouped", "Tanh", "Flatten", "Linear"]
example = [1, 4, 4]
widths = [6, 5]
loss = "CrossEntropy"
"""
    source = f"""{IMAGES}

class Grouped:
    def __init__(self, channels):
        self.params = {{"gamma": np.ones(channels), "beta": np.zeros(channels)}}
        self.grads = {{}}

    def forward(self, x):
        shape = x.shape
        rows = x.reshape(len(x), 3, -1)
        d = rows - rows.mean(axis=2, keepdims=True)
        self.root = np.sqrt((d**2).mean(axis=2, keepdims=True) + 0.1)
        self.normal = d / self.root
        gamma, beta = (self.params[k][:, None, None] for k in ("gamma", "beta"))
        return gamma * self.normal.reshape(shape) + beta

    def backward(self, g):
        n, shape = self.normal, g.shape
        self.grads["beta"] = g.sum(axis=(0, 2, 3))
        self.grads["gamma"] = (g * n.reshape(shape)).sum(axis=(0, 2, 3))
        d = (g * self.params["gamma"][:, None, None]).reshape(n.shape)
        d = d - d.mean(axis=2, keepdims=True) - n * (d * n).mean(axis=2, keepdims=True)
        return (d / self.root).reshape(shape)
"""

    report = graded(source, body, head=head)

    assert not lost(report), [one for one in report.results if one.points < 1]
