import itertools

import numpy as np
import pytest

from reference.errors import ConventionError
from reference.layers.gru import GRU
from reference.layers.gru_cell import GRUCell
from tests.reference.layers import naive_recurrence
from tests.reference.layers.close import assert_same_sums

every_convention = pytest.mark.parametrize(
    ("reset", "update"),
    list(itertools.product(("before", "after"), ("keeps_old", "keeps_new"))),
)


def test_worked_example():
    # Without weights both gates are half open and the candidate is 0: states halve.
    layer = GRU(2, 1)
    out = layer.forward(np.ones((1, 3, 2)), np.array([[8.0]]))
    np.testing.assert_array_equal(out, [[[4.0], [2.0], [1.0]]])
    grad_x, grad_h0 = layer.backward(np.array([[[16.0], [-8.0], [24.0]]]))
    # ((24 / 2 - 8) / 2 + 16) / 2 = 9.
    np.testing.assert_array_equal(grad_h0, [[9.0]])
    np.testing.assert_array_equal(grad_x, np.zeros((1, 3, 2)))
    # Half of each gradient reaches the candidates: 9, 2 and 12. The update gates get a
    # quarter of gradient times state before: 18*8/4, 4*4/4 and 24*2/4.
    np.testing.assert_array_equal(layer.grads["bias"], [0.0, 52.0, 23.0])


def drawn(reset, update, steps=4):
    rng = np.random.default_rng(8)
    layer = GRU(3, 5, rng, reset, update)
    for name in layer.params.keys() & {"bias", "bias_h"}:
        layer.params[name] = rng.normal(size=15)
    arrays = [rng.normal(size=s) for s in [(2, steps, 3), (2, 5), (2, steps, 5)]]
    return layer, *arrays


@every_convention
@pytest.mark.parametrize("steps", [1, 4])
def test_it_computes_what_the_course_and_the_paper_print(reset, update, steps):
    layer, x, h0, upstream = drawn(reset, update, steps)
    p = {name: array.tolist() for name, array in layer.params.items()}

    def step(element, states):
        return [naive_recurrence.gru_step(element, states[0], p, reset, update)]

    def backward(carried, element, states):
        return naive_recurrence.gru_step_backward(
            carried[0], element, states[0], p, reset, update
        )

    out = layer.forward(x, h0)
    start = [h0.tolist()]
    assert_same_sums(out, naive_recurrence.sequence(step, x.tolist(), start))
    grad_x, grad_h0 = layer.backward(upstream)
    expected = naive_recurrence.sequence_backward(
        step, backward, upstream.tolist(), x.tolist(), start, ["h"]
    )
    found = {"x": grad_x, "h0": grad_h0, **layer.grads}
    assert found.keys() == expected.keys()
    for name, value in found.items():
        assert_same_sums(value, expected[name])


@every_convention
def test_a_sequence_is_a_chain_of_cells(reset, update):
    layer, x, h0, upstream = drawn(reset, update)
    cells, states = [], [h0]
    for t in range(x.shape[1]):
        cells.append(GRUCell(3, 5, None, reset, update))
        cells[-1].params = layer.params
        states.append(cells[-1].forward(x[:, t], states[-1]))
    assert_same_sums(layer.forward(x, h0), np.stack(states[1:], axis=1))

    grad_x, grad_h0 = layer.backward(upstream)
    grad_h = np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        grad_element, grad_h = cells[t].backward(upstream[:, t] + grad_h)
        assert_same_sums(grad_x[:, t], grad_element)
    assert_same_sums(grad_h0, grad_h)
    for name, grad in layer.grads.items():
        assert_same_sums(grad, sum(cell.grads[name] for cell in cells))


@pytest.mark.parametrize(
    ("conventions", "message"),
    [
        ({"reset": "never"}, "reset must be one of before, after, got 'never'"),
        ({"update": 1}, "update must be one of keeps_old, keeps_new, got 1"),
    ],
)
def test_other_conventions_are_refused(conventions, message):
    with pytest.raises(ConventionError) as caught:
        GRU(1, 1, **conventions)
    assert str(caught.value) == f"GRU: {message}"
