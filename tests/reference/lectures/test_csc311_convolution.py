"""Toronto CSC 311, lecture 6, item by item: convolution, pooling and LeNet."""

import math
from itertools import product

import numpy as np
import pytest

from reference.layers.conv2d import Conv2d
from reference.layers.dropout import Dropout
from reference.layers.flatten import Flatten
from reference.layers.linear import Linear
from reference.layers.max_pool2d import MaxPool2d
from reference.layers.relu import ReLU
from reference.networks.sequential import Sequential
from tests.reference.lectures.agreement import (
    ask,
    assert_agrees,
    assert_each_entry,
    told,
)


def zeros(*shape):
    return np.zeros(shape).tolist()


FLIPPED = {"kind": "convolution", "padding": "full", "stride": 1, "bias": False}


def test_convolution_flips_and_has_the_full_length():
    """(a * b)_t = sum over tau of a_tau b_(t - tau), summed over channels."""
    for given, answer in told("conv1d", kernel=3, **FLIPPED):
        count, channels, length = np.shape(given.x)
        filters, _, taps = np.shape(given.weight)
        out = zeros(count, filters, length + taps - 1)
        grad_x, grad_w = zeros(count, channels, length), zeros(filters, channels, taps)
        for n, f, c in product(range(count), range(filters), range(channels)):
            for t, tau in product(range(length + taps - 1), range(length)):
                if not 0 <= t - tau < taps:
                    continue
                a, b = given.x[n][c][tau], given.weight[f][c][t - tau]
                g = given.grad_out[n][f][t]
                out[n][f][t] += a * b
                grad_x[n][c][tau] += g * b
                grad_w[f][c][t - tau] += g * a
        assert_agrees(answer["out"], out)
        assert_agrees(answer["grad_x"], grad_x)
        assert_agrees(answer["grad_weight"], grad_w)


def test_convolution_in_two_dimensions_likewise():
    for given, answer in told("conv2d", kernel=[3, 2], **FLIPPED):
        count, channels, height, width = np.shape(given.x)
        filters, _, rows, columns = np.shape(given.weight)
        out = zeros(count, filters, height + rows - 1, width + columns - 1)
        grad_x = zeros(count, channels, height, width)
        grad_w = zeros(filters, channels, rows, columns)
        for n, f, c in product(range(count), range(filters), range(channels)):
            for s, t, p, q in product(*map(range, (height, width, rows, columns))):
                a, b = given.x[n][c][s][t], given.weight[f][c][p][q]
                g = given.grad_out[n][f][s + p][t + q]
                out[n][f][s + p][t + q] += a * b
                grad_x[n][c][s][t] += g * b
                grad_w[f][c][p][q] += g * a
        assert_agrees(answer["out"], out)
        assert_agrees(answer["grad_x"], grad_x)
        assert_agrees(answer["grad_weight"], grad_w)


def convolved(a, b):
    found = ask("conv1d", {"x": [[a]], "weight": [[b]]}, kernel=len(b), **FLIPPED)
    return found["out"][0, 0]


A, B = [2.0, -1.0, 3.0, 0.5, -4.0], [1.0, 5.0, -2.0]


def test_translate_and_scale_and_flip_and_filter_are_the_same():
    length = len(A) + len(B) - 1
    translated = [0.0] * length
    for tau, a in enumerate(A):
        for place, b in enumerate(B):
            translated[tau + place] += a * b
    padded = [0.0] * (len(B) - 1) + A + [0.0] * (len(B) - 1)
    flipped = B[::-1]
    filtered = [
        sum(f * padded[t + place] for place, f in enumerate(flipped))
        for t in range(length)
    ]
    assert_agrees(convolved(A, B), translated)
    assert_agrees(convolved(A, B), filtered)


def test_convolution_commutes_and_is_linear():
    assert_agrees(convolved(A, B), convolved(B, A))
    other = [0.5, -3.0, 1.0, 2.0, 7.0]
    both = [3.0 * a - 2.0 * o for a, o in zip(A, other, strict=True)]
    pairs = zip(convolved(A, B), convolved(other, B), strict=True)
    assert_agrees(convolved(both, B), [3.0 * a - 2.0 * o for a, o in pairs])


def test_nets_usually_skip_the_flip():
    for given, answer in told("conv1d", kernel=3, stride=1, padding="valid"):
        count, channels, length = np.shape(given.x)
        filters, _, taps = np.shape(given.weight)
        out = zeros(count, filters, length - taps + 1)
        for n, f, t in product(range(count), range(filters), range(length - taps + 1)):
            out[n][f][t] = given.bias[f] + sum(
                given.x[n][c][t + place] * given.weight[f][c][place]
                for c, place in product(range(channels), range(taps))
            )
        assert_agrees(answer["out"], out)


def conv(x, weight, bias):
    """Return 3x3 cross-correlation of one image; a border of zeros keeps its size."""
    height, width = len(x[0]), len(x[0][0])
    out = zeros(len(weight), height, width)
    for f, i, j in product(range(len(weight)), range(height), range(width)):
        total = bias[f]
        for c, a, b in product(range(len(x)), range(3), range(3)):
            p, q = i + a - 1, j + b - 1
            if 0 <= p < height and 0 <= q < width:
                total += weight[f][c][a][b] * x[c][p][q]
        out[f][i][j] = total
    return out


