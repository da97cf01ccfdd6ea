import math
from functools import partial
from itertools import islice, repeat

import numpy as np
import pytest

from reference.errors import ConventionError, ShapeError
from reference.layers.batch_norm import BatchNorm
from reference.layers.linear import Linear
from reference.layers.relu import ReLU
from reference.losses.mean_squared_error import MeanSquaredError
from reference.networks.sequential import Sequential
from reference.optimizers.clipping import clip_by_norm
from reference.optimizers.momentum import Momentum
from reference.optimizers.sgd import SGD
from reference.regularizers.l2_penalty import L2Penalty
from reference.schedules.reduce_on_plateau import ReduceOnPlateau
from reference.schedules.step_decay import StepDecay
from reference.training import minibatches, predict, train
from reference.training.augmentation import Noise
from reference.training.batches import epoch_batches
from reference.training.early_stopping import EarlyStopping
from reference.training.termination import Termination
from reference.training.trainer import Trainer, gradient_norm

X, Y = np.array([[1.0], [2.0]]), np.array([[4.0], [8.0]])
BOTH = [np.arange(2)]
ONE_EACH = [np.array([0]), np.array([1])]


def trainer(lr=0.125, **hooks):
    """Return a trainer of one weight and one bias that start at zero."""
    layer = Linear(1, 1)
    optimizer = SGD([layer], lr)
    return Trainer(
        layers=[layer], loss=MeanSquaredError(), optimizer=optimizer, **hooks
    )


def parameters(used):
    (layer,) = used.layers
    return layer.params["weight"].item(), layer.params["bias"].item()


def by_hand(batches, lr, penalty=0.0, most=math.inf):
    """Train ``y = w x + b`` with scalars; return losses, norms and the parameters.

    The penalty is ``penalty * w**2``; a gradient longer than ``most`` is shortened.
    """
    w = b = 0.0
    losses, norms = [], []
    for batch in batches:
        loss = slope = shift = 0.0
        for i in batch:
            x, y = X[i, 0], Y[i, 0]
            error = w * x + b - y
            loss += error**2 / len(batch)
            slope += 2 * error * x / len(batch)
            shift += 2 * error / len(batch)
        losses.append(loss)
        slope += 2 * penalty * w
        norm = math.sqrt(slope**2 + shift**2)
        norms.append(norm)
        factor = min(1.0, most / norm)
        w, b = w - lr * factor * slope, b - lr * factor * shift
    return losses, norms, (w, b)


def test_steps_are_those_done_by_hand():
    used = trainer()
    history = used.run(X, Y, [ONE_EACH] * 3)
    losses, norms, end = by_hand(ONE_EACH * 3, 0.125)
    np.testing.assert_allclose(history.losses, losses)
    np.testing.assert_allclose(history.gradient_norms, norms)
    np.testing.assert_allclose(parameters(used), end)
    assert history.learning_rates == [0.125] * 6
    assert history.penalties == [0.0] * 6


def test_without_hooks_it_is_the_plain_loop():
    runs = []
    for rich in (True, False):
        rng = np.random.default_rng(3)
        layers = [Linear(1, 5, rng), ReLU(), Linear(5, 1, rng)]
        optimizer, loss = Momentum(layers, 0.01, 0.8), MeanSquaredError()
        if rich:
            used = Trainer(layers=layers, loss=loss, optimizer=optimizer)
            epochs = islice(epoch_batches(np.random.default_rng(4), 2, 1), 5)
            runs.append(used.run(X, Y, epochs).losses)
        else:
            batches = minibatches(np.random.default_rng(4), 2, 1, 5)
            runs.append(train(layers, loss, optimizer, X, Y, batches))
    assert runs[0] == runs[1]


def test_each_epoch_is_measured_after_its_steps():
    used = trainer()
    history = used.run(X, Y, [ONE_EACH, BOTH])
    assert history.epoch_ends == [2, 3]
    assert (history.steps, history.epochs) == (3, 2)
    # The second epoch begins with the loss over everything that the first one left.
    assert history.train_losses[0] == history.losses[2]
    loss = MeanSquaredError().forward(predict(used.layers, X), Y)
    assert history.train_losses[1] == loss


