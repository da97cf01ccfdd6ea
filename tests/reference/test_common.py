"""What every layer, loss and optimizer must do, whichever it is."""

import doctest
import pkgutil
from importlib import import_module

import numpy as np
import pytest

import reference
import reference.layers
import reference.losses
import reference.optimizers
from reference.discovery import public_classes
from reference.errors import CallOrderError, DtypeError, NonFiniteError, ShapeError
from reference.operations import Family, create, names

LAYERS = public_classes(reference.layers)
LOSSES = public_classes(reference.losses)
OPTIMIZERS = public_classes(reference.optimizers)


def cases(family):
    """Return every operation of a family under each set of example conventions."""
    return [
        pytest.param(create(name, **conventions), id=f"{name}-{number}")
        for name in names()
        for number, conventions in enumerate(type(create(name)).example_conventions)
        if create(name).family is family
    ]


LAYER_CASES = cases(Family.LAYER)
LOSS_CASES = cases(Family.LOSS)
OPTIMIZER_CASES = cases(Family.OPTIMIZER)

every_layer = pytest.mark.parametrize("operation", LAYER_CASES)
every_loss = pytest.mark.parametrize("operation", LOSS_CASES)
every_optimizer = pytest.mark.parametrize("operation", OPTIMIZER_CASES)


def frozen(arrays):
    """Make arrays read-only: writing into them then raises."""
    for array in arrays.values():
        array.setflags(write=False)
    return arrays


def real(arrays, names=None):
    return [
        name
        for name, array in arrays.items()
        if array.dtype.kind == "f" and (names is None or name in names)
    ]


def as_tuple(returned):
    return returned if isinstance(returned, tuple) else (returned,)


def drawn(operation):
    return frozen(operation.draw(np.random.default_rng(20)))


class Ran:
    """A layer after its forward, and what to give to its backward."""

    def __init__(self, operation):
        self.operation = operation
        self.arrays = drawn(operation)
        self.layer = operation.layer(self.arrays)
        self.inputs = [self.arrays[name] for name in operation.arguments]
        self.outputs = as_tuple(self.layer.forward(*self.inputs))
        self.upstreams = operation.upstreams(self.arrays)

    def backward(self, *upstreams):
        returned = self.layer.backward(*(upstreams or self.upstreams.values()))
        given = [array for array in as_tuple(returned) if array is not None]
        return [*given, *self.layer.grads.values()]


def with_backward(test):
    """Run a test with those layers that have gradients."""
    having = [case for case in LAYER_CASES if case.values[0].differentiable]
    return pytest.mark.parametrize("operation", having)(test)


def test_every_component_answers_for_some_operation():
    made = {
        *(type(case.values[0].layer(drawn(case.values[0]))) for case in LAYER_CASES),
        *(type(case.values[0].loss()) for case in LOSS_CASES),
        *(type(case.values[0].optimizer([])) for case in OPTIMIZER_CASES),
    }
    assert {cls.__name__ for cls in (*LAYERS, *LOSSES, *OPTIMIZERS)} <= {
        cls.__name__ for cls in made
    }


MODULES = [
    found.name for found in pkgutil.walk_packages(reference.__path__, "reference.")
]


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_in_the_docstrings_run(module):
    from reference.layers.linear import Linear

    names = {"np": np, "Linear": Linear}
    assert doctest.testmod(import_module(module), extraglobs=names).failed == 0


@pytest.mark.parametrize(
    "component", [*LAYERS, *LOSSES, *OPTIMIZERS], ids=lambda cls: cls.__name__
)
def test_every_component_shows_an_example(component):
    assert ">>> " in component.__doc__


