"""What every layer, loss and optimizer must do, whichever it is."""

import numpy as np
import pytest

import reference.layers
import reference.losses
import reference.optimizers
from reference.discovery import public_classes
from reference.errors import CallOrderError, ShapeError
from tests.reference.numerical import check_gradient, on_grid

LAYERS = public_classes(reference.layers)
LOSSES = public_classes(reference.losses)
OPTIMIZERS = public_classes(reference.optimizers)


def frozen(array):
    """Make an array read-only: writing into it then raises."""
    array.setflags(write=False)
    return array


def signed(rng, shape):
    return frozen(on_grid(rng.normal(size=shape)))


def make_layer(cls, rng):
    layer = cls(*cls.example_args)
    layer.params = {
        name: signed(rng, value.shape) for name, value in layer.params.items()
    }
    return layer


class Holder:
    """A layer as an optimizer sees it."""

    def __init__(self, rng, **shapes):
        self.params = {name: signed(rng, shape) for name, shape in shapes.items()}
        self.grads = {name: signed(rng, shape) for name, shape in shapes.items()}


@pytest.fixture
def rng():
    return np.random.default_rng(20)


def test_discovery_sees_the_exported_classes():
    for package, found in (
        (reference.layers, LAYERS),
        (reference.losses, LOSSES),
        (reference.optimizers, OPTIMIZERS),
    ):
        assert set(package.__all__) <= {cls.__name__ for cls in found}


@pytest.mark.parametrize("cls", LAYERS)
class TestLayer:
    def example(self, cls, rng):
        layer = make_layer(cls, rng)
        x = frozen(on_grid(cls.example_input(rng)))
        out = layer.forward(x)
        return layer, x, signed(rng, out.shape), out

    def test_gradient_for_the_input_is_that_of_the_forward(self, cls, rng):
        layer, x, upstream, _ = self.example(cls, rng)
        gradient = layer.backward(upstream)
        check_gradient(layer.forward, x, upstream, gradient)

    def test_gradient_for_each_parameter_is_that_of_the_forward(self, cls, rng):
        layer, x, upstream, _ = self.example(cls, rng)
        layer.backward(upstream)
        assert layer.grads.keys() == layer.params.keys()
        for name, value in dict(layer.params).items():

            def function(parameter, name=name):
                layer.params[name] = parameter
                return layer.forward(x)

            check_gradient(function, value, upstream, layer.grads[name])
            layer.params[name] = value

    def test_everything_is_float64(self, cls, rng):
        layer, _, upstream, out = self.example(cls, rng)
        arrays = [out, layer.backward(upstream), *layer.grads.values()]
        assert {array.dtype for array in arrays} == {np.dtype(np.float64)}

    def test_a_second_backward_gives_the_same_gradients_again(self, cls, rng):
        layer, _, upstream, _ = self.example(cls, rng)
        first = [layer.backward(upstream), *layer.grads.values()]
        second = [layer.backward(upstream), *layer.grads.values()]
        for one, other in zip(first, second, strict=True):
            np.testing.assert_array_equal(one, other)

    def test_backward_is_linear_in_the_upstream_gradient(self, cls, rng):
        layer, _, upstream, _ = self.example(cls, rng)
        single = [layer.backward(upstream), *layer.grads.values()]
        double = [layer.backward(2 * upstream), *layer.grads.values()]
        for one, two in zip(single, double, strict=True):
            np.testing.assert_array_equal(2 * one, two)

    def test_writing_into_the_output_does_not_disturb_backward(self, cls, rng):
        layer, _, upstream, out = self.example(cls, rng)
        before = layer.backward(upstream)
        out[...] = 0.0
        np.testing.assert_array_equal(layer.backward(upstream), before)

    def test_backward_before_forward_is_refused(self, cls, rng):
        with pytest.raises(CallOrderError, match=f"^{cls.__name__}: .*forward"):
            make_layer(cls, rng).backward(np.ones((1, 1)))

    def test_upstream_gradient_of_another_shape_is_refused(self, cls, rng):
        layer, _, upstream, _ = self.example(cls, rng)
        wrong = upstream[:-1]
        with pytest.raises(ShapeError) as caught:
            layer.backward(wrong)
        assert str(caught.value).startswith(f"{cls.__name__}: grad_out must be")
        assert str(upstream.shape) in str(caught.value)
        assert str(wrong.shape) in str(caught.value)


