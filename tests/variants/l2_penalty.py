"""A penalty on squares as students write it: weight_0, bias_0, weight_1, bias_1."""

import numpy as np

NAMES = ("weight_0", "bias_0", "weight_1", "bias_1")


class Penalty:
    """Settings, and which of the four arrays are penalised."""

    strength, factor, biases = 0.3, "one", "excluded"
    subset, examples = "all", None

    def is_penalised(self, name):
        kind, _, number = name.partition("_")
        if kind == "bias" and self.biases == "excluded":
            return False
        return self.subset == "all" or int(number) in self.subset

    def penalised(self, arrays):
        named = zip(NAMES, arrays, strict=True)
        return [array for name, array in named if self.is_penalised(name)]


class Textbook(Penalty):
    """Squares and twice the array."""

    def forward(self, *arrays):
        self.arrays = self.penalised(arrays)
        return self.scale() * sum((a**2).sum() for a in self.arrays)

    def scale(self):
        if self.factor == "half_over_n":
            return self.strength / (2 * self.examples)
        return self.strength / 2 if self.factor == "half" else self.strength

    def backward(self):
        grads = [2 * self.scale() * a for a in self.arrays]
        return grads[0] if len(grads) == 1 else grads


class Norms(Penalty):
    """Frobenius norms, squared again."""

    def forward(self, *arrays):
        divisors = {"one": 1, "half": 2, "half_over_n": 2 * (self.examples or 0)}
        self.divisor = divisors[self.factor]
        self.used = self.penalised(arrays)
        norms = [np.linalg.norm(value) for value in self.used]
        return self.strength * np.square(norms).sum() / self.divisor

    def backward(self):
        found = tuple(w / self.divisor * self.strength * 2 for w in self.used)
        return found if len(found) > 1 else found[0]


class Dots(Penalty):
    """A dot product of everything with its own gradient, which is computed first."""

    def forward(self, *arrays):
        double = {"one": 2.0, "half": 1.0}.get(self.factor) or 1.0 / self.examples
        self.grads, loss = [], 0.0
        for array in self.penalised(arrays):
            self.grads.append(double * self.strength * array)
            loss += 0.5 * np.vdot(self.grads[-1], array)
        return loss

    def backward(self):
        first, *others = self.grads
        return (first, *others) if others else first


def variants(**conventions):
    parts = {"textbook": Textbook, "norms": Norms, "dots": Dots}
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