class TestLayer:
    @every_layer
    def test_parameters_and_their_gradients_have_the_same_names(self, operation):
        ran = Ran(operation)
        assert set(ran.layer.params) == set(operation.parameters)
        if operation.differentiable:
            ran.backward()
            assert ran.layer.grads.keys() == ran.layer.params.keys()

    @with_backward
    def test_a_second_backward_gives_the_same_gradients_again(self, operation):
        ran = Ran(operation)
        for one, other in zip(ran.backward(), ran.backward(), strict=True):
            np.testing.assert_array_equal(one, other)

    @with_backward
    def test_backward_is_homogeneous_to_the_last_digit(self, operation):
        ran = Ran(operation)
        single = ran.backward()
        double = ran.backward(*(2 * upstream for upstream in ran.upstreams.values()))
        for one, two in zip(single, double, strict=True):
            np.testing.assert_array_equal(2 * one, two)

    @with_backward
    def test_writing_into_the_output_does_not_disturb_backward(self, operation):
        ran = Ran(operation)
        before = [array.copy() for array in ran.backward()]
        for out in ran.outputs:
            if out.flags.writeable:
                out[...] = 0.0
        for one, other in zip(before, ran.backward(), strict=True):
            np.testing.assert_array_equal(one, other)

    @with_backward
    def test_writing_into_a_gradient_does_not_disturb_the_next_backward(
        self, operation
    ):
        ran = Ran(operation)
        kept = [array.copy() for array in ran.backward()]
        for array in ran.backward():
            if array.flags.writeable:
                array[...] = 0.0
        for one, other in zip(kept, ran.backward(), strict=True):
            np.testing.assert_array_equal(one, other)

    @with_backward
    def test_backward_before_forward_is_refused(self, operation):
        ran = Ran(operation)
        fresh = operation.layer(ran.arrays)
        owner = type(fresh).__name__
        with pytest.raises(CallOrderError, match=f"^{owner}: .*forward"):
            fresh.backward(*ran.upstreams.values())

    @with_backward
    def test_an_upstream_gradient_of_another_shape_is_refused(self, operation):
        ran = Ran(operation)
        for position, (name, upstream) in enumerate(ran.upstreams.items()):
            wrong = list(ran.upstreams.values())
            wrong[position] = np.zeros((*upstream.shape, 2))
            with pytest.raises(ShapeError) as caught:
                ran.backward(*wrong)
            owner = type(ran.layer).__name__
            assert str(caught.value).startswith(f"{owner}: grad_{name} must be")
            assert str(upstream.shape) in str(caught.value)
            assert str(wrong[position].shape) in str(caught.value)

    @every_layer
    def test_a_parameter_of_another_shape_is_refused(self, operation):
        ran = Ran(operation)
        for name in operation.parameters:
            wrong = np.zeros((2, *ran.arrays[name].shape, 2))
            layer = operation.layer(ran.arrays)
            layer.params = {**layer.params, name: wrong}
            with pytest.raises(ShapeError) as caught:
                layer.forward(*ran.inputs)
            assert name in str(caught.value)
            assert str(wrong.shape) in str(caught.value)

    @every_layer
    def test_integers_in_place_of_real_numbers_are_refused(self, operation):
        arrays = drawn(operation)
        for name in real(arrays, operation.arguments):
            wrong = {**arrays, name: np.ones(arrays[name].shape, dtype=np.int64)}
            with pytest.raises(DtypeError, match=f"{name} must be .* got int64"):
                operation.answer(wrong)

    @every_layer
    @pytest.mark.parametrize("value", [np.nan, np.inf])
    def test_numbers_that_are_not_finite_are_refused(self, operation, value):
        arrays = drawn(operation)
        given = (*operation.arguments, *operation.parameters)
        upstreams = [f"grad_{name}" for name in operation.upstreams(arrays)]
        watched = [*given, *upstreams] if operation.differentiable else given
        for name in real(arrays, watched):
            wrong = {**arrays, name: arrays[name].copy()}
            wrong[name].flat[0] = value
            with pytest.raises(NonFiniteError, match=f"{name} must be finite, got"):
                operation.answer(wrong)

    @every_layer
    def test_single_precision_stays_single_precision(self, operation):
        arrays = drawn(operation)
        single = {
            name: array.astype(np.float32) if array.dtype.kind == "f" else array
            for name, array in arrays.items()
        }
        right, found = operation.answer(arrays), operation.answer(single)
        for name, value in found.items():
            wanted = (
                np.float32 if right[name].dtype == np.float64 else right[name].dtype
            )
            assert value.dtype == wanted, name
            scale = max(np.max(np.abs(right[name]), initial=0.0), 1.0)
            assert np.max(np.abs(value - right[name]), initial=0.0) < 1e-4 * scale


class TestLoss:
    @every_loss
    def test_forward_returns_a_python_float(self, operation):
        arrays = drawn(operation)
        value = operation.loss().forward(*(arrays[name] for name in operation.inputs))
        assert type(value) is float

    @every_loss
    def test_writing_into_the_gradient_does_not_change_the_next_one(self, operation):
        arrays, loss = drawn(operation), operation.loss()
        loss.forward(*(arrays[name] for name in operation.inputs))
        first = as_tuple(loss.backward())
        kept = [array.copy() for array in first]
        for array in first:
            array[...] = 0.0
        for one, other in zip(kept, as_tuple(loss.backward()), strict=True):
            np.testing.assert_array_equal(one, other)

    @every_loss
    def test_backward_before_forward_is_refused(self, operation):
        loss = operation.loss()
        owner = type(loss).__name__
        with pytest.raises(CallOrderError, match=f"^{owner}: .*forward"):
            loss.backward()

    @every_loss
    def test_single_precision_gives_a_gradient_in_single_precision(self, operation):
        arrays = drawn(operation)
        single = {
            name: array.astype(np.float32) if array.dtype.kind == "f" else array
            for name, array in arrays.items()
        }
        right, found = operation.answer(arrays), operation.answer(single)
        for name in operation.gradients:
            assert found[name].dtype == np.float32
            scale = np.max(np.abs(right[name]))
            assert np.max(np.abs(found[name] - right[name])) < 1e-4 * scale

    @every_loss
    def test_integers_in_place_of_real_numbers_are_refused(self, operation):
        arrays = drawn(operation)
        for name in real(arrays, operation.differentiable):
            wrong = {**arrays, name: np.ones(arrays[name].shape, dtype=np.int64)}
            with pytest.raises(DtypeError, match=f"{name} must be .* got int64"):
                operation.answer(wrong)

    @every_loss
    def test_numbers_that_are_not_finite_are_refused(self, operation):
        arrays = drawn(operation)
        for name in real(arrays, operation.inputs):
            wrong = {**arrays, name: arrays[name].copy()}
            wrong[name].flat[0] = np.nan
            with pytest.raises(NonFiniteError, match=f"{name} must be finite, got nan"):
                operation.answer(wrong)