def test_a_running_loss_counts_each_example_of_the_epoch_once():
    three, targets = np.array([[1.0], [2.0], [3.0]]), np.array([[4.0], [8.0], [9.0]])
    history = trainer(0.01, epoch_loss="running").run(
        three, targets, [[np.array([0, 1]), np.array([2])]] * 2
    )
    expected = [(2 * first + last) / 3 for first, last in pairs(history.losses)]
    np.testing.assert_allclose(history.train_losses, expected)


def pairs(values):
    return list(zip(values[::2], values[1::2], strict=True))


def test_validation_data_is_measured_and_not_learned_from():
    other = np.array([[3.0]]), np.array([[-1.0]])
    with_it, without = trainer(), trainer()
    history = with_it.run(X, Y, [BOTH] * 4, other)
    assert without.run(X, Y, [BOTH] * 4).validation_losses == []
    assert parameters(with_it) == parameters(without)
    weight, bias = parameters(with_it)
    assert len(history.validation_losses) == 4
    assert history.validation_losses[-1] == pytest.approx((3 * weight + bias + 1) ** 2)


def test_no_epochs_change_nothing():
    used = trainer()
    history = used.run(X, Y, [])
    assert (history.steps, history.epochs, history.stopped_by) == (0, 0, "epochs")
    assert parameters(used) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("per", "expected"),
    [("epoch", [0.5, 0.5, 0.25, 0.25]), ("step", [0.5, 0.25, 0.125, 0.0625])],
)
def test_a_schedule_counts_epochs_or_steps(per, expected):
    used = trainer(schedule=StepDecay(0.5, 0.5, 1), schedule_per=per)
    assert used.run(X, Y, [ONE_EACH] * 2).learning_rates == expected


def test_the_rate_of_the_schedule_is_the_one_used():
    used = trainer(schedule=StepDecay(0.125, 0.5, 1))
    used.run(X, Y, [BOTH])
    assert parameters(used) == by_hand([BOTH[0]], 0.125)[2]
    again = trainer(lr=7.0, schedule=StepDecay(0.125, 0.5, 1))
    again.run(X, Y, [BOTH])
    assert parameters(again) == parameters(used)


def test_the_rate_falls_when_the_validation_loss_stagnates():
    plateau = ReduceOnPlateau(0.0625, factor=0.5, patience=0)
    used = trainer(0.0625, plateau=plateau)
    # The better the fit, the worse the loss on targets of the other sign.
    history = used.run(X, Y, [BOTH] * 3, (X, -Y))
    assert history.validation_losses == sorted(history.validation_losses)
    assert history.learning_rates == [0.0625, 0.0625, 0.03125]


def test_a_penalty_changes_the_steps_and_is_noted_beside_the_loss():
    used = trainer(regularizer=L2Penalty(0.5))
    history = used.run(X, Y, [ONE_EACH] * 3)
    losses, norms, end = by_hand(ONE_EACH * 3, 0.125, penalty=0.5)
    np.testing.assert_allclose(history.losses, losses)
    np.testing.assert_allclose(history.gradient_norms, norms)
    np.testing.assert_allclose(parameters(used), end)
    assert history.penalties[0] == 0.0
    first_weight = by_hand(ONE_EACH[:1], 0.125)[2][0]
    assert history.penalties[1] == pytest.approx(0.5 * first_weight**2)


def test_a_penalty_reaches_the_weights_of_nested_layers():
    ends = []
    for nested in (False, True):
        rng = np.random.default_rng(3)
        layers = [Linear(1, 4, rng), ReLU(), Linear(4, 1, rng)]
        used = Trainer(
            layers=[Sequential(layers)] if nested else layers,
            loss=MeanSquaredError(),
            optimizer=SGD(layers, 0.01),
            regularizer=L2Penalty(0.5, subset=[2]),
        )
        squares = np.sum(layers[2].params["weight"] ** 2)
        ends.append(used.run(X, Y, [BOTH] * 3).penalties)
        assert ends[-1][0] == pytest.approx(0.5 * squares)
    assert ends[0] == ends[1]


