"""McGill COMP 451, lecture 22, item by item.

An instructor of this lecture can say "this is my formula" in ``assignment.toml`` and
gets exactly this.
"""

import math

import numpy as np
import pytest

from reference.autodiff.counts import count_operations
from reference.autodiff.examples import EXAMPLES
from reference.autodiff.forward import tangent
from reference.autodiff.graph import Node, topological
from reference.autodiff.paths import count_paths, sum_over_paths
from reference.autodiff.reverse import gradient
from reference.datasets.quadratic_bowl import quadratic_bowl
from reference.layers.linear import Linear
from reference.layers.relu import ReLU
from reference.layers.softmax import Softmax
from reference.layers.softplus import Softplus
from reference.layers.tanh import Tanh
from reference.losses.mean_squared_error import MeanSquaredError
from reference.networks.sequential import Sequential
from reference.operations import create
from reference.optimizers.sgd import SGD
from reference.regularizers.l2_penalty import L2Penalty
from reference.training import minibatches
from reference.training.early_stopping import EarlyStopping
from reference.training.loop import backpropagate
from reference.training.restarts import random_restarts
from reference.training.trainer import Trainer, add_penalty
from tests.reference.lectures.agreement import (
    ask,
    assert_agrees,
    assert_each_entry,
    assert_path,
    told,
)


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def test_sigmoid_is_one_over_one_plus_e_to_the_minus_z():
    assert_each_entry("sigmoid", sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z)))


def test_sigmoid_is_flat_outside_of_minus_four_to_four():
    outside = [[-9.0, -6.0, -4.0, 4.0, 6.0, 9.0]]
    answer = ask("sigmoid", {"x": outside, "grad_out": [[-1.0, 1.0] * 3]})
    assert np.max(np.abs(answer["grad_x"])) < 0.02
    middle = ask("sigmoid", {"x": [[0.0]], "grad_out": [[-1.0]]})
    assert middle["grad_x"].tolist() == [[-0.25]]


def test_tanh_has_the_derivative_one_minus_its_square():
    assert_each_entry("tanh", math.tanh, lambda z: 1 - math.tanh(z) ** 2)


def test_relu_is_the_larger_one_of_z_and_zero():
    assert_each_entry("relu", lambda z: max(z, 0.0), lambda z: 1.0 if z > 0 else 0.0)


def test_softplus_is_the_logarithm_of_one_plus_e_to_the_z():
    assert_each_entry("softplus", lambda z: math.log(1 + math.exp(z)), sigmoid)


def affine(weight, bias, h):
    """Return W h + b; W has a row for each unit."""
    return [
        sum(w * x for w, x in zip(row, h, strict=True)) + b
        for row, b in zip(weight, bias, strict=True)
    ]


def test_a_feed_forward_net_with_any_activations_is_phi_of_w_h_plus_b():
    rng = np.random.default_rng(1)
    layers = [Linear(3, 5), ReLU(), Linear(5, 4), Softplus(), Linear(4, 3), Softmax()]
    weights, biases = [], []
    for layer in layers[::2]:
        features, units = layer.params["weight"].shape
        weights.append(rng.normal(size=(units, features)).tolist())
        biases.append(rng.normal(size=units).tolist())
        layer.params = {
            "weight": np.array(weights[-1]).T,
            "bias": np.array(biases[-1]),
        }
    x = rng.normal(size=(4, 3))
    printed = []
    for h0 in x.tolist():
        h1 = [max(z, 0.0) for z in affine(weights[0], biases[0], h0)]
        h2 = [math.log(1 + math.exp(z)) for z in affine(weights[1], biases[1], h1)]
        powers = [math.exp(z) for z in affine(weights[2], biases[2], h2)]
        printed.append([power / sum(powers) for power in powers])
    assert_agrees(Sequential(layers).forward(x), printed)


