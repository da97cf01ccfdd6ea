"""The graphs of the lectures as students write them."""

import math

import numpy as np


def logistic(z):
    return 1 / (1 + np.exp(-z))


class Formulas:
    """Derivatives that were worked out on paper."""

    def forward(self, *inputs):
        out, self.derivatives = getattr(self, self.example)(*inputs)
        return out

    def backward(self, grad_out):
        found = tuple(grad_out * d for d in self.derivatives)
        return found if len(found) > 1 else found[0]

    def sum_times_increment(self, a, b):
        return (a + b) * (b + 1), (b + 1, a + 2 * b + 1)

    def path_factoring(self, a, b, g, d, e, z):
        left, right = a + b + g, d + e + z
        return left * right, (right,) * 3 + (left,) * 3

    def exponential(self, x, y):
        power = np.exp(x * y)
        return y + power, (y * power, 1 + x * power)

    def exponential_of_time(self, t):
        power = np.exp(t**2 * np.cos(t))
        return t**2 + power, (2 * t + power * (2 * t * np.cos(t) - t**2 * np.sin(t)),)

    def logistic_least_squares(self, w, b, x, t):
        y = logistic(w * x + b)
        delta = (y - t) * y * (1 - y)
        return (y - t) ** 2 / 2, (delta * x, delta, delta * w, t - y)

    def square(self, x):
        return x**2, (2 * x,)

    def cube(self, x):
        return x**3, (3 * x**2,)

    def diamond(self, x, y):
        # (x * y + x) * (x * y * y) = x**2 * (y**3 + y**2)
        return x**2 * (y**3 + y**2), (
            2 * x * (y**3 + y**2),
            x**2 * (3 * y**2 + 2 * y),
        )

    def doublings(self, x):
        return 2**24 * x, (np.float64(2**24),)


def sum_times_increment(a, b):
    return (a + b) * (b + 1)


def path_factoring(a, b, g, d, e, z):
    return (a + b + g) * (d + e + z)


def exponential(x, y):
    return y + (x * y).exp()


def exponential_of_time(t):
    square = t * t
    return square + (t.cos() * square).exp()


def logistic_least_squares(w, b, x, t):
    error = (w * x + b).logistic() + t * -1
    return error * error * 0.5


def square(x):
    return x * x


def cube(x):
    return x * x * x


def diamond(x, y):
    u = x * y
    return (u + x) * (u * y)


def doublings(x):
    for _ in range(24):
        x = x + x
    return x


GRAPHS = {
    one.__name__: one
    for one in (
        sum_times_increment,
        path_factoring,
        exponential,
        exponential_of_time,
        logistic_least_squares,
        square,
        cube,
        diamond,
        doublings,
    )
}


class Value:
    """A number that knows what it was made of, and adds up its gradient."""

    def __init__(self, data, parents=(), back=None):
        self.data, self.grad = data, 0.0
        self.parents, self.back = parents, back

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)

        def back(g):
            self.grad += g
            other.grad += g

        return Value(self.data + other.data, (self, other), back)

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)

        def back(g):
            self.grad += g * other.data
            other.grad += g * self.data

        return Value(self.data * other.data, (self, other), back)

    def bent(self, value, slope):
        def back(g):
            self.grad += g * slope

        return Value(value, (self,), back)

    def exp(self):
        power = math.exp(self.data)
        return self.bent(power, power)

    def cos(self):
        return self.bent(math.cos(self.data), -math.sin(self.data))

    def logistic(self):
        y = 0.5 + 0.5 * math.tanh(0.5 * self.data)
        return self.bent(y, y * (1 - y))

    def backward(self, grad):
        order, seen = [], set()

        def visit(node):
            if id(node) not in seen:
                seen.add(id(node))
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = grad
        for node in reversed(order):
            if node.back:
                node.back(node.grad)


class Graph:
    """Nodes in topological order, with plain Python numbers in them."""

    def forward(self, *inputs):
        self.leaves = [Value(value.item()) for value in inputs]
        self.out = GRAPHS[self.example](*self.leaves)
        return self.out.data

    def backward(self, grad_out):
        self.out.backward(float(grad_out))
        found = [leaf.grad for leaf in self.leaves]
        return found if len(found) > 1 else found[0]


class Dual:
    """A number and its derivatives for all inputs, carried forward."""

    def __init__(self, value, slopes):
        self.value, self.slopes = value, slopes

    def __add__(self, other):
        if not isinstance(other, Dual):
            return Dual(self.value + other, self.slopes)
        return Dual(self.value + other.value, self.slopes + other.slopes)

    def __mul__(self, other):
        if not isinstance(other, Dual):
            return Dual(self.value * other, self.slopes * other)
        slopes = self.value * other.slopes + other.value * self.slopes
        return Dual(self.value * other.value, slopes)

    def exp(self):
        power = np.exp(self.value)
        return Dual(power, power * self.slopes)

    def cos(self):
        return Dual(np.cos(self.value), -np.sin(self.value) * self.slopes)

    def logistic(self):
        e = np.exp(-np.abs(self.value))
        value = np.where(self.value > 0, 1, e) / (1 + e)
        return Dual(value, e / (1 + e) ** 2 * self.slopes)


class Forward:
    """All derivatives on the way forward; backward only multiplies."""

    def forward(self, *inputs):
        rows = np.eye(len(inputs), dtype=inputs[0].dtype)
        duals = [Dual(value, row) for value, row in zip(inputs, rows, strict=True)]
        out = GRAPHS[self.example](*duals)
        self.slopes = out.slopes
        return out.value

    def backward(self, grad_out):
        found = tuple(np.asarray(slope * grad_out) for slope in self.slopes)
        return found if len(found) > 1 else found[0]


def variants(example="sum_times_increment"):
    parts = {"formulas": Formulas, "graph": Graph, "forward": Forward}
    given = {"example": example}
    return {name: type(name, (part,), given) for name, part in parts.items()}
