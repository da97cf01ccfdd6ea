import numpy as np
import pytest

from reference.errors import ConventionError, ShapeError
from reference.losses.mean_squared_error import MeanSquaredError
from tests.reference.numerical import UNIT

# The squares of the differences add up to 1 + 4 + 9 + 1 + 0 + 1 = 16; N = 2, K = 3.
PREDICTIONS = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
TARGETS = np.array([[0.0, 4.0, 0.0], [5.0, 5.0, 7.0]])
DIFFERENCE = np.array([[1.0, -2.0, 3.0], [-1.0, 0.0, -1.0]])
EXPECTED = {
    "mean": 16 / 6,
    "half_mean": 16 / 12,
    "example_mean": 16 / 2,
    "half_example_mean": 16 / 4,
    "sum": 16.0,
    "half_sum": 8.0,
}


def test_every_scaling_has_an_expected_value():
    assert set(MeanSquaredError.scalings) == set(EXPECTED)


@pytest.mark.parametrize("scaling", EXPECTED)
def test_each_scaling_is_the_formula_of_its_lecture(scaling):
    loss = MeanSquaredError(scaling)
    value = loss.forward(PREDICTIONS, TARGETS)
    # The sum is exact, then a factor and a product are rounded; here one quotient.
    assert abs(value - EXPECTED[scaling]) <= 3 * UNIT * EXPECTED[scaling]
    gradient = DIFFERENCE * (2 * EXPECTED[scaling] / 16)
    bound = 4 * UNIT * np.abs(gradient)
    assert np.all(np.abs(loss.backward() - gradient) <= bound)


def test_the_default_averages_over_all_entries_without_a_half():
    assert MeanSquaredError().scaling == "mean"


def test_one_number_per_example_is_accepted():
    loss = MeanSquaredError("example_mean")
    assert loss.forward(np.array([1.0, 2.0]), np.array([0.0, 4.0])) == 2.5
    np.testing.assert_array_equal(loss.backward(), [1.0, -2.0])


def test_targets_that_would_broadcast_are_refused():
    with pytest.raises(ShapeError, match=r"targets must be \(2, 3\), got \(2, 1\)"):
        MeanSquaredError().forward(PREDICTIONS, TARGETS[:, :1])


def test_a_single_number_is_refused():
    with pytest.raises(ShapeError, match=r"predictions must be \(N, \.\.\.\)"):
        MeanSquaredError().forward(np.array(1.0), np.array(2.0))


def test_an_unknown_scaling_is_refused_with_the_known_ones():
    with pytest.raises(ConventionError, match=r"one of mean, half_mean, .*'average'"):
        MeanSquaredError("average")


class TestAsPrinted:
    """The sums of the lectures and courses, in scalar loops over the indices."""

    @pytest.fixture
    def batch(self):
        return np.random.default_rng(14).normal(size=(2, 7, 5))

    @staticmethod
    def error(scaling, batch, value, gradient):
        """Return the largest error of both, as a multiple of what rounding explains."""
        loss = MeanSquaredError(scaling)
        # Both add up 35 squares, in another order, and multiply by a factor.
        of_value = abs(loss.forward(*batch) - value) / (2 * 40 * UNIT * value)
        of_gradient = np.abs(loss.backward() - gradient) / (8 * UNIT * np.abs(gradient))
        return max(of_value, of_gradient.max())

    def test_the_batch_objective_of_10_301_is_a_sum_without_a_half(self, batch):
        # CMU 10-301/601, lecture 14: e = (o - y)^2, summed over the N examples, and
        # de/do = 2 (o - y).
        outputs, targets = batch
        total, gradient = 0.0, np.zeros((7, 5))
        for n in range(7):
            for k in range(5):
                total += (outputs[n, k] - targets[n, k]) ** 2
                gradient[n, k] = 2 * (outputs[n, k] - targets[n, k])
        assert self.error("sum", batch, total, gradient) <= 1

    def test_the_minibatch_algorithms_of_10_301_average_over_examples(self, batch):
        outputs, targets = batch
        total, gradient = 0.0, np.zeros((7, 5))
        for n in range(7):
            error = 0.0
            for k in range(5):
                error += (outputs[n, k] - targets[n, k]) ** 2
                gradient[n, k] = 1 / 7 * 2 * (outputs[n, k] - targets[n, k])
            total += 1 / 7 * error
        assert self.error("example_mean", batch, total, gradient) <= 1

    def test_one_example_of_csc_311_is_half_a_squared_norm(self, batch):
        # Toronto CSC 311, lecture 6: L = 1/2 ||t - y||^2, y_bar = y - t.
        outputs, targets = batch[:, :1]
        norm, gradient = 0.0, np.zeros((1, 5))
        for k in range(5):
            norm += (targets[0, k] - outputs[0, k]) ** 2
            gradient[0, k] = outputs[0, k] - targets[0, k]
        assert self.error("half_sum", (outputs, targets), 0.5 * norm, gradient) <= 1

    def test_the_cost_of_csc_311_is_the_average_of_its_losses(self, batch):
        outputs, targets = batch
        cost, gradient = 0.0, np.zeros((7, 5))
        for n in range(7):
            for k in range(5):
                cost += 0.5 * (outputs[n, k] - targets[n, k]) ** 2 / 7
                gradient[n, k] = (outputs[n, k] - targets[n, k]) / 7
        assert self.error("half_example_mean", batch, cost, gradient) <= 1

    def test_the_cost_of_cs_510_is_one_over_two_n(self, batch):
        # Colorado State CS 510, lecture 12: C = 1/(2n) sum_x ||y(x) - a(x)||^2; for a
        # single sample dC/da = a - y.
        activations, desired = batch
        total, gradient = 0.0, np.zeros((7, 5))
        for x in range(7):
            for j in range(5):
                total += (desired[x, j] - activations[x, j]) ** 2
                gradient[x, j] = (activations[x, j] - desired[x, j]) / 7
        assert self.error("half_example_mean", batch, total / (2 * 7), gradient) <= 1
        loss = MeanSquaredError("half_example_mean")
        loss.forward(activations[:1], desired[:1])
        np.testing.assert_array_equal(loss.backward(), activations[:1] - desired[:1])

    def test_both_editions_of_11_785_divide_by_all_entries(self, batch):
        # CMU 11-785, homework 1: SSE / (N C), and SSE / (2 N C) in the older edition.
        outputs, targets = batch
        sse, gradient = 0.0, np.zeros((7, 5))
        for n in range(7):
            for c in range(5):
                sse += (outputs[n, c] - targets[n, c]) * (outputs[n, c] - targets[n, c])
                gradient[n, c] = 2 * (outputs[n, c] - targets[n, c]) / (7 * 5)
        assert self.error("mean", batch, sse / (7 * 5), gradient) <= 1
        assert self.error("half_mean", batch, sse / (2 * 7 * 5), gradient / 2) <= 1