def test_a_whole_net_with_an_output_activation_of_its_own_is_one_operation():
    for given, answer in told("folded_mlp", activation="sigmoid", output="identity"):
        printed = []
        (hidden, hidden_bias), (last, last_bias) = (
            ([row[1:] for row in weight], [row[0] for row in weight])
            for weight in (given.weight_0, given.weight_1)
        )
        for x in given.x:
            h = [sigmoid(z) for z in affine(hidden, hidden_bias, x)]
            printed.append(affine(last, last_bias, h))
        assert_agrees(answer["out"], printed)


def squares(weight):
    return sum(w**2 for row in weight for w in row)


def doubled(strength, weight):
    return [[2 * strength * w for w in row] for row in weight]


def test_l2_is_lambda_times_the_squares_of_all_weights_and_of_no_bias():
    for given, answer in told("l2_penalty", strength=0.375, factor="one"):
        total = 0.375 * (squares(given.weight_0) + squares(given.weight_1))
        assert_agrees(answer["loss"], total)
        assert_agrees(answer["grad_weight_0"], doubled(0.375, given.weight_0))
        assert_agrees(answer["grad_weight_1"], doubled(0.375, given.weight_1))
        assert answer.keys() == {"loss", "grad_weight_0", "grad_weight_1"}


def test_l2_may_leave_out_layers():
    for given, answer in told("l2_penalty", strength=0.375, subset=[1]):
        assert_agrees(answer["loss"], 0.375 * squares(given.weight_1))
        assert_agrees(answer["grad_weight_1"], doubled(0.375, given.weight_1))
        assert answer.keys() == {"loss", "grad_weight_1"}


def test_the_regularised_objective_is_j_plus_the_penalty():
    w1, b1, w2, b2, x, t, strength = 0.75, -0.5, 1.25, 0.25, 2.0, -1.0, 0.375
    first, second = Linear(1, 1), Linear(1, 1)
    first.params = {"weight": np.array([[w1]]), "bias": np.array([b1])}
    second.params = {"weight": np.array([[w2]]), "bias": np.array([b2])}
    layers, loss = [first, Tanh(), second], MeanSquaredError("sum")
    value = backpropagate(layers, loss, np.array([[x]]), np.array([[t]]))
    value += add_penalty(L2Penalty(strength), layers)
    h = math.tanh(w1 * x + b1)
    error = w2 * h + b2 - t
    assert_agrees(value, error**2 + strength * (w1**2 + w2**2))
    by_w1 = 2 * error * w2 * (1 - h**2) * x + 2 * strength * w1
    assert_agrees(first.grads["weight"], [[by_w1]])
    assert_agrees(first.grads["bias"], [2 * error * w2 * (1 - h**2)])
    assert_agrees(second.grads["weight"], [[2 * error * h + 2 * strength * w2]])
    assert_agrees(second.grads["bias"], [2 * error])


def test_momentum_adds_a_share_of_the_last_displacement_to_each():
    alpha, beta = 0.1, 0.8

    def walk(w, gradients):
        displacement, path = 0.0, []
        for slope in gradients:
            displacement = alpha * slope + beta * displacement
            w = w - displacement
            path.append(w)
        return path

    assert_path("momentum", walk, form="displacement", lr=alpha, momentum=beta)


def test_the_graph_of_a_plus_b_times_b_plus_one():
    for given, answer in told("computation_graph", example="sum_times_increment"):
        c, d = given.a + given.b, given.b + 1
        assert_agrees(answer["out"], c * d)
        assert_agrees(answer["grad_a"], given.grad_out * d)
        assert_agrees(answer["grad_b"], given.grad_out * (d + c))


def test_at_two_and_one_its_derivatives_are_two_and_five():
    answer = ask("computation_graph", {"a": 2.0, "b": 1.0, "grad_out": 1.0})
    assert [answer[key].item() for key in ("out", "grad_a", "grad_b")] == [6, 2, 5]


