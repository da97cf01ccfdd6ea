"""Adam as students write it."""

import numpy as np


class Textbook:
    """Algorithm 1 of the paper, line by line, with new arrays."""

    eps_place = "outside"
    bias_correction = True

    def __init__(self, layers, lr, beta1, beta2, eps=0.0):
        self.layers, self.lr, self.eps = layers, lr, eps
        self.beta1, self.beta2 = beta1, beta2
        self.m, self.v, self.t = {}, {}, 0

    def step(self):
        self.t += 1
        for i, layer in enumerate(self.layers):
            for name, g in layer.grads.items():
                m = self.beta1 * self.m.get((i, name), 0.0) + (1 - self.beta1) * g
                v = self.beta2 * self.v.get((i, name), 0.0) + (1 - self.beta2) * g**2
                self.m[i, name], self.v[i, name] = m, v
                if self.bias_correction:
                    m = m / (1 - self.beta1**self.t)
                    v = v / (1 - self.beta2**self.t)
                if self.eps_place == "inside":
                    root = np.sqrt(v + self.eps)
                else:
                    root = np.sqrt(v) + self.eps
                layer.params[name] = layer.params[name] - self.lr * m / root


class Folded:
    """Both corrections in the size of the step and in epsilon; all in place."""

    eps_place = "outside"
    bias_correction = True

    def __init__(self, layers, lr, beta1, beta2, eps=0.0):
        self.layers = layers
        self.rates = lr, beta1, beta2, eps
        self.first = [self.nothing(layer) for layer in layers]
        self.second = [self.nothing(layer) for layer in layers]
        self.powers = [1.0, 1.0]

    @staticmethod
    def nothing(layer):
        return {key: np.zeros_like(value) for key, value in layer.params.items()}

    def step(self):
        lr, beta1, beta2, eps = self.rates
        self.powers = [self.powers[0] * beta1, self.powers[1] * beta2]
        c1, c2 = (1 - p if self.bias_correction else 1.0 for p in self.powers)
        rate = lr * np.sqrt(c2).item() / c1
        for layer, first, second in zip(
            self.layers, self.first, self.second, strict=True
        ):
            for key, w in layer.params.items():
                gradient = layer.grads[key]
                first[key] *= beta1
                first[key] += (1 - beta1) * gradient
                second[key] *= beta2
                second[key] += (1 - beta2) * gradient * gradient
                if self.eps_place == "inside":
                    w -= rate * first[key] / np.sqrt(second[key] + eps * c2)
                else:
                    w -= rate * first[key] / (np.sqrt(second[key]) + eps * c2**0.5)


class Lerp:
    """Averages moved towards the gradient; the corrections as running weights."""

    eps_place = "outside"
    bias_correction = True

    def __init__(self, layers, lr, b1, b2, eps=0.0):
        self.lr, self.b1, self.b2, self.eps = lr, b1, b2, eps
        self.slots = [[one, key, 0.0, 0.0] for one in layers for key in one.params]
        self.w1 = self.w2 = 0.0

    def step(self):
        # The weights of all gradients so far, which add up to 1 in the end.
        self.w1 += (1 - self.b1) * (1 - self.w1)
        self.w2 += (1 - self.b2) * (1 - self.w2)
        w1, w2 = (self.w1, self.w2) if self.bias_correction else (1.0, 1.0)
        for slot in self.slots:
            layer, key, m, v = slot
            g = layer.grads[key]
            slot[2] = m = m + (1 - self.b1) * (g - m)
            slot[3] = v = v + (1 - self.b2) * (g * g - v)
            inside = self.eps_place == "inside"
            scale = (v / w2 + self.eps) ** 0.5 if inside else (v / w2) ** 0.5 + self.eps
            layer.params[key] = layer.params[key] - (self.lr / w1) * (m / scale)


class History:
    """Keeps every gradient and weighs all of them anew at each step."""

    eps_place = "outside"
    bias_correction = True

    def __init__(self, layers, lr, beta1, beta2, eps=0.0):
        self.layers, self.lr, self.betas, self.eps = layers, lr, (beta1, beta2), eps
        self.gradients = []

    def average(self, values, beta):
        weights = [beta**age for age in range(len(values))][::-1]
        total = sum(w * value for w, value in zip(weights, values, strict=True))
        return total / sum(weights) if self.bias_correction else (1 - beta) * total

    def step(self):
        self.gradients.append([dict(layer.grads) for layer in self.layers])
        for number, layer in enumerate(self.layers):
            for key in layer.params:
                past = [grads[number][key] for grads in self.gradients]
                mean = self.average(past, self.betas[0])
                square = self.average([g**2 for g in past], self.betas[1])
                if self.eps_place == "inside":
                    step = mean * (square + self.eps) ** -0.5
                else:
                    step = mean / (square**0.5 + self.eps)
                layer.params[key] = layer.params[key] - self.lr * step


def variants(step_size="lr", **conventions):
    parts = {"textbook": Textbook, "folded": Folded, "lerp": Lerp, "history": History}
    made = {name: type(name, (part,), conventions) for name, part in parts.items()}
    if step_size == "lr":
        return made
    return {name: without_rate(part) for name, part in made.items()}


def without_rate(part):
    return lambda layers, *betas: part(layers, 1.0, *betas)
