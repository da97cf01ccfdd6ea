import numpy as np
import pytest

from reference.errors import (
    CallOrderError,
    ConventionError,
    DtypeError,
    LabelError,
    NonFiniteError,
)
from reference.layers.linear import Linear
from reference.layers.relu import ReLU
from reference.operations import create
from reference.regularizers.l1_penalty import L1Penalty
from reference.regularizers.l2_penalty import L2Penalty
from tests.reference.numerical import UNIT

PENALTIES = [L1Penalty, L2Penalty]
SIZE = {L1Penalty: abs, L2Penalty: lambda w: w * w}
SLOPE = {L1Penalty: np.sign, L2Penalty: lambda w: 2 * w}

every_penalty = pytest.mark.parametrize("penalty", PENALTIES)


@pytest.fixture
def layers():
    rng = np.random.default_rng(16)
    network = [Linear(5, 4), ReLU(), Linear(4, 3)]
    for layer in network:
        layer.params = {
            name: rng.normal(size=array.shape) for name, array in layer.params.items()
        }
    return network


def naive(penalty, layers, factor, *, biases=True, subset=(0, 1, 2)):
    """Add up the entries one by one; return the gradients by layer and name."""
    total = 0.0
    gradients = [{} for _ in layers]
    for index, layer in enumerate(layers):
        for name, array in layer.params.items():
            if index not in subset or (name == "bias" and not biases):
                continue
            gradients[index][name] = np.zeros_like(array)
            for place in np.ndindex(array.shape):
                total += factor * SIZE[penalty](float(array[place]))
                gradients[index][name][place] = factor * SLOPE[penalty](array[place])
    return total, gradients


def assert_agrees(made, layers, expected):
    total, gradients = expected
    # Sums of at most 39 numbers in another order, with a product or two.
    assert abs(made.forward(layers) - total) <= 2 * 45 * UNIT * total
    found = made.backward()
    assert [one.keys() for one in found] == [one.keys() for one in gradients]
    for one, other in zip(found, gradients, strict=True):
        for name, array in one.items():
            error = np.abs(array - other[name])
            assert np.all(error <= 4 * UNIT * np.abs(other[name]))


def test_comp_451_adds_lambda_times_the_squared_norms_of_the_weights(layers):
    # J + lambda (sum over layers ||W||_F^2): no 1/2, no 1/N, no biases.
    expected = naive(L2Penalty, layers, 0.3, biases=False)
    assert_agrees(L2Penalty(0.3), layers, expected)


def test_comp_451_may_penalise_certain_layers_only(layers):
    expected = naive(L2Penalty, layers, 0.3, biases=False, subset=(2,))
    assert_agrees(L2Penalty(0.3, subset=[2]), layers, expected)


def test_10_301_penalises_the_bias_column_as_well(layers):
    # Omega = sum of w_ij^2 with i from 0.
    expected = naive(L2Penalty, layers, 0.3, biases=True)
    assert_agrees(L2Penalty(0.3, biases="included"), layers, expected)


def test_cs231n_of_2016_has_a_half(layers):
    expected = naive(L2Penalty, layers, 0.5 * 0.3, biases=False)
    assert_agrees(L2Penalty(0.3, factor="half"), layers, expected)


def test_coursera_divides_by_twice_the_number_of_examples(layers):
    expected = naive(L2Penalty, layers, 0.3 / (2 * 7), biases=False)
    made = L2Penalty(0.3, factor="half_over_n", examples=7)
    assert_agrees(made, layers, expected)


def test_penn_leaves_the_intercepts_out_of_the_l1_penalty_too(layers):
    expected = naive(L1Penalty, layers, 0.3, biases=False)
    assert_agrees(L1Penalty(0.3), layers, expected)


@every_penalty
@pytest.mark.parametrize("factor", L2Penalty.factors)
@pytest.mark.parametrize("biases", ["excluded", "included"])
def test_conventions_combine(layers, penalty, factor, biases):
    number = {"one": 1.0, "half": 0.5, "half_over_n": 1 / 14}[factor]
    examples = 7 if factor == "half_over_n" else None
    made = penalty(0.3, factor=factor, biases=biases, subset=(0, 1), examples=examples)
    expected = naive(
        penalty, layers, 0.3 * number, biases=biases == "included", subset=(0, 1)
    )
    assert_agrees(made, layers, expected)


@every_penalty
def test_the_last_batch_may_be_shorter(layers, penalty):
    made = penalty(0.3, factor="half_over_n", examples=8)
    whole = made.forward(layers)
    made.examples = 4
    assert made.forward(layers) == 2 * whole


@every_penalty
def test_a_bias_under_a_longer_name_is_a_bias(layers, penalty):
    made, before = penalty(0.3), penalty(0.3).forward(layers)
    layers[0].params["bias_hidden"] = np.full(4, 9.0)
    assert made.forward(layers) == before
    assert list(made.backward()[0]) == ["weight"]


def test_a_weight_of_zero_has_no_gradient_under_l1(layers):
    layers[0].params["weight"][...] = 0.0
    made = L1Penalty(0.3)
    made.forward(layers)
    np.testing.assert_array_equal(made.backward()[0]["weight"], np.zeros((5, 4)))


