"""Objects used step by step: what is there in between, as numbers."""

from typing import Any

import numpy as np
import pytest

from grader.contract.messages import Phase
from tests.worker.runner.bindings.asking import LINEAR, Answer, ask
from worker.runner.bindings import built_in

BINDING = built_in("layer_classes")
RNG = np.random.default_rng(5)
X, OTHER, WEIGHT, BIAS, GRAD = (
    RNG.normal(size=shape) for shape in ((4, 5), (4, 5), (5, 7), (7,), (4, 7))
)
ARRAYS = {
    "one.x": X,
    "one.weight": WEIGHT,
    "one.bias": BIAS,
    "one.grad_out": GRAD,
    "two.x": OTHER,
    "two.weight": -WEIGHT,
    "two.bias": BIAS,
    "two.grad_out": 3 * GRAD,
}
ONCE = [
    ["create", "a", "one"],
    ["forward", "a", "one", "f"],
    ["take", "f", "first"],
    ["backward", "a", "one", "b"],
    ["take", "b", "first"],
]
LOSS = """
class Square:
    def forward(self, predictions, targets):
        predictions -= targets
        self.d = predictions
        return (self.d**2).sum()
    def backward(self):
        return 2 * self.d
"""


def layer(source: str, steps: list[list[Any]], **more: Any) -> Answer:
    return ask(
        BINDING,
        source,
        ARRAYS,
        family="layer",
        component="Linear",
        construct=[5, 7],
        parameters=["weight", "bias"],
        inputs=["x"],
        upstreams=["grad_out"],
        steps=steps,
        **more,
    )


def test_one_forward_and_backward_give_what_a_plain_call_gives() -> None:
    got = layer(LINEAR, ONCE)

    assert got.error is None
    np.testing.assert_allclose(got.arrays["first.out"], X @ WEIGHT + BIAS)
    np.testing.assert_allclose(got.arrays["first.grad_x"], GRAD @ WEIGHT.T)
    np.testing.assert_allclose(got.arrays["first.grad_weight"], X.T @ GRAD)
    assert got.phases == [Phase.CONSTRUCT, Phase.FORWARD, Phase.BACKWARD]


def test_a_result_is_read_again_and_not_a_copy() -> None:
    buffered = LINEAR.replace(
        "return x @ self.weight",
        "self.out = getattr(self, 'out', np.zeros((4, 7)))\n"
        "        self.out[:] = x @ self.weight + self.params['bias']\n"
        "        return self.out\n        return x @ self.weight",
    )
    steps = [*ONCE, ["forward", "a", "two", "f2"], ["take", "f", "again"]]
    got = layer(buffered, steps)

    np.testing.assert_allclose(got.arrays["first.out"], X @ WEIGHT + BIAS)
    np.testing.assert_allclose(got.arrays["again.out"], OTHER @ WEIGHT + BIAS)


def test_inputs_come_back_as_the_code_left_them_and_are_fresh_each_time() -> None:
    writing = LINEAR.replace("self.x = x\n", "x *= 2\n        self.x = x\n")
    steps = [*ONCE, ["given", "f", "after"], ["forward", "a", "one", "g"]]
    got = layer(writing, [*steps, ["given", "g", "fresh"], ["parameters", "a", "held"]])

    np.testing.assert_array_equal(got.arrays["after.x"], 2 * X)
    np.testing.assert_array_equal(got.arrays["fresh.x"], 2 * X)
    np.testing.assert_array_equal(got.arrays["held.weight"], WEIGHT)
    np.testing.assert_array_equal(ARRAYS["one.x"], X)


def test_two_objects_have_their_own_parameters() -> None:
    steps = [
        *ONCE,
        ["create", "b", "two"],
        ["forward", "b", "two", "fb"],
        ["take", "fb", "other"],
    ]
    got = layer(LINEAR, steps)

    np.testing.assert_allclose(got.arrays["other.out"], OTHER @ -WEIGHT + BIAS)


@pytest.mark.parametrize(
    ("layout", "flag"), [("fortran", "F_CONTIGUOUS"), ("reversed", "WRITEABLE")]
)
def test_a_layout_changes_where_numbers_lie_and_none_of_them(
    layout: str, flag: str
) -> None:
    telling = LINEAR.replace(
        "self.x = x\n",
        f"self.x = x\n        assert x.flags[{flag!r}] and not x.flags.c_contiguous\n",
    )
    got = layer(telling, ONCE, layouts={"one": layout})

    assert got.error is None
    np.testing.assert_allclose(got.arrays["first.grad_weight"], X.T @ GRAD)


def test_repeating_calls_the_methods_in_turn_and_says_so_once() -> None:
    counting = LINEAR.replace("self.x = x\n", "self.x = x\n        calls.append('f')\n")
    counting = counting.replace(
        'self.grads["bias"]', 'calls.append("b")\n        self.grads["bias"]'
    )
    steps = [
        ["create", "a", "one"],
        ["repeat", "a", "one", 3, ["forward", "backward"]],
        ["forward", "a", "one", "f"],
        ["take", "f", "last"],
    ]
    ending = "        if len(calls) == 7: raise ValueError(''.join(calls))\n"
    source = f"calls = []\n{counting}".replace(
        "        return x @", f"{ending}        return x @"
    )
    got = layer(source, steps)

    assert str(got.error) == "fbfbfbf"
    assert got.phases == [Phase.CONSTRUCT, Phase.BACKWARD, Phase.FORWARD]


def test_the_state_of_random_numbers_shows_every_draw() -> None:
    for drawing in ("np.random.rand()", "__import__('random').random()"):
        source = LINEAR.replace("self.x = x\n", f"self.x = x\n        {drawing}\n")
        steps = [["random", "before"], *ONCE[:2], ["random", "after"]]
        drawn, quiet = layer(source, steps), layer(LINEAR, steps)

        assert (drawn.arrays["before.random"] != drawn.arrays["after.random"]).any()
        np.testing.assert_array_equal(
            quiet.arrays["before.random"], quiet.arrays["after.random"]
        )


def test_a_fault_keeps_what_came_before() -> None:
    got = layer(LINEAR.replace("grad_out.sum(axis=0)", "1 / 0"), ONCE)

    assert list(got.arrays) == ["first.out"]
    assert isinstance(got.error, ZeroDivisionError)
    assert got.phases[-1] is Phase.BACKWARD


def test_a_layer_without_an_upstream_has_no_backward_to_call() -> None:
    got = ask(
        BINDING,
        "class Twice:\n    def forward(self, x): return 2 * x\n",
        {"one.x": X},
        family="layer",
        component="Twice",
        upstreams=[],
        steps=[*ONCE, ["given", "b", "none"]],
    )

    assert got.error is None
    assert list(got.arrays) == ["first.out"]


def test_a_loss_is_used_in_the_same_way() -> None:
    got = ask(
        BINDING,
        LOSS,
        {"one.predictions": X, "one.targets": OTHER},
        family="loss",
        component="Square",
        inputs=["predictions", "targets"],
        gradients=["grad_predictions"],
        steps=[*ONCE, ["given", "f", "after"], ["parameters", "a", "held"]],
    )

    np.testing.assert_allclose(got.arrays["first.loss"], ((X - OTHER) ** 2).sum())
    np.testing.assert_allclose(got.arrays["first.grad_predictions"], 2 * (X - OTHER))
    np.testing.assert_allclose(got.arrays["after.predictions"], X - OTHER)


def test_an_unknown_step_is_a_mistake_of_the_check() -> None:
    got = layer(LINEAR, [["forget", "a"]])

    assert isinstance(got.error, LookupError)
    assert "no step 'forget'" in got.sentence
