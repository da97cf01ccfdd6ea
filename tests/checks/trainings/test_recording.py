"""What a loop does with supplied parts says whether it is right, or where not."""

import numpy as np
import pytest

from grader.checks.trainings import recording
from tests.checks.recorded import judged, run, written
from tests.checks.students import LOOPS, PLAIN, changed

LOOP = """
def train(layers, loss, optimizer, X, y, batches):
    losses = []
    for batch in batches:
        out = X[batch]
        for layer in layers:
            out = layer.forward(out)
        losses.append(loss.forward(out, y[batch]))
        grad = loss.backward()
        for layer in reversed(layers):
            grad = layer.backward(grad)
        optimizer.step()
    return losses
"""
RECORD = "losses.append(loss.forward(out, y[batch]))"
BACK = "            grad = layer.backward(grad)\n"
STEP = "        optimizer.step()"
FORWARD = "            out = layer.forward(out)\n"
# What a right loop may do besides, or in another way.
HARMLESS = {
    "as it is": (LOOP, LOOP),
    "measures all examples first": (
        "    for batch in batches:\n",
        "    out = X\n    for layer in layers:\n        out = layer.forward(out)\n"
        "    first = loss.forward(out, y)\n    for batch in batches:\n",
    ),
    "measures all examples after each step": (
        STEP,
        f"{STEP}\n        out = X\n        for layer in layers:\n{FORWARD}"
        "        print(loss.forward(out, y), (out.argmax(axis=1) == y).mean())",
    ),
    "clears the gradients before backward": (
        "        grad = loss.backward()",
        "        for layer in layers:\n            layer.grads = {}\n"
        "        grad = loss.backward()",
    ),
    "looks at parameters": (
        STEP,
        f"{STEP}\n        norm = sum((p**2).sum() for layer in layers "
        "for p in layer.params.values())",
    ),
    "asks for the class": (FORWARD, f"{FORWARD}            assert isinstance("
        "layer, (Linear, ReLU)), type(layer)\n"),
    "asks for a setting": (STEP, f"{STEP}\n        assert optimizer.lr == 0.2"),
    "by keyword": ("forward(out, y[batch])", "forward(logits=out, labels=y[batch])"),
    "in single precision": ("X[batch]", "X[batch].astype(np.float32)"),
    "in an array": ("return losses", "return np.array(losses)"),
    "counts batches": ("for batch in batches:", "for i in range(len(batches)):\n"
        "        batch = batches[i]"),
}  # fmt: skip
WRONG = {
    "never steps": (STEP, "        pass", "step of the optimizer was not called"),
    "steps first": (
        "        grad = loss.backward()",
        "        optimizer.step()\n        grad = loss.backward()",
        "In step 1, backward of the loss had not been called",
    ),
    "steps inside": (
        BACK + STEP,
        BACK + "            optimizer.step()",
        "In step 1, backward of layer 2 (ReLU) had not been called",
    ),
    "steps twice": (
        STEP,
        f"{STEP}\n{STEP}",
        "forward of layer 1 (Linear) had not been",
    ),
    "every second": (
        STEP,
        "        if len(losses) % 2 == 0:\n            optimizer.step()",
        "The gradients of batch 1 were ready",
    ),
    "forward order": (
        "in reversed(layers)",
        "in layers",
        "backward of layer 3 (Linear) was given the gradient that backward of layer 2 "
        "(ReLU) returned",
    ),
    "scaled": (
        "grad = loss.backward()",
        "grad = loss.backward() / len(batch)",
        "was given the gradient that belongs there multiplied by 0.125",
    ),
    "ones": (
        "grad = loss.backward()",
        "loss.backward(); grad = np.ones((len(batch), 10))",
        "was given an array of the right shape that holds other numbers",
    ),
    "one gradient for all": (
        "grad = layer.backward(grad)",
        "layer.backward(grad)",
        "backward of layer 2 (ReLU) was given the gradient that backward of the loss",
    ),
    "one input for all": (
        "out = layer.forward(out)",
        "out = layer.forward(X[batch])",
        "forward of layer 2 (ReLU) was given the rows of the batch itself",
    ),
    "skips the first layer": (
        "in reversed(layers)",
        "in reversed(layers[1:])",
        "backward of layer 1 (Linear) had not been called",
    ),
    "first labels": (
        "y[batch]",
        "y[:len(batch)]",
        "forward of the loss, as its second argument, was given the first labels of y",
    ),
    "labels of the next": (
        "y[batch]",
        "y[batches[(len(losses) + 1) % len(batches)]]",
        "was given the labels of batch 2",
    ),
    "all labels": ("y[batch]", "y", "was given the labels of all examples"),
    "first rows": ("X[batch]", "X[:len(batch)]", "was given the first rows of X"),
    "all rows": ("X[batch]", "X", "was given all examples"),
    "loses a row": ("X[batch]", "X[batch[:-1]]", "was given an array of shape (7, 64)"),
    "text": (
        "layer.forward(out)",
        "layer.forward('out')",
        "given something that is no",
    ),
    "leaves out the short ones": (
        "for batch in batches:",
        "for batch in [b for b in batches if len(b) == 8]:",
        "In step 3, forward of layer 1 (Linear) was given the rows of batch 4",
    ),
    "ends early": ("batches:", "batches[:-1]:", "ended after 11 of 12 batches"),
    "does nothing": ("batches:", "batches[:0]:", "called none of the parts"),
    "goes on": (
        "    for batch in batches:",
        "    for batch in batches + batches:",
        "the optimizer was made to step more often",
    ),
    "never ends": (
        "    for batch in batches:",
        "    import itertools\n    for batch in itertools.cycle(batches):",
        "the optimizer was made to step more often",
    ),
    "clears gradients too late": (
        STEP,
        "        for layer in layers:\n            layer.grads.clear()\n" + STEP,
        "grads of layer 1 (Linear) did not hold",
    ),
    "changes gradients": (
        STEP,
        "        layers[2].grads['bias'] *= 0.5\n" + STEP,
        "grads of layer 3 (Linear) did not hold",
    ),
    "updates besides": (
        STEP,
        STEP + "\n        layers[2].params['weight'] *= 0.99",
        "params of layer 3 (Linear) did not hold",
    ),
    "measures between": (
        "        grad = loss.backward()",
        "        layers[0].forward(X)\n        grad = loss.backward()",
        "forward of layer 1 (Linear) was given all examples",
    ),
    "sums": (RECORD, RECORD[:-1] + " * len(batch))", "number returned for step 1"),
    "records after": (
        STEP,
        f"{STEP}\n        out = X[batch]\n        for layer in layers:\n{FORWARD}"
        "        losses[-1] = loss.forward(out, y[batch])",
        "number returned for step 1",
    ),
    "late mistake": (
        "X[batch]",
        "X[batch if len(losses) < 9 else batch[::-1]]",
        "In step 10, forward of layer 1",
    ),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_a_right_loop_is_right_whatever_else_it_does(name: str) -> None:
    found = judged(changed(LOOP, HARMLESS[name]))

    assert found.right, found.message


@pytest.mark.parametrize("style", [PLAIN, LOOPS])
def test_every_style_of_loop_is_right_over_parts_that_are_none(style: str) -> None:
    found = written()
    broken = style.replace("def forward", "def forwards").replace("+ ", "- ")

    assert recording.judge(found, run(broken, found).arrays).right


@pytest.mark.parametrize("name", WRONG)
def test_the_first_wrong_call_is_named(name: str) -> None:
    old, new, sentence = WRONG[name]

    found = judged(changed(LOOP, (old, new)))

    assert not found.right
    assert found.recorded
    assert sentence in found.message


def test_a_loop_that_raises_in_the_end_is_not_right() -> None:
    found = judged(changed(LOOP, ("return losses", "raise ValueError")))

    assert (found.right, found.message) == (False, "")


@pytest.mark.parametrize("loop", ["losses[:-1]", "losses + [1.0]", "'twelve'"])
def test_without_the_losses_a_loop_is_not_right(loop: str) -> None:
    assert not judged(changed(LOOP, ("return losses", f"return {loop}"))).right


def garbled(**changes: np.ndarray | None) -> recording.Judgement:
    found = written()
    arrays = {**run(PLAIN, found).arrays, **changes}
    return recording.judge(
        found, {name: value for name, value in arrays.items() if value is not None}
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"events": None},
        {"arguments": None},
        {"events": np.zeros((3, 4))},
        {"events": np.zeros(4, dtype=np.int64)},
        {"events": np.full((3, 4), 77)},
        {"events": np.array([[0, 0, 8, -3]])},
        {"events": np.array([[0, 0, 10**6, 64]])},
        {"arguments": np.zeros((2, 2))},
        {"arguments": np.zeros(3, dtype=np.int64)},
    ],
)
def test_a_record_that_cannot_be_read_is_no_evidence(changes) -> None:
    found = garbled(**changes)

    assert (found.right, found.recorded) == (False, False)


def test_a_call_of_a_layer_that_does_not_exist_changes_nothing() -> None:
    right = run(PLAIN, written()).arrays["events"]
    odd = np.vstack([[[0, 99, -1, 0]], right])

    assert garbled(events=odd).right


def test_a_record_of_other_numbers_is_not_believed() -> None:
    numbers = run(PLAIN, written()).arrays["arguments"]

    assert not garbled(arguments=np.zeros_like(numbers)).right
    assert not garbled(losses=np.full(12, 2.3)).right
