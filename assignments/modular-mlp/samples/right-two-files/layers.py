import numpy as np


class Linear:
    def __init__(self, in_features, out_features):
        self.params = {
            "weight": np.random.randn(in_features, out_features) * 0.1,
            "bias": np.zeros(out_features),
        }
        self.grads = {}

    def forward(self, x):
        # x is (N, D), weight is (D, M), so out is (N, M)
        self.x = x
        out = np.dot(x, self.params["weight"]) + self.params["bias"]
        return out

    def backward(self, grad_out):
        # (D, N) times (N, M) gives (D, M), the shape of the weight
        self.grads["weight"] = np.dot(self.x.T, grad_out)
        # every row of the batch uses the same bias
        self.grads["bias"] = np.sum(grad_out, axis=0)
        # (N, M) times (M, D) gives (N, D), the shape of x
        return np.dot(grad_out, self.params["weight"].T)


class ReLU:
    def __init__(self):
        self.params, self.grads = {}, {}

    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, dy):
        return dy * self.mask


class Sigmoid:
    def __init__(self):
        self.params, self.grads = {}, {}

    def forward(self, x):
        # the tanh form never overflows
        self.y = 0.5 * (1 + np.tanh(0.5 * x))
        return self.y

    def backward(self, dy):
        return dy * self.y * (1 - self.y)


class Tanh:
    def __init__(self):
        self.params = {}
        self.grads = {}

    def forward(self, x):
        self.t = np.tanh(x)
        return self.t

    def backward(self, grad_out):
        return grad_out * (1 - self.t ** 2)
