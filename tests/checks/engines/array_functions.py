"""Functions with forward(ctx, ...) and backward(ctx, d), and counted users."""

import numpy as np


class Context:
    def save(self, *values):
        self.saved = values


class Function:
    @classmethod
    def apply(cls, *inputs, **settings):
        ctx = Context()
        ctx.settings = settings
        arrays = [one._data if isinstance(one, Tensor) else one for one in inputs]
        return Tensor(cls.forward(ctx, *arrays), (cls, ctx, inputs))


class Tensor:
    def __init__(self, array, history=None):
        self._data = np.array(array, dtype=np.float64)
        self.history = history
        self.derivative = None

    def numpy(self):
        return self._data

    def users(self):
        """Count for every tensor behind this one how many operations use it."""
        counts, stack, met = {}, [self], {self}
        while stack:
            tensor = stack.pop()
            if tensor.history is None:
                continue
            for one in tensor.history[2]:
                if isinstance(one, Tensor):
                    counts[one] = counts.get(one, 0) + 1
                    if one not in met:
                        met.add(one)
                        stack.append(one)
        return counts

    def backpropagate(self, d=None):
        counts = self.users()
        arrived = {self: np.ones_like(self._data) if d is None else np.asarray(d)}
        ready = [self]
        while ready:
            tensor = ready.pop()
            if tensor.history is None:
                tensor.derivative = arrived[tensor]
                continue
            function, ctx, inputs = tensor.history
            pieces = function.backward(ctx, arrived[tensor])
            pieces = pieces if isinstance(pieces, tuple) else (pieces,)
            for one, piece in zip(inputs, pieces, strict=False):
                if not isinstance(one, Tensor):
                    continue
                held = arrived.get(one)
                arrived[one] = piece if held is None else held + piece
                counts[one] -= 1
                if counts[one] == 0:
                    ready.append(one)

    def __add__(self, other):
        return Add.apply(self, other)

    def __radd__(self, other):
        return Add.apply(other, self)

    def __mul__(self, other):
        return Mul.apply(self, other)

    def __rmul__(self, other):
        return Mul.apply(other, self)

    def __neg__(self):
        return Mul.apply(self, -1.0)

    def __sub__(self, other):
        return Add.apply(self, Mul.apply(other, -1.0))

    def __rsub__(self, other):
        return Add.apply(other, Mul.apply(self, -1.0))

    def __truediv__(self, other):
        return Mul.apply(self, Pow.apply(other, k=-1))

    def __rtruediv__(self, other):
        return Mul.apply(other, Pow.apply(self, k=-1))

    def __pow__(self, k):
        return Pow.apply(self, k=k)

    def __matmul__(self, other):
        return MatMul.apply(self, other)

    def __getitem__(self, key):
        return Index.apply(self, key=key)


def tanh(x):
    return Tanh.apply(x)


def relu(x):
    return ReLU.apply(x)


def exp(x):
    return Exp.apply(x)


def log(x):
    return Log.apply(x)


def total(x, axis=None, keepdims=False):
    return Sum.apply(x, axis=axis, keepdims=keepdims)


def view(x, shape):
    return View.apply(x, shape=shape)


def permute(x, axes=None):
    order = tuple(range(x.numpy().ndim))[::-1] if axes is None else axes
    return Permute.apply(x, order=order)


def expand(x, shape):
    return Add.apply(x, np.zeros(shape))


def shrink(g, shape):
    g = g.reshape((-1, *g.shape[g.ndim - len(shape) :])).sum(axis=0)
    for axis, length in enumerate(shape):
        if length == 1:
            g = g.sum(axis=axis, keepdims=True)
    return g


class Add(Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save(np.shape(a), np.shape(b))
        return a + b

    @staticmethod
    def backward(ctx, d):
        return tuple(shrink(d, shape) for shape in ctx.saved)


class Mul(Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save(np.asarray(a), np.asarray(b))
        return a * b

    @staticmethod
    def backward(ctx, d):
        a, b = ctx.saved
        return shrink(d * b, a.shape), shrink(d * a, b.shape)


class Pow(Function):
    @staticmethod
    def forward(ctx, a):
        ctx.save(a)
        return a ** float(ctx.settings["k"])

    @staticmethod
    def backward(ctx, d):
        k = float(ctx.settings["k"])
        return d * k * ctx.saved[0] ** (k - 1)


class MatMul(Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save(a, b)
        return a @ b

    @staticmethod
    def backward(ctx, d):
        a, b = ctx.saved
        left = np.moveaxis(b, -1, -2)
        right = np.moveaxis(a, -1, -2)
        return shrink(d @ left, a.shape), shrink(right @ d, b.shape)


class Tanh(Function):
    @staticmethod
    def forward(ctx, a):
        ctx.save(np.tanh(a))
        return ctx.saved[0]

    @staticmethod
    def backward(ctx, d):
        return d - d * ctx.saved[0] ** 2


class ReLU(Function):
    @staticmethod
    def forward(ctx, a):
        ctx.save(a > 0)
        return np.where(a > 0, a, 0)

    @staticmethod
    def backward(ctx, d):
        return np.where(ctx.saved[0], d, 0)


class Exp(Function):
    @staticmethod
    def forward(ctx, a):
        ctx.save(np.exp(a))
        return ctx.saved[0]

    @staticmethod
    def backward(ctx, d):
        return d * ctx.saved[0]


class Log(Function):
    @staticmethod
    def forward(ctx, a):
        ctx.save(a)
        return np.log(a)

    @staticmethod
    def backward(ctx, d):
        return d / ctx.saved[0]


class Sum(Function):
    @staticmethod
    def forward(ctx, a):
        kept = a.sum(axis=ctx.settings["axis"], keepdims=True)
        ctx.save(a.shape, kept.shape)
        if ctx.settings["keepdims"]:
            return kept
        return a.sum(axis=ctx.settings["axis"])

    @staticmethod
    def backward(ctx, d):
        shape, kept = ctx.saved
        return d.reshape(kept) + np.zeros(shape)


class View(Function):
    @staticmethod
    def forward(ctx, a):
        ctx.save(a.shape)
        return a.reshape(ctx.settings["shape"])

    @staticmethod
    def backward(ctx, d):
        return d.reshape(ctx.saved[0])


class Permute(Function):
    @staticmethod
    def forward(ctx, a):
        return np.moveaxis(a, ctx.settings["order"], range(a.ndim))

    @staticmethod
    def backward(ctx, d):
        return np.moveaxis(d, range(d.ndim), ctx.settings["order"])


class Index(Function):
    @staticmethod
    def forward(ctx, a):
        ctx.save(a.shape)
        return a[ctx.settings["key"]]

    @staticmethod
    def backward(ctx, d):
        whole = np.zeros(ctx.saved[0])
        np.add.at(whole, ctx.settings["key"], d)
        return whole
