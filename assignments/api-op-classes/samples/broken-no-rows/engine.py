"""Operations that broadcast by themselves; what was copied is summed on the way back."""

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


def sum_to(tensor, shape):
    """Sum over the axes along which an array of this shape was copied."""
    new = len(tensor.shape) - len(shape)
    axes = tuple(range(new)) + tuple(
        new + axis
        for axis, length in enumerate(shape)
        if length != tensor.shape[new + axis]
    )
    if not axes:
        return tensor
    return Reshape(shape)(Summation(axes)(tensor))


class Add(Op):
    def compute(self, a, b):
        return a + b

    def gradient(self, out_grad, node):
        a, b = node.inputs
        return sum_to(out_grad, a.shape), sum_to(out_grad, b.shape)


class Multiply(Op):
    def compute(self, a, b):
        return a * b

    def gradient(self, out_grad, node):
        a, b = node.inputs
        return sum_to(out_grad * b, a.shape), sum_to(out_grad * a, b.shape)


class Divide(Op):
    def compute(self, a, b):
        return a / b

    def gradient(self, out_grad, node):
        a, b = node.inputs
        return sum_to(out_grad / b, a.shape), sum_to(-out_grad * a / b**2, b.shape)


class Negate(Op):
    def compute(self, a):
        return -a

    def gradient(self, out_grad, node):
        return -out_grad


class Power(Op):
    def __init__(self, exponent):
        self.exponent = exponent

    def compute(self, a):
        return a**self.exponent

    def gradient(self, out_grad, node):
        return out_grad * self.exponent * node.inputs[0] ** (self.exponent - 1)


class Exp(Op):
    def compute(self, a):
        return np.exp(a)

    def gradient(self, out_grad, node):
        return out_grad * node


class Log(Op):
    def compute(self, a):
        return np.log(a)

    def gradient(self, out_grad, node):
        return out_grad / node.inputs[0]


class Tanh(Op):
    def compute(self, a):
        return np.tanh(a)

    def gradient(self, out_grad, node):
        return out_grad * (1 - node * node)


class BroadcastTo(Op):
    def __init__(self, shape):
        self.shape = shape

    def compute(self, a):
        return np.broadcast_to(a, self.shape)

    def gradient(self, out_grad, node):
        return sum_to(out_grad, node.inputs[0].shape)


class Summation(Op):
    def __init__(self, axes=None):
        self.axes = axes

    def compute(self, a):
        return a.sum(axis=self.axes)

    def gradient(self, out_grad, node):
        (a,) = node.inputs
        kept = np.sum(a.array, axis=self.axes, keepdims=True).shape
        return BroadcastTo(a.shape)(Reshape(kept)(out_grad))


class Reshape(Op):
    def __init__(self, shape):
        self.shape = shape

    def compute(self, a):
        return a.reshape(self.shape)

    def gradient(self, out_grad, node):
        return Reshape(node.inputs[0].shape)(out_grad)


class Permute(Op):
    def __init__(self, axes):
        self.axes = axes

    def compute(self, a):
        return a.transpose(self.axes)

    def gradient(self, out_grad, node):
        return Permute(tuple(np.argsort(self.axes)))(out_grad)


class MatMul(Op):
    def compute(self, a, b):
        return a @ b

    def gradient(self, out_grad, node):
        a, b = node.inputs
        return (
            sum_to(out_grad @ flipped(b), a.shape),
            sum_to(flipped(a) @ out_grad, b.shape),
        )


def flipped(tensor):
    """Transpose each matrix of a stack."""
    axes = list(range(len(tensor.shape)))
    axes[-2:] = axes[:-3:-1]
    return Permute(tuple(axes))(tensor)


def find_topo_sort(outputs):
    order, seen = [], set()

    def visit(tensor):
        if id(tensor) in seen:
            return
        seen.add(id(tensor))
        for one in tensor.inputs:
            visit(one)
        order.append(tensor)

    for output in outputs:
        visit(output)
    return order


def compute_gradients(output, out_grad):
    pieces = {id(output): [out_grad]}
    for tensor in reversed(find_topo_sort([output])):
        first, *others = pieces[id(tensor)]
        for piece in others:
            first = first + piece
        tensor.grad = first
        if tensor.op is None:
            continue
        given = tensor.op.gradient(tensor.grad, tensor)
        for one, piece in zip(
            tensor.inputs, given if isinstance(given, tuple) else (given,)
        ):
            pieces.setdefault(id(one), []).append(piece)