def batched_losses(test):
    """Run a test with those losses whose inputs all have the batch as first axis."""
    having = [
        case
        for case in LOSS_CASES
        if len({len(drawn(case.values[0])[n]) for n in case.values[0].inputs}) == 1
        and not case.values[0].parameters
    ]
    return pytest.mark.parametrize("operation", having)(test)


class TestLossOverABatch:
    @batched_losses
    def test_inputs_for_another_number_of_examples_are_refused(self, operation):
        arrays = drawn(operation)
        last = operation.inputs[-1]
        with pytest.raises(ShapeError) as caught:
            operation.answer({**arrays, last: arrays[last][:-1]})
        assert str(caught.value).startswith(f"{type(operation.loss()).__name__}: ")
        assert str(arrays[last][:-1].shape) in str(caught.value)

    @batched_losses
    def test_an_empty_batch_is_refused(self, operation):
        empty = {name: array[:0] for name, array in drawn(operation).items()}
        with pytest.raises(ShapeError, match=r"got \(0,"):
            operation.answer(empty)


class Holder:
    """A layer as an optimizer sees it."""

    def __init__(self, rng, **shapes):
        self.params = frozen({n: rng.normal(size=s) for n, s in shapes.items()})
        self.grads = frozen({n: rng.normal(size=s) for n, s in shapes.items()})


@pytest.fixture
def rng():
    return np.random.default_rng(20)


class TestOptimizer:
    def layers(self, rng):
        return [
            Holder(rng, weight=(3, 5), bias=(5,)),
            Holder(rng),
            Holder(rng, weight=(5, 3)),
        ]

    @every_optimizer
    def test_gradients_may_be_written_into_after_a_step(self, operation, rng):
        kept, reused = self.layers(rng), self.layers(np.random.default_rng(20))
        gradients = [rng.normal(size=(3, 5)) for _ in range(4)]
        buffer = np.empty((3, 5))
        reused[0].grads["weight"] = buffer
        one, other = operation.optimizer(kept), operation.optimizer(reused)
        for gradient in gradients:
            kept[0].grads["weight"] = gradient
            buffer[...] = gradient
            one.step()
            other.step()
        np.testing.assert_array_equal(
            kept[0].params["weight"], reused[0].params["weight"]
        )

    @every_optimizer
    def test_parameters_do_not_influence_each_other(self, operation, rng):
        together = self.layers(rng)
        alone = Holder(rng, weight=(5, 3))
        alone.params, alone.grads = dict(together[2].params), together[2].grads
        both = operation.optimizer(together), operation.optimizer([alone])
        for optimizer in both * 3:
            optimizer.step()
        np.testing.assert_array_equal(
            together[2].params["weight"], alone.params["weight"]
        )

    @every_optimizer
    def test_single_precision_stays_single_precision(self, operation):
        arrays = drawn(operation)
        single = {name: array.astype(np.float32) for name, array in arrays.items()}
        right, found = operation.answer(arrays), operation.answer(single)
        for name, value in found.items():
            assert value.dtype == np.float32
            assert np.max(np.abs(value - right[name])) < 1e-4 * np.max(
                np.abs(right[name])
            )

    @every_optimizer
    def test_step_before_backward_is_refused(self, operation, rng):
        layers = self.layers(rng)
        del layers[2].grads["weight"]
        with pytest.raises(CallOrderError, match="layer 2 has no gradient for 'wei"):
            operation.optimizer(layers).step()

    @every_optimizer
    def test_a_gradient_of_another_shape_is_refused(self, operation, rng):
        layers = self.layers(rng)
        layers[0].grads["bias"] = np.ones((3, 5))
        with pytest.raises(ShapeError, match=r"'bias' must be \(5,\), got \(3, 5\)"):
            operation.optimizer(layers).step()

    @every_optimizer
    def test_a_gradient_that_is_not_finite_is_refused(self, operation, rng):
        layers = self.layers(rng)
        layers[0].grads["bias"] = np.full(5, np.nan)
        with pytest.raises(NonFiniteError, match=r"'bias' must be finite, got nan"):
            operation.optimizer(layers).step()

    @pytest.mark.parametrize("lr", [0.0, -0.1, float("nan")])
    @pytest.mark.parametrize(
        "operation", [case for case in OPTIMIZER_CASES if "-0" in case.id]
    )
    def test_a_rate_that_is_not_positive_is_refused(self, operation, lr):
        settings = {**operation.sizes({}), "lr": lr}
        with pytest.raises(Exception, match="lr must be positive, got"):
            create(operation.name, **settings)