def halved(maps, pool):
    """Return pool(act(...)) over windows of 2x2."""
    places = range(0, len(maps[0]), 2)
    return [
        [
            [pool([m[i + a][j + b] for a in (0, 1) for b in (0, 1)]) for j in places]
            for i in places
        ]
        for m in maps
    ]


def columns(x, weight, bias):
    return [
        sum(one * row[j] for one, row in zip(x, weight, strict=True)) + bias[j]
        for j in range(len(bias))
    ]


def test_sums_are_rectified_after_the_convolution():
    assert_each_entry("relu", lambda z: max(z, 0.0), lambda z: 1.0 if z > 0 else 0.0)


def test_max_pooling_keeps_the_largest_entry_and_sends_the_gradient_there():
    for given, answer in told("max_pool2d", kernel=[2, 3], stride=2):
        count, channels, rows, wide = answer["out"].shape
        out, grad_x = (
            zeros(count, channels, rows, wide),
            np.zeros_like(given.x).tolist(),
        )
        for n, c, i, j in product(*map(range, (count, channels, rows, wide))):
            image = given.x[n][c]
            window = [(2 * i + a, 2 * j + b) for a in range(2) for b in range(3)]
            p, q = max(window, key=lambda at, image=image: image[at[0]][at[1]])
            out[n][c][i][j] = image[p][q]
            grad_x[n][c][p][q] += given.grad_out[n][c][i][j]
        assert_agrees(answer["out"], out)
        assert_agrees(answer["grad_x"], grad_x)


def moved(image, rows, columns):
    """Return an image moved down and right; what leaves it is lost."""
    height, width = len(image), len(image[0])
    new = zeros(height, width)
    for i, j in product(range(height - rows), range(width - columns)):
        new[i + rows][j + columns] = image[i][j]
    return new


def spots(seed):
    """Return an image of zeros with four spots away from the border."""
    rng, image = np.random.default_rng(seed), zeros(12, 12)
    for i, j in product((2, 6), repeat=2):
        image[i][j] = rng.uniform(1.0, 2.0)
    return image


def test_convolution_is_equivariant():
    weight = np.random.default_rng(3).normal(size=(1, 1, 3, 3)).tolist()
    plain = {"kernel": 3, "stride": 1, "padding": "same", "bias": False}
    one, other = (
        ask("conv2d", {"x": [[image]], "weight": weight}, **plain)["out"][0, 0]
        for image in (spots(4), moved(spots(4), 1, 2))
    )
    assert_agrees(other, moved(one.tolist(), 1, 2))


def test_pooling_is_invariant_to_small_moves_within_its_windows():
    images = [moved(spots(5), *by) for by in ((0, 0), (0, 1), (1, 0), (1, 1))]
    found = ask("max_pool2d", {"x": [[image] for image in images]}, kernel=2)["out"]
    for other in found[1:]:
        np.testing.assert_array_equal(other, found[0])


def test_an_alexnet_can_be_put_together():
    """Its kernels, strides and borders, with a sixteenth of its maps and units."""
    rng = np.random.default_rng(6)

    def filters(channels, maps, kernel, **options):
        return Conv2d(channels, maps, kernel, rng=rng, **options)

    network = Sequential(
        [
            filters(3, 6, 11, stride=4),
            ReLU(),
            MaxPool2d(3, 2),
            filters(6, 16, 5, padding=2, groups=2),
            ReLU(),
            MaxPool2d(3, 2),
            filters(16, 24, 3, padding=1),
            ReLU(),
            filters(24, 24, 3, padding=1, groups=2),
            ReLU(),
            filters(24, 16, 3, padding=1, groups=2),
            ReLU(),
            MaxPool2d(3, 2),
            Flatten(),
            Dropout(0.5, rng),
            Linear(16 * 6 * 6, 256, rng),
            ReLU(),
            Dropout(0.5, rng),
            Linear(256, 256, rng),
            ReLU(),
            Linear(256, 62, rng),
        ]
    )
    x, sides = rng.normal(size=(1, 3, 227, 227)), []
    for layer in network.layers:
        x = layer.forward(x)
        if x.ndim == 4 and not isinstance(layer, ReLU):
            sides.append(x.shape[-1])
    assert sides == [55, 27, 27, 13, 13, 13, 13, 6]
    assert x.shape == (1, 62)


ACTIVATIONS = {"relu": lambda z: max(z, 0.0), "tanh": math.tanh}
POOLINGS = {"max": max, "average": lambda values: sum(values) / 4}


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("pooling", POOLINGS)
def test_lenet_is_convolution_rectification_and_pooling_twice_and_affine_layers(
    activation, pooling
):
    act, pool = ACTIVATIONS[activation], POOLINGS[pooling]
    for given, answer in told("lenet", activation=activation, pooling=pooling):
        printed = []
        for image in given.x:
            maps = image
            for weight, bias in (
                (given.conv1_weight, given.conv1_bias),
                (given.conv2_weight, given.conv2_bias),
            ):
                sums = conv(maps, weight, bias)
                maps = halved([[[act(z) for z in r] for r in m] for m in sums], pool)
            row = [entry for m in maps for line in m for entry in line]
            hidden = columns(row, given.linear1_weight, given.linear1_bias)
            hidden = [act(z) for z in hidden]
            printed.append(columns(hidden, given.linear2_weight, given.linear2_bias))
        assert_agrees(answer["out"], printed)
