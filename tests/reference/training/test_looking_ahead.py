"""The training loop with an optimizer that takes its gradients elsewhere."""

import numpy as np

from reference.layers.linear import Linear
from reference.losses.mean_squared_error import MeanSquaredError
from reference.optimizers.nesterov import Nesterov
from reference.regularizers.l2_penalty import L2Penalty
from reference.training import predict
from reference.training.trainer import Trainer

X, Y = np.array([[1.0], [2.0]]), np.array([[4.0], [8.0]])
BOTH = [np.arange(2)]
ONE_EACH = [np.array([0]), np.array([1])]


def nesterov_by_hand(batches, lr, mu, penalty=0.0):
    """Train ``y = w x + b`` with every gradient taken at ``(w, b) + mu * (v, u)``.

    Returns the losses and penalties there, and the parameters at the end.
    """
    w = b = v = u = 0.0
    losses, penalties = [], []
    for batch in batches:
        ahead, shifted = w + mu * v, b + mu * u
        loss, slope, shift = 0.0, 2 * penalty * ahead, 0.0
        for i in batch:
            x, y = X[i, 0], Y[i, 0]
            error = ahead * x + shifted - y
            loss += error**2 / len(batch)
            slope += 2 * error * x / len(batch)
            shift += 2 * error / len(batch)
        losses.append(loss)
        penalties.append(penalty * ahead**2)
        v, u = mu * v - lr * slope, mu * u - lr * shift
        w, b = w + v, b + u
    return losses, penalties, (w, b)


def with_nesterov(form, **hooks):
    layer = Linear(1, 1)
    return Trainer(
        layers=[layer],
        loss=MeanSquaredError(),
        optimizer=Nesterov([layer], lr=0.03125, momentum=0.75, form=form),
        **hooks,
    )


def parameters(used):
    (layer,) = used.layers
    return layer.params["weight"].item(), layer.params["bias"].item()


def test_an_optimizer_that_looks_ahead_gets_its_gradients_from_there():
    used = with_nesterov("lookahead")
    history = used.run(X, Y, [ONE_EACH, BOTH] * 4)
    batches = [*ONE_EACH, BOTH[0]] * 4
    losses, _, end = nesterov_by_hand(batches, 0.03125, 0.75)
    np.testing.assert_allclose(history.losses, losses, rtol=1e-12)
    np.testing.assert_allclose(parameters(used), end, rtol=1e-12)
    # Between the epochs the parameters are back where the velocity has led.
    after = MeanSquaredError().forward(predict(used.layers, X), Y)
    assert history.train_losses[-1] == after


def test_a_penalty_is_taken_where_the_gradient_is():
    used = with_nesterov("lookahead", regularizer=L2Penalty(0.5))
    history = used.run(X, Y, [ONE_EACH] * 4)
    losses, penalties, end = nesterov_by_hand(ONE_EACH * 4, 0.03125, 0.75, 0.5)
    np.testing.assert_allclose(history.losses, losses, rtol=1e-12)
    np.testing.assert_allclose(history.penalties, penalties, rtol=1e-12)
    np.testing.assert_allclose(parameters(used), end, rtol=1e-12)


def test_both_forms_of_nesterov_see_the_same_losses():
    runs = [
        with_nesterov(form).run(X, Y, [ONE_EACH] * 6).losses
        for form in ("lookahead", "rewritten")
    ]
    np.testing.assert_allclose(*runs, rtol=1e-12)
