"""Stochastic gradient descent as students write it."""

import numpy as np


class Textbook:
    """New arrays, one formula for each decay."""

    decay = "none"

    def __init__(self, layers, lr, weight_decay=0.0):
        self.layers, self.lr, self.weight_decay = layers, lr, weight_decay

    def step(self):
        for layer in self.layers:
            for name in layer.params:
                w, g = layer.params[name], layer.grads[name]
                if self.decay == "coupled":
                    w = w - self.lr * (g + self.weight_decay * w)
                elif self.decay == "csu":
                    w = (1 - self.lr) * w - self.lr * g
                else:
                    w = w - self.lr * g
                layer.params[name] = w


class InPlace:
    """Shrinks the array itself, then subtracts from it."""

    decay = "none"

    def __init__(self, layers, lr, weight_decay=0.0):
        self.layers = layers
        self.lr = lr
        self.shrink = {"none": 0.0, "csu": lr, "coupled": lr * weight_decay}[self.decay]

    def step(self):
        for layer in self.layers:
            for key, array in layer.params.items():
                if self.shrink:
                    array *= 1 - self.shrink
                np.subtract(array, np.multiply(self.lr, layer.grads[key]), out=array)


class Entrywise:
    """Adds the decay to each slope, one number after the other."""

    decay = "none"

    def __init__(self, layers, rate, *extra):
        self.layers, self.rate = layers, rate
        self.pull = {"none": 0.0, "csu": 1.0}.get(self.decay, *extra or (0.0,))

    def step(self):
        for layer in self.layers:
            for key, array in layer.params.items():
                for place in np.ndindex(array.shape):
                    slope = layer.grads[key][place] + self.pull * array[place]
                    array[place] -= self.rate * slope


def variants(**conventions):
    parts = {"textbook": Textbook, "in_place": InPlace, "entrywise": Entrywise}
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
