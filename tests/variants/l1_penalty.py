"""A penalty on magnitudes as students write it: weight_0, bias_0, weight_1, bias_1."""

import numpy as np


class Chosen:
    """Settings, and which of the four arrays are penalised."""

    strength, factor, biases = 0.3, "one", "excluded"
    subset, examples = "all", None

    def chosen(self, arrays):
        layers = (0, 1) if self.subset == "all" else self.subset
        kept = []
        for layer in layers:
            kept.append(arrays[2 * layer])
            if self.biases == "included":
                kept.append(arrays[2 * layer + 1])
        return kept

    def f(self):
        divisor = {"one": 1, "half": 2}.get(self.factor) or 2 * self.examples
        return self.strength / divisor

    @staticmethod
    def one_or_tuple(gradients):
        gradients = tuple(gradients)
        return gradients if len(gradients) > 1 else gradients[0]


class Textbook(Chosen):
    """``abs`` and ``sign`` of each array."""

    def forward(self, *arrays):
        self.kept = self.chosen(arrays)
        return self.f() * sum(np.sum(np.abs(a)) for a in self.kept)

    def backward(self):
        return self.one_or_tuple(self.f() * np.sign(a) for a in self.kept)


class Flat(Chosen):
    """One long vector and its 1-norm; the gradient is cut up again."""

    def forward(self, *arrays):
        kept = self.chosen(arrays)
        self.shapes = [a.shape for a in kept]
        self.vector = np.concatenate([np.ravel(a) for a in kept])
        return np.linalg.norm(self.vector, 1) * self.f()

    def backward(self):
        f, v = self.f(), self.vector
        grad = np.where(v > 0, f, np.where(v < 0, -f, 0.0))
        ends = np.cumsum([np.prod(shape) for shape in self.shapes])[:-1]
        pairs = zip(np.split(grad, ends), self.shapes, strict=True)
        return self.one_or_tuple(part.reshape(shape) for part, shape in pairs)


class Loops(Chosen):
    """Every entry, added to the loss or taken from it."""

    def forward(self, *arrays):
        loss, self.grads, f = 0.0, [], self.f()
        for array in self.chosen(arrays):
            grad = np.zeros_like(array)
            for place, w in np.ndenumerate(array):
                if w > 0:
                    loss, grad[place] = loss + f * w, f
                elif w < 0:
                    loss, grad[place] = loss - f * w, -f
            self.grads.append(grad)
        return loss

    def backward(self):
        return self.one_or_tuple(self.grads)


def variants(**conventions):
    parts = {"textbook": Textbook, "flat": Flat, "loops": Loops}
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
