"""A node is ready when all of its users have reported; NumPy does the mathematics."""

from collections import deque

import numpy as np


class Value:
    def __init__(self, data, name="leaf", *inputs):
        self.data = np.float64(data)
        self.grad = 0
        self.name = name
        self.inputs = inputs

    def derivatives(self):
        """Return the derivative of this value for each of its inputs."""
        numbers = [one.data if isinstance(one, Value) else one for one in self.inputs]
        return RULES[self.name](self.data, *numbers)

    def __add__(self, other):
        return combine("add", np.add, self, other)

    def __sub__(self, other):
        return combine("sub", np.subtract, self, other)

    def __mul__(self, other):
        return combine("mul", np.multiply, self, other)

    def __truediv__(self, other):
        return combine("div", np.divide, self, other)

    def __radd__(self, other):
        return combine("add", np.add, other, self)

    def __rsub__(self, other):
        return combine("sub", np.subtract, other, self)

    def __rmul__(self, other):
        return combine("mul", np.multiply, other, self)

    def __rtruediv__(self, other):
        return combine("div", np.divide, other, self)

    def __pow__(self, k):
        return combine("pow", np.float_power, self, k)

    def __neg__(self):
        return combine("neg", np.negative, self)

    def relu(self):
        return combine("relu", lambda x: np.maximum(x, 0), self)

    def tanh(self):
        return combine("tanh", np.tanh, self)

    def exp(self):
        return combine("exp", np.exp, self)

    def log(self):
        return combine("log", np.log, self)

    def parents(self):
        return [one for one in self.inputs if isinstance(one, Value)]

    def backward(self):
        waiting_for = self.count_users()
        collected = {id(self): np.float64(1)}
        ready = deque([self])
        while ready:
            node = ready.popleft()
            g = collected.pop(id(node))
            if node.name == "leaf":
                node.grad = node.grad + g
                continue
            for parent, slope in zip(node.inputs, node.derivatives()):
                if not isinstance(parent, Value):
                    continue
                collected[id(parent)] = collected.get(id(parent), 0) + g * slope
                waiting_for[id(parent)] -= 1
                if waiting_for[id(parent)] == 0:
                    ready.append(parent)

    def count_users(self):
        count, stack, met = {}, [self], {id(self)}
        while stack:
            for parent in stack.pop().parents():
                count[id(parent)] = count.get(id(parent), 0) + 1
                if id(parent) not in met:
                    met.add(id(parent))
                    stack.append(parent)
        return count


RULES = {
    "add": lambda out, a, b: (1, 1),
    "sub": lambda out, a, b: (1, -1),
    "mul": lambda out, a, b: (b, a),
    "div": lambda out, a, b: (1 / b, -out / b),
    "pow": lambda out, a, k: (k * a ** (k - 1.0), None),
    "neg": lambda out, a: (-1,),
    "relu": lambda out, a: (np.heaviside(a, 0),),
    "tanh": lambda out, a: (1 / np.cosh(a) ** 2,),
    "exp": lambda out, a: (out,),
    "log": lambda out, a: (1 / a,),
}


def combine(name, function, *inputs):
    numbers = [one.data if isinstance(one, Value) else one for one in inputs]
    return Value(function(*numbers), name, *inputs)