@every_penalty
def test_a_strength_of_zero_penalises_nothing(layers, penalty):
    made = penalty(0.0)
    assert made.forward(layers) == 0.0
    assert not made.backward()[2]["weight"].any()


@every_penalty
def test_the_value_is_a_float_and_single_precision_stays(layers, penalty):
    for layer in layers:
        layer.params = {n: a.astype(np.float32) for n, a in layer.params.items()}
    made = penalty(np.float64(0.3))
    assert type(made.forward(layers)) is float
    assert {array.dtype for array in made.backward()[0].values()} == {
        np.dtype(np.float32)
    }


@every_penalty
def test_gradients_can_be_added_to_those_of_the_layers_and_written_into(
    layers, penalty
):
    made = penalty(0.3)
    made.forward(layers)
    kept = made.backward()[0]["weight"].copy()
    made.backward()[0]["weight"][...] = 0.0
    np.testing.assert_array_equal(made.backward()[0]["weight"], kept)


class TestRefusals:
    @every_penalty
    @pytest.mark.parametrize("strength", [-0.1, np.inf, np.nan])
    def test_a_strength_that_is_negative_is_refused(self, penalty, strength):
        sentence = f"^{penalty.__name__}: strength must be finite and not negative"
        with pytest.raises(ValueError, match=sentence):
            penalty(strength)

    @every_penalty
    def test_backward_before_forward_is_refused(self, penalty):
        sentence = f"^{penalty.__name__}: call forward before backward"
        with pytest.raises(CallOrderError, match=sentence):
            penalty(0.3).backward()

    @every_penalty
    @pytest.mark.parametrize("examples", [None, 0, 2.5, "7", True])
    def test_an_average_needs_a_number_of_examples(self, penalty, examples):
        sentence = "examples must be a number from 1 on where factor is half_over_n"
        with pytest.raises(ConventionError, match=sentence):
            penalty(0.3, factor="half_over_n", examples=examples)

    @every_penalty
    def test_examples_without_an_average_are_refused(self, penalty):
        sentence = "examples must be left out where factor is half, got 7"
        with pytest.raises(ConventionError, match=sentence):
            penalty(0.3, factor="half", examples=7)

    @every_penalty
    def test_examples_that_are_set_later_are_checked_as_well(self, layers, penalty):
        made = penalty(0.3, factor="half_over_n", examples=8)
        made.examples = 0
        with pytest.raises(ConventionError, match="examples must be a number from 1"):
            made.forward(layers)

    @every_penalty
    @pytest.mark.parametrize(
        "subset", ["some", [], [0, 0], [-1], [True], ["0"], [0.0], 1, None]
    )
    def test_a_subset_that_is_no_list_of_indices_is_refused(self, penalty, subset):
        sentence = "subset must be all or a list of different indices of layers, got"
        with pytest.raises(ConventionError, match=sentence):
            penalty(0.3, subset=subset)

    @every_penalty
    def test_an_index_that_no_layer_has_is_refused(self, layers, penalty):
        with pytest.raises(LabelError, match="subset must be indices below 3, got 3"):
            penalty(0.3, subset=[0, 3]).forward(layers)

    @every_penalty
    def test_unknown_conventions_are_refused_with_the_known_ones(self, penalty):
        with pytest.raises(ConventionError, match="one of one, half, half_over_n, got"):
            penalty(0.3, factor="two")
        with pytest.raises(ConventionError, match="one of excluded, included, got"):
            penalty(0.3, biases="some")

    @every_penalty
    def test_even_a_bias_that_is_not_penalised_must_be_finite(self, layers, penalty):
        layers[2].params["bias"][1] = np.inf
        with pytest.raises(NonFiniteError, match="bias_2 must be finite, got inf"):
            penalty(0.3).forward(layers)

    @every_penalty
    def test_integers_are_refused(self, layers, penalty):
        layers[0].params["weight"] = np.ones((5, 4), dtype=np.int64)
        with pytest.raises(DtypeError, match=r"weight_0 must be .*, got int64"):
            penalty(0.3).forward(layers)

    @pytest.mark.parametrize("name", ["l1_penalty", "l2_penalty"])
    def test_an_operation_has_two_layers_to_choose_from(self, name):
        with pytest.raises(ConventionError, match="subset must be indices below 2"):
            create(name, subset=[1, 2])

    @pytest.mark.parametrize("name", ["l1_penalty", "l2_penalty"])
    def test_a_strength_in_words_is_refused(self, name):
        with pytest.raises(ConventionError, match=f"^{name}: "):
            create(name, strength="0.3")


@pytest.mark.parametrize("name", ["l1_penalty", "l2_penalty"])
def test_the_gradients_of_an_operation_are_those_of_what_is_penalised(name):
    def gradients(**conventions):
        return tuple(create(name, **conventions).gradients)

    assert gradients() == ("grad_weight_0", "grad_weight_1")
    assert gradients(subset=[1]) == ("grad_weight_1",)
    assert gradients(subset=[1], biases="included") == ("grad_weight_1", "grad_bias_1")


def test_constructors_of_students_may_be_told_the_numbers():
    plain = create("l2_penalty", strength=0.25)
    averaged = create("l2_penalty", factor="half_over_n", examples=7)
    assert plain.sizes({}) == {"strength": 0.25}
    assert averaged.sizes({}) == {"strength": 0.3, "examples": 7}
