"""Everything is changed in place; memories are made when they are first needed."""
import numpy as np


def sgd_momentum(w, dw, config=None):
    config.setdefault("velocity", 0 * w)
    config["velocity"] *= config["momentum"]
    config["velocity"] -= config["learning_rate"] * dw
    w += config["velocity"]
    return w, config


class RMSProp:
    def __init__(self, model, lr=0.01, decay=0.9, eps=1e-8):
        self.model = model
        self.hyper = lr, decay, eps
        self.memory = {}

    def move(self, key, value, gradient):
        lr, decay, eps = self.hyper
        s = self.memory.setdefault(key, np.zeros(value.shape))
        s *= decay
        s += (1 - decay) * np.square(gradient)
        value -= lr * gradient / (np.sqrt(s) + eps)

    def step(self):
        for i, layer in enumerate(self.model.layers):
            self.move((i, "W"), layer.W, layer.dW)
            self.move((i, "b"), layer.b, layer.db)


class Adagrad:
    def __init__(self, parameters, lr, eps):
        self.parameters = list(parameters)
        self.lr = lr
        self.eps = eps

    def step(self):
        for p in self.parameters:
            if not hasattr(p, "history"):
                p.history = np.zeros_like(p.data)
            p.history += p.grad * p.grad
            p.data -= self.lr / (p.history**0.5 + self.eps) * p.grad


def initialize_adam(parameters):
    return tuple({"d" + k: np.zeros(a.shape) for k, a in parameters.items()} for _ in "vs")


def update_parameters_with_adam(parameters, grads, v, s, t, learning_rate=0.01,
                                beta1=0.9, beta2=0.999, epsilon=1e-8):
    for key, g in grads.items():
        v[key] += (1 - beta1) * (g - v[key])
        s[key] += (1 - beta2) * (g * g - s[key])
        m = v[key] / (1 - np.power(beta1, t))
        r = np.sqrt(s[key] / (1 - np.power(beta2, t)))
        parameters[key[1:]] -= learning_rate * m / (r + epsilon)
    return parameters, v, s