def test_gradients_are_clipped_after_the_penalty_was_added():
    used = trainer(regularizer=L2Penalty(0.5), clip=partial(clip_by_norm, limit=1.0))
    history = used.run(X, Y, [ONE_EACH] * 3)
    _, norms, end = by_hand(ONE_EACH * 3, 0.125, penalty=0.5, most=1.0)
    np.testing.assert_allclose(parameters(used), end)
    # The history holds the norms before clipping.
    np.testing.assert_allclose(history.gradient_norms, norms)
    assert min(norms) > 1.0


class Seeing(ReLU):
    """A layer with a mode that notes what it is shown."""

    def __init__(self):
        super().__init__()
        self.mode = "unset"
        self.seen = []

    def forward(self, x):
        self.seen.append((self.mode, x.copy()))
        return super().forward(x)


def seeing(**hooks):
    layer, linear = Seeing(), Linear(1, 1)
    optimizer = SGD([linear], 0.1)
    used = Trainer(
        layers=[layer, linear], loss=MeanSquaredError(), optimizer=optimizer, **hooks
    )
    return used, layer


def test_steps_are_taken_in_training_and_losses_measured_in_evaluation():
    used, layer = seeing()
    used.run(X, Y, [ONE_EACH] * 2, (X, Y))
    expected = ["training", "training", "evaluation", "evaluation"]
    assert [mode for mode, _ in layer.seen] == expected * 2
    assert layer.mode == "evaluation"


def test_only_inputs_of_steps_are_augmented():
    used, layer = seeing(augment=Noise(0.5), rng=np.random.default_rng(5))
    used.run(X, Y, [BOTH] * 2, (X, Y))
    steps = [x for mode, x in layer.seen if mode == "training"]
    measured = [x for mode, x in layer.seen if mode == "evaluation"]
    rng = np.random.default_rng(5)
    for shown in steps:
        np.testing.assert_array_equal(shown, Noise(0.5)(rng, X))
    for shown in measured:
        np.testing.assert_array_equal(shown, X)


def test_the_best_epoch_is_restored_when_the_validation_loss_rises():
    used = trainer(0.01, stopping=EarlyStopping(patience=2))
    # Validation targets lie between the start and the fit, so the loss falls first.
    history = used.run(X, Y, repeat(BOTH), (X, Y / 2))
    assert history.stopped_by == "early stopping"
    best = int(np.argmin(history.validation_losses))
    assert history.epochs == best + 3
    again = trainer(0.01)
    again.run(X, Y, [BOTH] * (best + 1))
    assert parameters(used) == parameters(again)


def test_the_best_epoch_is_restored_when_the_epochs_run_out():
    used = trainer(0.01, stopping=EarlyStopping(patience=100))
    history = used.run(X, Y, [BOTH] * 40, (X, Y / 2))
    assert history.stopped_by == "epochs"
    best = int(np.argmin(history.validation_losses))
    assert best < 39
    again = trainer(0.01)
    again.run(X, Y, [BOTH] * (best + 1))
    assert parameters(used) == parameters(again)


def test_running_statistics_inside_a_network_are_restored_with_the_weights():
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(8, 3)), rng.normal(size=(8, 1))
    network = Sequential([Linear(3, 4, rng), BatchNorm(4), Linear(4, 1, rng)])
    used = Trainer(
        layers=[network],
        loss=MeanSquaredError(),
        optimizer=SGD([network], 0.1),
        stopping=EarlyStopping(patience=3),
    )
    history = used.run(x, y, repeat([np.arange(8)], 60), (x, -y))
    found = MeanSquaredError().forward(network.forward(x), -y)
    assert found == min(history.validation_losses)
    assert found < history.validation_losses[-1]


