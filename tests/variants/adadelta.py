"""Adadelta as students write it."""

import numpy as np


class Textbook:
    """Both mean squares in dicts, by layer and name."""

    def __init__(self, layers, lr, decay_rate, eps):
        self.layers, self.lr, self.rho, self.eps = layers, lr, decay_rate, eps
        self.E, self.X = {}, {}

    def step(self):
        rho = self.rho
        for i, layer in enumerate(self.layers):
            for name, g in layer.grads.items():
                E = rho * self.E.get((i, name), 0.0) + (1 - rho) * g**2
                X = self.X.get((i, name), 0.0)
                d = np.sqrt(X + self.eps) / np.sqrt(E + self.eps) * g
                layer.params[name] = layer.params[name] - self.lr * d
                self.E[i, name] = E
                self.X[i, name] = rho * X + (1 - rho) * d**2


class InPlace:
    """State beside each parameter, changed in place; one root of the quotient."""

    def __init__(self, layers, learning_rate, rho, epsilon):
        self.slots = [
            (layer, key, np.zeros_like(value), np.zeros_like(value))
            for layer in layers
            for key, value in layer.params.items()
        ]
        self.learning_rate, self.rho, self.epsilon = learning_rate, rho, epsilon

    def step(self):
        for layer, key, squares, moves in self.slots:
            gradient = layer.grads[key]
            squares *= self.rho
            squares += (1 - self.rho) * gradient * gradient
            ratio = (moves + self.epsilon) / (squares + self.epsilon)
            move = np.sqrt(ratio) * gradient
            layer.params[key] -= self.learning_rate * move
            moves += (1 - self.rho) * (move * move - moves)


class Shifted:
    """Remembers the mean squares with epsilon already added to them."""

    def __init__(self, layers, lr, rho, eps):
        self.layers = layers
        self.lr, self.rho, self.eps = lr, rho, eps
        self.state = {}

    def mix(self, old, new):
        return self.rho * old + (1 - self.rho) * (new + self.eps)

    def step(self):
        for layer in self.layers:
            for key, w in layer.params.items():
                g = layer.grads[key]
                place = (id(layer), key)
                S, D = self.state.get(place, (self.eps, self.eps))
                S = self.mix(S, np.square(g))
                d = g * np.sqrt(D) / np.sqrt(S)
                self.state[place] = S, self.mix(D, np.square(d))
                layer.params[key] = w - d * self.lr


def variants(**conventions):
    return {"textbook": Textbook, "in_place": InPlace, "shifted": Shifted}
