"""A share of the replay bench in every run of the tests."""

import numpy as np
import pytest

from grader.checks.trainings.replay import draw_task
from grader.validation import replay_bench
from grader.validation.right_trainings import Form, Rule, forms, train

EVERY = list(replay_bench.wrong_trainers())


def test_right_trainings_of_every_form_pass() -> None:
    found = replay_bench.right_runs(runs=len(list(forms())))

    assert found.runs == 28
    assert found.surprises == ()


def test_some_of_the_wrong_trainers_are_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(replay_bench, "wrong_trainers", lambda: EVERY[::20])

    found = replay_bench.wrong_runs(seeds=(70_001,))

    assert found.kinds == found.runs == len(EVERY[::20])
    assert found.surprises == ()


def test_the_bench_holds_every_known_loop_and_all_optimizers() -> None:
    names = [name for name, _, _ in EVERY]

    loops = [name for name in names if " with sgd on digits" in name]
    assert len(loops) == len(replay_bench.WRONG_LOOPS)
    for part in (*replay_bench.PARTS, *replay_bench.OPTIMIZERS):
        assert sum(name.startswith(f"{part}: ") for name in names) >= 3, part


def test_right_code_among_the_wrong_would_be_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    setting = replay_bench.SETTINGS[0]
    right = replay_bench._right(Form("plain", False, "float64"), setting)
    monkeypatch.setattr(
        replay_bench, "wrong_trainers", lambda: [("none", setting.assignment(), right)]
    )

    found = replay_bench.wrong_runs(seeds=(1,))

    assert found.surprises == ("none, seed 1: passed",)


def test_wrong_code_among_the_right_would_be_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, _, wrong = EVERY[0]
    monkeypatch.setattr(replay_bench, "_right", lambda form, setting: wrong)

    assert len(replay_bench.right_runs(runs=1).surprises) == 1


@pytest.mark.parametrize("form", list(forms()))
@pytest.mark.parametrize("setting", replay_bench.SETTINGS)
def test_every_form_trains_as_the_reference_does_and_rounds_otherwise(
    form: Form, setting: replay_bench.Setting
) -> None:
    (check,) = setting.assignment().checks
    net = replay_bench._net(setting.assignment())
    task = draw_task(net, np.random.default_rng(4), check.params.data, 11, 4, 1)
    right, weights = task.run(task.weights)
    arrays = {
        "X": task.inputs,
        "y": task.labels,
        "batches": task.padded_batches(),
        **task.weights,
    }

    rule = Rule(setting.optimizer, setting.settings, form.mirrored)
    got = train(form, setting.activation, rule, arrays)

    close = 1e-12 if form.dtype == "float64" else 1e-4
    np.testing.assert_allclose(got["losses"], right, rtol=close)
    for name, value in weights.items():
        np.testing.assert_allclose(got[name], value, rtol=close, atol=close)
    assert got["losses"].dtype == got["weight_0"].dtype == form.dtype