def test_the_greatest_number_of_epochs_bounds_an_endless_iterator():
    used = trainer(termination=Termination(max_epochs=3))
    history = used.run(X, Y, repeat(BOTH))
    assert (history.epochs, history.stopped_by) == (3, "epochs")


def test_a_small_loss_ends_the_run_after_its_epoch():
    used = trainer(termination=Termination(loss_below=0.5))
    history = used.run(X, Y, repeat(ONE_EACH))
    assert history.stopped_by == "termination"
    assert history.train_losses[-1] < 0.5
    assert min(history.train_losses[:-1]) >= 0.5
    assert history.steps == 2 * history.epochs


def test_a_small_gradient_ends_the_run_within_an_epoch_if_steps_are_watched():
    criterion = Termination(gradient_norm_below=6.0, every="step")
    history = trainer(termination=criterion).run(X, Y, repeat(ONE_EACH))
    assert history.stopped_by == "termination"
    assert history.gradient_norms[-1] < 6.0
    assert min(history.gradient_norms[:-1]) >= 6.0
    assert history.steps % 2 == 1
    assert history.epoch_ends[-1] == history.steps


def test_an_epoch_that_is_cut_short_has_a_running_loss_over_its_steps():
    criterion = Termination(gradient_norm_below=6.0, every="step")
    used = trainer(termination=criterion, epoch_loss="running")
    history = used.run(X, Y, repeat(ONE_EACH))
    assert history.train_losses[-1] == history.losses[-1]


def test_all_criteria_together_end_a_run_later_than_any_of_them():
    epochs = {}
    for combine in ("any", "all"):
        both = Termination(500, 0.5, 1e-3, combine)
        epochs[combine] = trainer(termination=both).run(X, Y, repeat(BOTH)).epochs
    assert epochs["any"] < epochs["all"] < 500


def test_the_norm_is_over_all_gradients_of_nested_layers():
    inner, outer = Linear(1, 2), Linear(2, 1)
    inner.grads = {"weight": np.array([[1.0, 2.0]]), "bias": np.array([2.0, 4.0])}
    outer.grads = {"weight": np.array([[4.0], [6.0]]), "bias": np.array([2.0])}
    total = math.sqrt(1 + 4 + 4 + 16 + 16 + 36 + 4)
    assert gradient_norm([Sequential([inner, outer])]) == pytest.approx(total)
    assert gradient_norm([ReLU()]) == 0.0


def test_settings_that_lack_their_other_half_are_refused():
    with pytest.raises(
        ValueError, match="Trainer: augment must come with rng, got None"
    ):
        trainer(augment=Noise(0.5))
    with pytest.raises(ValueError, match="schedule or plateau must be None, got both"):
        trainer(schedule=StepDecay(0.5, 0.5, 1), plateau=ReduceOnPlateau(0.5))
    with pytest.raises(ValueError, match="Trainer: stopping must come with validation"):
        trainer(stopping=EarlyStopping(1)).run(X, Y, [BOTH])
    with pytest.raises(ValueError, match="Trainer: plateau must come with validation"):
        trainer(plateau=ReduceOnPlateau(0.5)).run(X, Y, [BOTH])


def test_an_epoch_without_minibatches_is_refused():
    with pytest.raises(ValueError, match="an epoch must have a minibatch, got none"):
        trainer().run(X, Y, [[]])


def test_another_number_of_targets_is_refused():
    with pytest.raises(ShapeError, match=r"targets must be \(2, 1\), got \(1, 1\)"):
        trainer().run(X, Y[:1], [BOTH])


def test_choices_that_are_not_known_are_refused():
    with pytest.raises(
        ConventionError, match="schedule_per must be one of epoch, step"
    ):
        trainer(schedule_per="hour")
    with pytest.raises(
        ConventionError, match="epoch_loss must be one of evaluated, ru"
    ):
        trainer(epoch_loss="best")
