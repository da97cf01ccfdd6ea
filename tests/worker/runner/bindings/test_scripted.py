"""Stand-ins answer from a script, pass for the student's parts, and end a loop."""

from typing import Any

import numpy as np

from tests.checks.recorded import run, written
from tests.checks.students import PLAIN

SCRIPT = written()


def train(*lines: str) -> Any:
    """Run a loop of these lines; what it puts into ``seen`` is its result."""
    body = "\n".join(f"    {line}" for line in ("seen = []", *lines, "return seen"))
    source = f"{PLAIN}\ndef train(layers, loss, optimizer, X, y, batches):\n{body}\n"
    return run(source, SCRIPT)


def values(*lines: str) -> np.ndarray:
    found = train(*lines)
    assert found.error is None, found.sentence
    return found.arrays["losses"]


def test_a_known_input_gets_its_own_output() -> None:
    got = values("seen = layers[0].forward(X[batches[4]])")

    np.testing.assert_array_equal(got, SCRIPT.steps[4].given[1])


def test_after_the_step_the_same_input_gets_another_output() -> None:
    got = values("optimizer.step()", "seen = layers[0].forward(X[batches[0]])")

    np.testing.assert_array_equal(got, SCRIPT.steps[0].after[0])


def test_an_unknown_input_gets_an_output_of_its_length() -> None:
    assert values("seen = layers[2].forward(np.ones((19, 6)))").shape == (19, 10)
    assert values("seen = layers[2].forward(3.0)").shape == (1, 10)


def test_unknown_scores_get_a_finite_loss_that_is_no_right_one() -> None:
    got = values("seen = [loss.forward(np.ones((8, 10)), y[batches[0]])]")

    assert np.isfinite(got).all()
    assert not np.isclose(SCRIPT.losses, got).any()


def test_backward_fills_gradients_and_step_moves_parameters_in_place() -> None:
    got = values(
        "held = layers[0].params['bias']",
        "layers[0].backward(np.ones((8, 6)))",
        "optimizer.step()",
        "seen = [held, layers[0].params['bias'], layers[0].grads['bias']]",
    )

    after = SCRIPT.steps[1].parameters["bias_0"]
    np.testing.assert_array_equal(got[0], after)
    np.testing.assert_array_equal(got[1], after)
    np.testing.assert_array_equal(got[2], SCRIPT.steps[0].gradients["bias_0"])


def test_parameters_that_were_replaced_are_put_back() -> None:
    got = values(
        "layers[0].params = None",
        "layers[0].grads = None",
        "layers[0].backward(np.ones((8, 6)))",
        "optimizer.step()",
        "seen = layers[0].params['bias'] + 0 * layers[0].grads['bias']",
    )

    np.testing.assert_array_equal(got, SCRIPT.steps[1].parameters["bias_0"])


def test_after_the_last_step_the_final_parameters_stay() -> None:
    got = values(
        "for _ in range(14):", "    optimizer.step()", "seen = layers[2].params['bias']"
    )

    np.testing.assert_array_equal(got, SCRIPT.final["bias_1"])


def test_a_stand_in_passes_for_the_students_class() -> None:
    got = values(
        "seen = [isinstance(layers[1], ReLU), isinstance(layers[1], Linear),"
        " isinstance(loss, SoftmaxCrossEntropy), type(optimizer).__name__ == 'SGD']"
    )

    assert got.tolist() == [1, 0, 1, 1]


def test_what_the_script_does_not_know_is_asked_of_a_real_object() -> None:
    got = values("seen = [optimizer.lr, optimizer.layers[0] is layers[0]]")

    assert got.tolist() == [0.2, 1.0]


def test_private_names_are_not_passed_on() -> None:
    got = values("seen = [hasattr(optimizer, '_lr'), hasattr(optimizer, 'momentum')]")

    assert not got.any()


def test_a_class_that_is_missing_is_stood_in_for_all_the_same() -> None:
    source = PLAIN.replace("class ReLU", "class Rectifier")

    found = run(source, SCRIPT)

    assert found.error is None
    np.testing.assert_array_equal(found.arrays["losses"], SCRIPT.losses[:, 0])


def test_a_loop_without_end_is_ended_and_its_record_kept() -> None:
    found = train(
        "while True:",
        "    try:",
        "        optimizer.step()",
        "    except Exception:",
        "        pass",
    )

    assert found.error is None
    assert "losses" not in found.arrays
    assert len(found.arrays["events"]) == 3001


def test_huge_arguments_end_a_loop_as_well() -> None:
    found = train("while True:", "    layers[0].forward(np.ones((1000, 1000)))")

    assert found.error is None
    assert len(found.arrays["arguments"]) <= 4_000_000


def test_the_record_of_a_loop_that_raises_is_kept() -> None:
    found = train("optimizer.step()", "raise ValueError('no')")

    assert found.sentence == "no"
    assert found.arrays["events"].shape == (1, 4)


def test_a_missing_function_gets_a_sentence() -> None:
    source = PLAIN.replace("def train", "def fit")

    assert run(source, SCRIPT).sentence.startswith("train was not found.")
