# Nothing is changed in place: new arrays, new dicts, lists of numbers where I could.
import numpy as np


def sgd_momentum(w, dw, config):
    step = -config["learning_rate"] * dw
    if "v" in config:
        step = step + config["momentum"] * config["v"]
    new = dict(config)
    new["v"] = step
    return [w + step, new]


class RMSProp:
    def __init__(self, model, lr, decay, eps):
        self.model, self.lr, self.decay, self.eps = model, lr, decay, eps
        self.past = []

    def step(self):
        # The memory as a sum over all gradients so far, as in the definition.
        self.past.append([(np.array(l.dW), np.array(l.db)) for l in self.model.layers])
        for i, layer in enumerate(self.model.layers):
            for j, name in enumerate(("W", "b")):
                s = 0
                for age, gradients in enumerate(reversed(self.past)):
                    s = s + (1 - self.decay) * self.decay**age * gradients[i][j] ** 2
                g = self.past[-1][i][j]
                setattr(layer, name, getattr(layer, name) - self.lr * g / (s**0.5 + self.eps))


class Optimizer:
    def __init__(self, parameters, **settings):
        self.parameters = parameters
        self.settings = settings
        self.state = {id(p): None for p in parameters}

    def step(self):
        for p in self.parameters:
            p.data, self.state[id(p)] = self.rule(p.data, p.grad, self.state[id(p)])


class Adagrad(Optimizer):
    def __init__(self, parameters, lr, eps):
        super().__init__(parameters, lr=lr, eps=eps)

    def rule(self, w, g, s):
        s = g**2 if s is None else s + g**2
        return w - self.settings["lr"] * g / (np.sqrt(s) + self.settings["eps"]), s


def initialize_adam(parameters):
    zeros = {"d" + k: np.zeros_like(parameters[k]) for k in parameters}
    return zeros, dict(zeros)


def update_parameters_with_adam(
    parameters, grads, v, s, t, learning_rate, beta1, beta2, epsilon
):
    v = {k: beta1 * v[k] + (1 - beta1) * grads[k] for k in v}
    s = {k: beta2 * s[k] + (1 - beta2) * grads[k] ** 2 for k in s}
    # The corrections pulled out of the fraction.
    a, b = 1 - beta1**t, np.sqrt(1 - beta2**t)
    return (
        {
            k: w - learning_rate * b / a * v["d" + k] / (np.sqrt(s["d" + k]) + epsilon * b)
            for k, w in parameters.items()
        },
        v,
        s,
    )