@pytest.mark.parametrize("cls", LOSSES)
class TestLoss:
    def example(self, cls, rng):
        predictions, targets = cls.example_input(rng)
        loss = cls(*cls.example_args)
        return loss, frozen(on_grid(predictions)), frozen(targets)

    def test_gradient_is_that_of_the_forward(self, cls, rng):
        loss, predictions, targets = self.example(cls, rng)
        loss.forward(predictions, targets)
        gradient = loss.backward()

        def function(x):
            return np.asarray(loss.forward(x, targets))

        check_gradient(function, predictions, np.asarray(1.0), gradient)

    def test_forward_returns_a_python_float(self, cls, rng):
        loss, predictions, targets = self.example(cls, rng)
        assert type(loss.forward(predictions, targets)) is float

    def test_writing_into_the_gradient_does_not_change_the_next_one(self, cls, rng):
        loss, predictions, targets = self.example(cls, rng)
        loss.forward(predictions, targets)
        first = loss.backward()
        kept = first.copy()
        first[...] = 0.0
        np.testing.assert_array_equal(loss.backward(), kept)

    def test_backward_before_forward_is_refused(self, cls):
        with pytest.raises(CallOrderError, match=f"^{cls.__name__}: .*forward"):
            cls(*cls.example_args).backward()

    def test_targets_for_another_number_of_examples_are_refused(self, cls, rng):
        loss, predictions, targets = self.example(cls, rng)
        with pytest.raises(ShapeError) as caught:
            loss.forward(predictions, targets[:-1])
        assert str(caught.value).startswith(f"{cls.__name__}: ")
        assert str(targets[:-1].shape) in str(caught.value)

    def test_an_empty_batch_is_refused(self, cls, rng):
        loss, predictions, targets = self.example(cls, rng)
        with pytest.raises(ShapeError, match=r"got \(0, "):
            loss.forward(predictions[:0], targets[:0])


@pytest.mark.parametrize("cls", OPTIMIZERS)
class TestOptimizer:
    def layers(self, rng):
        return [
            Holder(rng, weight=(3, 5), bias=(5,)),
            Holder(rng),
            Holder(rng, weight=(5, 3)),
        ]

    def test_first_step_goes_against_each_gradient(self, cls, rng):
        layers = self.layers(rng)
        before = [dict(layer.params) for layer in layers]
        cls(layers, *cls.example_args).step()
        for layer, old in zip(layers, before, strict=True):
            for name, gradient in layer.grads.items():
                change = layer.params[name] - old[name]
                np.testing.assert_array_equal(np.sign(change), -np.sign(gradient))

    def test_gradients_may_be_written_into_after_a_step(self, cls, rng):
        kept, reused = self.layers(rng), self.layers(np.random.default_rng(20))
        gradients = [signed(rng, (3, 5)) for _ in range(4)]
        buffer = np.empty((3, 5))
        reused[0].grads["weight"] = buffer
        one, other = cls(kept, *cls.example_args), cls(reused, *cls.example_args)
        for gradient in gradients:
            kept[0].grads["weight"] = gradient
            buffer[...] = gradient
            one.step()
            other.step()
        np.testing.assert_array_equal(
            kept[0].params["weight"], reused[0].params["weight"]
        )

    def test_parameters_do_not_influence_each_other(self, cls, rng):
        together = self.layers(rng)
        alone = Holder(rng, weight=(5, 3))
        alone.params, alone.grads = dict(together[2].params), together[2].grads
        both = cls(together, *cls.example_args), cls([alone], *cls.example_args)
        for optimizer in both * 3:
            optimizer.step()
        np.testing.assert_array_equal(
            together[2].params["weight"], alone.params["weight"]
        )

    def test_step_before_backward_is_refused(self, cls, rng):
        layers = self.layers(rng)
        del layers[2].grads["weight"]
        with pytest.raises(CallOrderError, match="layer 2 has no gradient for 'wei"):
            cls(layers, *cls.example_args).step()

    def test_a_gradient_of_another_shape_is_refused(self, cls, rng):
        layers = self.layers(rng)
        layers[0].grads["bias"] = np.ones((3, 5))
        with pytest.raises(ShapeError, match=r"'bias' must be \(5,\), got \(3, 5\)"):
            cls(layers, *cls.example_args).step()

    @pytest.mark.parametrize("lr", [0.0, -0.1, float("nan")])
    def test_a_rate_that_is_not_positive_is_refused(self, cls, lr):
        with pytest.raises(ValueError, match=f"^{cls.__name__}: lr must be positive"):
            cls([], lr, *cls.example_args[1:])
