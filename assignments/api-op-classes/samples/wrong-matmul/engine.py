"""Copying and summing in one place only; an order found from the end."""

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
# Operations of two operands never broadcast here: both are copied to one shape before,
# by BroadcastTo, which is the only one that has to sum.


def alike(a, b):
    shape = np.broadcast_shapes(a.shape, b.shape)
    return tuple(
        one if one.shape == shape else BroadcastTo(shape)(one) for one in (a, b)
    )


class Aligned(Op):
    def __call__(self, a, b):
        return super().__call__(*alike(a, b))


class Add(Aligned):
    def compute(self, a, b):
        return a + b

    def gradient(self, out_grad, node):
        return out_grad, out_grad


class Multiply(Aligned):
    def compute(self, a, b):
        return a * b

    def gradient(self, out_grad, node):
        return node.inputs[1] * out_grad, node.inputs[0] * out_grad


class Divide(Aligned):
    def compute(self, a, b):
        return a / b

    def gradient(self, out_grad, node):
        left = out_grad / node.inputs[1]
        return left, Negate()(left * node)


class Negate(Op):
    def compute(self, a):
        return np.negative(a)

    def gradient(self, out_grad, node):
        return Negate()(out_grad)


class Power(Op):
    def __init__(self, exponent):
        self.exponent = exponent

    def compute(self, a):
        return np.float_power(a, self.exponent)

    def gradient(self, out_grad, node):
        slope = Power(self.exponent - 1)(node.inputs[0]) * self.exponent
        return slope * out_grad


class Entrywise(Op):
    """The derivative is a function of the input."""

    def gradient(self, out_grad, node):
        return self.slope(node.inputs[0]) * out_grad


class Exp(Entrywise):
    def compute(self, a):
        return np.exp(a)

    def slope(self, a):
        return Exp()(a)


class Log(Entrywise):
    def compute(self, a):
        return np.log(a)

    def slope(self, a):
        return Power(-1)(a)


class Tanh(Entrywise):
    def compute(self, a):
        return np.tanh(a)

    def slope(self, a):
        return 1 - Power(2)(Tanh()(a))


class BroadcastTo(Op):
    def __init__(self, shape):
        self.shape = shape

    def compute(self, a):
        return np.zeros(self.shape) + a

    def gradient(self, out_grad, node):
        shape = node.inputs[0].shape
        padded = (1,) * (len(self.shape) - len(shape)) + tuple(shape)
        for axis, length in enumerate(padded):
            if length == 1 and self.shape[axis] != 1:
                out_grad = Summation(axis)(out_grad)
                after = list(self.shape[: axis + 1]) + list(out_grad.shape[axis:])
                after[: axis + 1] = list(padded[: axis + 1])
                out_grad = Reshape(tuple(after))(out_grad)
        return Reshape(tuple(shape))(out_grad)


class Summation(Op):
    def __init__(self, axes=None):
        self.axes = axes

    def counted(self, ndim):
        if self.axes is None:
            return set(range(ndim))
        axes = self.axes if isinstance(self.axes, tuple) else (self.axes,)
        return {axis % ndim for axis in axes}

    def compute(self, a):
        for axis in sorted(self.counted(a.ndim), reverse=True):
            a = np.add.reduce(a, axis=axis)
        return a

    def gradient(self, out_grad, node):
        shape = node.inputs[0].shape
        gone = self.counted(len(shape))
        kept = tuple(1 if axis in gone else n for axis, n in enumerate(shape))
        return BroadcastTo(shape)(Reshape(kept)(out_grad))


class Reshape(Op):
    def __init__(self, shape):
        self.shape = shape

    def compute(self, a):
        return np.reshape(a, self.shape)

    def gradient(self, out_grad, node):
        return Reshape(node.inputs[0].shape)(out_grad)


class Permute(Op):
    def __init__(self, axes):
        self.axes = axes

    def compute(self, a):
        return np.transpose(a, self.axes)

    def gradient(self, out_grad, node):
        back = [0] * len(self.axes)
        for place, axis in enumerate(self.axes):
            back[axis] = place
        return Permute(tuple(back))(out_grad)


class MatMul(Op):
    def __call__(self, a, b):
        front = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
        stacked = [
            one
            if one.shape[:-2] == front
            else BroadcastTo(front + tuple(one.shape[-2:]))(one)
            for one in (a, b)
        ]
        return super().__call__(*stacked)

    def compute(self, a, b):
        return np.einsum("...ij,...jk->...ik", a, b)

    def gradient(self, out_grad, node):
        a, b = node.inputs
        order = tuple(range(len(a.shape) - 2)) + (len(a.shape) - 1, len(a.shape) - 2)
        return (
            MatMul()(out_grad, b),
            MatMul()(a, out_grad),
        )


class Rows(Op):
    """Reading rows is a product with a table of zeros and ones."""

    def __init__(self, indices):
        self.indices = np.asarray(indices)

    def compute(self, a):
        return self.picks(len(a)).array @ a

    def picks(self, count):
        return Tensor(self.indices[:, None] == np.arange(count))

    def gradient(self, out_grad, node):
        picks = self.picks(node.inputs[0].shape[0])
        return MatMul()(Permute((1, 0))(picks), out_grad)


def find_topo_sort(outputs):
    """Remove tensors that nobody waits for, from the end."""
    users, stack, met = {}, list(outputs), {id(one) for one in outputs}
    while stack:
        for one in stack.pop().inputs:
            users[id(one)] = users.get(id(one), 0) + 1
            if id(one) not in met:
                met.add(id(one))
                stack.append(one)
    backwards = []
    ready = [one for one in outputs if not users.get(id(one))]
    while ready:
        tensor = ready.pop(0)
        backwards.append(tensor)
        for one in tensor.inputs:
            users[id(one)] -= 1
            if not users[id(one)]:
                ready.append(one)
    return backwards[::-1]


def compute_gradients(output, out_grad):
    order = find_topo_sort([output])
    for tensor in order:
        tensor.grad = None
    output.grad = out_grad
    for tensor in order[::-1]:
        if tensor.op is None:
            continue
        pieces = tensor.op.gradient(tensor.grad, tensor)
        if not isinstance(pieces, tuple):
            pieces = (pieces,)
        for one, piece in zip(tensor.inputs, pieces):
            one.grad = piece if one.grad is None else one.grad + piece