def test_the_chain_rule_is_a_sum_over_paths():
    a, b = Node(2.0), Node(1.0)
    e = EXAMPLES["sum_times_increment"](a, b)
    through_c, through_d = 2.0 * 1.0, 3.0 * 1.0
    assert count_paths(e, b) == 2
    assert sum_over_paths(e, b).value == through_c + through_d
    assert gradient(e, [b])[0].value == through_c + through_d


FIRST, SECOND = (2.0, 3.0, 5.0), (7.0, 11.0, 13.0)


def nine_paths():
    """Return a source and a sink with three edges to a node and three on from it."""
    source = Node(1.0)
    middle = sum(factor * source for factor in FIRST)
    return source, sum(factor * middle for factor in SECOND)


def test_nine_paths_are_factored_into_two_sums_of_three():
    source, sink = nine_paths()
    products = [first * second for first in FIRST for second in SECOND]
    assert count_paths(sink, source) == len(products) == 9
    assert sum_over_paths(sink, source).value == sum(products)
    assert gradient(sink, [source])[0].value == sum(products)
    assert tangent(sink, [source], [1.0]).value == sum(products)


def test_the_factored_sum_can_be_asked_for():
    for given, answer in told("computation_graph", example="path_factoring"):
        first, second = (given.a, given.b, given.g), (given.d, given.e, given.z)
        total = 0.0
        for one in first:
            for other in second:
                total += one * other
        assert_agrees(answer["out"], total)
        for name in ("a", "b", "g"):
            assert_agrees(answer[f"grad_{name}"], given.grad_out * sum(second))
        for name in ("d", "e", "z"):
            assert_agrees(answer[f"grad_{name}"], given.grad_out * sum(first))


def graphs():
    """Yield inputs and output of every graph of the lectures."""
    for name, function in EXAMPLES.items():
        count = function.__code__.co_argcount
        inputs = [Node(0.5 + 0.25 * place) for place in range(count)]
        yield pytest.param(inputs, function(*inputs), id=name)
    source, sink = nine_paths()
    yield pytest.param([source], sink, id="nine_paths")


def edges_of(output):
    """Return every edge of a graph, found by walking all over it."""
    seen, waiting, edges = set(), [output], []
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            edges.extend(node.edges)
            waiting.extend(edge.parent for edge in node.edges)
    return edges


@pytest.mark.parametrize(("inputs", "output"), list(graphs()))
def test_forward_and_reverse_mode_touch_each_edge_once(inputs, output):
    with count_operations() as counts:
        gradient(output, inputs)
        tangent(output, inputs, [1.0] * len(inputs))
    edges = sorted(map(id, edges_of(output)))
    assert sorted(map(id, counts.pulled)) == edges
    assert sorted(map(id, counts.pushed)) == edges


def test_forward_mode_sums_what_comes_in_and_reverse_mode_what_goes_out():
    a, b = Node(2.0), Node(1.0)
    e = EXAMPLES["sum_times_increment"](a, b)
    (_, _, c, d, _) = topological(e)
    # One source, b: the tangents of c and d come in at e.
    assert [tangent(node, [b], [1.0]).value.item() for node in (c, d, e)] == [1, 1, 5]
    # One sink, e: what goes out of b leads to c and to d.
    assert [found.value.item() for found in gradient(e, [c, d, b])] == [2, 3, 5]


@pytest.mark.parametrize("name", ["adam", "rmsprop", "adagrad"])
def test_rates_are_scaled_by_the_history_of_each_parameter(name):
    # Gradients a thousand times as large in one parameter: the same path.
    operation = create(name, eps_place="none")
    arrays = operation.draw(np.random.default_rng(2))
    large = {key: array.copy() for key, array in arrays.items()}
    large["grad_weight"][:, 1, 2] *= 2.0**10
    one, other = operation.answer(arrays), operation.answer(large)
    np.testing.assert_array_equal(one["weight"], other["weight"])


