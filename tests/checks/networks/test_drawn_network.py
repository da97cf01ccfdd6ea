"""Networks are drawn in shape, away from kinks, and hold what the parts hand over."""

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
import pytest

from grader.checks.component import Component
from grader.checks.networks.drawn_network import (
    ENOUGH,
    Chain,
    Network,
    UnfitError,
    chain,
    draw,
    widths_needed,
)
from reference.networks.sequential import Sequential
from reference.operations.families import LayerOperation, LossOperation

PARTS: Mapping[str, Component] = {
    name: Component(name, operation, (), convention)
    for name, operation, convention in (
        ("Linear", "linear", {}),
        ("Folded", "linear", {"bias": "folded_first"}),
        ("ReLU", "relu", {}),
        ("Sigmoid", "sigmoid", {}),
        ("PReLU", "prelu", {}),
        ("LogSoftmax", "log_softmax", {}),
        ("Norm", "batch_norm", {}),
        ("Conv", "conv2d", {"kernel": 3, "stride": 1, "padding": "same"}),
        ("Plain", "conv2d", {"kernel": 3, "stride": 1, "bias": False}),
        ("ConvNorm", "spatial_batch_norm", {}),
        ("Pool", "max_pool2d", {"kernel": 2}),
        ("Flatten", "flatten", {}),
        ("Dropout", "dropout", {}),
        ("Entropy", "softmax_cross_entropy", {}),
        ("Rows", "softmax_cross_entropy", {"labels": "one_hot"}),
        ("Squares", "mean_squared_error", {}),
        ("Likelihood", "negative_log_likelihood", {}),
        ("Binary", "binary_cross_entropy", {}),
        ("Hinge", "multiclass_hinge", {}),
        ("Absolute", "l1", {}),
    )
}


def chained(layers: str, loss: str, widths: Sequence[int]) -> Chain:
    return chain([PARTS[name] for name in layers.split()], PARTS[loss], widths)


NETWORKS = [
    ("Linear ReLU Linear", "Entropy", (6, 4), (7,)),
    ("Linear ReLU Linear ReLU Linear", "Hinge", (6, 8, 4), (7,)),
    ("Folded Norm PReLU Dropout Folded", "Rows", (6, 4), (7,)),
    ("Linear Sigmoid", "Binary", (6,), (7,)),
    ("Linear LogSoftmax", "Likelihood", (6,), (7,)),
    ("ReLU Linear", "Squares", (3,), (7,)),
    ("Linear", "Absolute", (3,), (7,)),
    ("Conv ReLU Pool Conv ReLU Pool Flatten Linear", "Entropy", (3, 4, 5), (1, 8, 8)),
    ("Conv ConvNorm ReLU Pool Flatten Linear", "Entropy", (4, 5), (2, 6, 4)),
]
every_network = pytest.mark.parametrize(
    ("layers", "loss", "widths", "example"),
    [pytest.param(*one, id=f"{one[0]} {one[1]}".replace(" ", "-")) for one in NETWORKS],
)


def drawn(
    layers: str,
    loss: str,
    widths: Sequence[int],
    example: tuple[int, ...],
    seed: int = 0,
) -> Network:
    rng = np.random.default_rng(seed)
    return draw(chained(layers, loss, widths), rng, example, (5, 5))


@every_network
def test_no_part_receives_anything_near_one_of_its_kinks(
    layers: str, loss: str, widths: Sequence[int], example: tuple[int, ...]
) -> None:
    for seed in range(3):
        network = drawn(layers, loss, widths, example, seed)
        for batch in network.batches:
            for place, arrays in zip(network.chain.places, batch.received, strict=True):
                assert place.operation.margin(arrays) >= ENOUGH
            assert network.chain.loss_operation.margin(batch.loss) >= ENOUGH


@every_network
def test_what_the_parts_receive_is_what_a_network_of_the_reference_hands_over(
    layers: str, loss: str, widths: Sequence[int], example: tuple[int, ...]
) -> None:
    network = drawn(layers, loss, widths, example)
    chosen = network.chain

    for batch in network.batches:
        made = [
            cast(LayerOperation, place.operation).layer(arrays)
            for place, arrays in zip(chosen.places, batch.received, strict=True)
        ]
        whole = Sequential(made)
        predictions = whole.forward(batch.received[0]["x"])
        judge = cast(LossOperation, chosen.loss_operation).loss()
        judge.forward(*({**batch.loss}[name] for name in chosen.loss_operation.inputs))
        upstream = judge.backward()

        first, second = chosen.loss_operation.inputs
        np.testing.assert_array_equal(batch.loss[first], predictions)
        assert len(batch.loss[second]) == len(predictions)
        last = batch.received[-1][chosen.places[-1].upstream]
        np.testing.assert_array_equal(last, upstream)
        for arrays, place, layer in reversed(
            list(zip(batch.received, chosen.places, made, strict=True))
        ):
            np.testing.assert_allclose(arrays[place.upstream], upstream, rtol=1e-12)
            upstream = layer.backward(upstream)


def test_both_batches_go_through_the_same_parameters() -> None:
    network = drawn("Linear ReLU Linear", "Entropy", (6, 4), (7,))

    one, other = network.batches

    for first, second in zip(one.received, other.received, strict=True):
        for name in {"weight", "bias"} & set(first):
            np.testing.assert_array_equal(first[name], second[name])
        assert not np.array_equal(first["x"], second["x"])


def test_layers_that_have_a_width_are_counted() -> None:
    names = ("Conv", "ReLU", "Pool", "Flatten", "Norm", "Linear", "Dropout", "Folded")

    assert widths_needed([PARTS[name] for name in names]) == 3


@pytest.mark.parametrize(
    ("layers", "loss", "widths", "example", "place", "reason"),
    [
        ("Linear ReLU Linear", "Entropy", (6, 4), (7, 2), 1, "Linear: x must be"),
        ("Conv Linear", "Entropy", (6, 4), (1, 8, 8), 2, "Linear: x must be"),
        ("Conv ReLU", "Entropy", (6,), (1, 8, 8), 3, "logits must be"),
        ("Linear", "Binary", (6,), (7,), 2, "probabilities must"),
        ("Plain ReLU Pool", "Squares", (6,), (1, 12, 12), 3, "no inputs away from"),
        ("ReLU Pool Flatten Linear", "Entropy", (6,), (1, 8, 8), 3, "no inputs away"),
    ],
)
def test_parts_that_do_not_fit_are_refused_with_the_place(
    layers: str,
    loss: str,
    widths: Sequence[int],
    example: tuple[int, ...],
    place: int,
    reason: str,
) -> None:
    with pytest.raises(UnfitError, match=reason) as refused:
        drawn(layers, loss, widths, example)

    assert refused.value.place == place
