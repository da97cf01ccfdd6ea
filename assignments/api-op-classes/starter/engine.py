"""Operations on tensors: fill in compute and gradient of each, then the way back."""

import numpy as np

# ---------------------------------------------------------------------------------------
# Given. Please leave this part as it is.


class Op:
    """An operation on arrays; calling it with tensors makes a new tensor."""

    def __call__(self, *inputs):
        return Tensor(self.compute(*(one.array for one in inputs)), self, inputs)

    def compute(self, *arrays):
        """Return the result, a NumPy array."""
        raise NotImplementedError(f"{type(self).__name__}.compute")

    def gradient(self, out_grad, node):
        """Return the gradient for the input, or a tuple with one for each input.

        out_grad is a Tensor of the shape of node; node.inputs are the inputs. What
        comes back are Tensors made by operations, so that they can be differentiated
        again.
        """
        raise NotImplementedError(f"{type(self).__name__}.gradient")


class Tensor:
    """An array with the operation and the inputs it was computed from."""

    def __init__(self, array, op=None, inputs=()):
        self.array = np.asarray(array, dtype=np.float64)
        self.op = op
        self.inputs = tuple(inputs)
        self.grad = None

    @property
    def shape(self):
        return self.array.shape

    def backward(self, out_grad=None):
        """Set grad of every tensor behind this one; grads are Tensors."""
        if out_grad is None:
            out_grad = Tensor(np.ones(self.shape))
        compute_gradients(self, out_grad)

    def __add__(self, other):
        return Add()(self, as_tensor(other))

    def __radd__(self, other):
        return Add()(as_tensor(other), self)

    def __neg__(self):
        return Negate()(self)

    def __sub__(self, other):
        return Add()(self, Negate()(as_tensor(other)))

    def __rsub__(self, other):
        return Add()(as_tensor(other), Negate()(self))

    def __mul__(self, other):
        return Multiply()(self, as_tensor(other))

    def __rmul__(self, other):
        return Multiply()(as_tensor(other), self)

    def __truediv__(self, other):
        return Divide()(self, as_tensor(other))

    def __rtruediv__(self, other):
        return Divide()(as_tensor(other), self)

    def __pow__(self, exponent):
        return Power(exponent)(self)

    def __matmul__(self, other):
        return MatMul()(self, other)


def as_tensor(value):
    return value if isinstance(value, Tensor) else Tensor(value)


# ---------------------------------------------------------------------------------------
# Yours. Every operation needs compute and gradient.


class Add(Op):
    """a + b, with broadcasting."""


class Multiply(Op):
    """a * b, entry by entry, with broadcasting."""


class Divide(Op):
    """a / b, entry by entry, with broadcasting."""


class Negate(Op):
    """-a."""


class Power(Op):
    """a ** exponent; the exponent is a number."""

    def __init__(self, exponent):
        self.exponent = exponent


class Exp(Op):
    """The exponential of each entry."""


class Log(Op):
    """The natural logarithm of each entry."""


class Tanh(Op):
    """The hyperbolic tangent of each entry."""


class BroadcastTo(Op):
    """Copies of a along new axes in front and along axes of length 1."""

    def __init__(self, shape):
        self.shape = shape


class Summation(Op):
    """The sum over some axes: all (None), one (an int) or several (a tuple)."""

    def __init__(self, axes=None):
        self.axes = axes


class Reshape(Op):
    """The same entries in another shape."""

    def __init__(self, shape):
        self.shape = shape


class Permute(Op):
    """The axes in another order: axis axes[i] of a becomes axis i."""

    def __init__(self, axes):
        self.axes = axes


class MatMul(Op):
    """a @ b for matrices and for stacks of matrices, which may broadcast."""


class Rows(Op):
    """The rows a[indices]; an index may come more than once."""

    def __init__(self, indices):
        self.indices = indices


def find_topo_sort(outputs):
    """Return all tensors behind the outputs, each after its inputs."""
    raise NotImplementedError("find_topo_sort")


def compute_gradients(output, out_grad):
    """Set grad of output and of every tensor behind it.

    Each grad is a Tensor and replaces what was there. It is the sum of what every
    operation that uses the tensor hands back.
    """
    raise NotImplementedError("compute_gradients")