def test_random_restarts_keep_the_best_of_several_starts():
    def attempt(rng):
        x = rng.uniform(-2.0, 2.0)
        for _ in range(200):
            x -= 0.05 * (4 * x**3 - 4 * x + 0.5)
        return x, x**4 - 2 * x**2 + 0.5 * x

    best = random_restarts(np.random.default_rng(3), 8, attempt)
    assert min(best.errors) < -1 < max(best.errors)
    lowest = 0
    for number, error in enumerate(best.errors):
        if error < best.errors[lowest]:
            lowest = number
    assert best.chosen == lowest


def test_minibatches_show_each_example_once_in_an_epoch():
    batches = minibatches(np.random.default_rng(4), 11, 4, epochs=3)
    assert [len(batch) for batch in batches] == [4, 4, 3] * 3
    for epoch in range(3):
        shown = [int(i) for batch in batches[3 * epoch : 3 * epoch + 3] for i in batch]
        assert sorted(shown) == list(range(11))
        assert shown != list(range(11))


def test_early_stopping_waits_for_a_lower_validation_loss_and_goes_back_to_it():
    for given, answer in told("early_stopping", patience=3, min_improvement=0.0):
        lowest, stopped = None, len(given.losses)
        for epoch, loss in enumerate(given.losses):
            if lowest is None or loss < given.losses[lowest]:
                lowest = epoch
            elif epoch - lowest == 3:
                stopped = epoch
                break
        assert answer["best_epoch"] == lowest
        assert answer["stopped_at"] == stopped


def overtrained(**hooks):
    """Fit ten noisy examples of twenty features; return the layer and the history."""
    rng = np.random.default_rng(5)
    x, true = rng.normal(size=(40, 20)), rng.normal(size=(20, 1))
    y = x @ true + 3.0 * rng.normal(size=(40, 1))
    layer = Linear(20, 1)
    optimizer = SGD([layer], 0.02)
    trainer = Trainer(
        layers=[layer], loss=MeanSquaredError(), optimizer=optimizer, **hooks
    )
    held_out = (x[10:], y[10:])
    return layer, trainer.run(x[:10], y[:10], [[np.arange(10)]] * 400, held_out)


def test_overtraining_lowers_the_training_loss_and_raises_the_validation_loss():
    _, history = overtrained()
    lowest = int(np.argmin(history.validation_losses))
    assert 0 < lowest < 200
    assert history.validation_losses[-1] > 1.1 * history.validation_losses[lowest]
    assert history.train_losses[-1] < history.train_losses[lowest]


def test_early_stopping_ends_overtraining_with_the_best_weights():
    _, free = overtrained()
    lowest = int(np.argmin(free.validation_losses))
    layer, stopped = overtrained(stopping=EarlyStopping(patience=5))
    assert stopped.epochs == lowest + 6
    assert min(stopped.validation_losses) == free.validation_losses[lowest]
    assert layer.params["weight"].any()


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_a_saturated_unit_does_not_learn(name):
    for z in (-20.0, 20.0):
        answer = ask(name, {"x": [[z]], "grad_out": [[-1.0]]})
        assert abs(answer["grad_x"].item()) < 1e-8


@pytest.mark.parametrize(("share", "converges"), [(0.9, True), (1.1, False)])
def test_a_rate_beyond_two_over_the_curvature_diverges(share, converges):
    bowl = quadratic_bowl(np.random.default_rng(6), size=3)
    layer = Linear(3, 1)
    optimizer = SGD([layer], lr=share * 2 / float(bowl.eigenvalues[-1]))
    for _ in range(300):
        at = layer.params["weight"][:, 0]
        layer.grads = {
            "weight": bowl.gradient(at)[:, None],
            "bias": np.zeros(1),
        }
        optimizer.step()
    distance = np.max(np.abs(layer.params["weight"][:, 0] - bowl.minimum))
    assert distance < 1e-9 if converges else distance > 1e9
