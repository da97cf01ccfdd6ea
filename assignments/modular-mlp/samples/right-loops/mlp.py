"""My network. I wrote out every sum, one number at a time."""

import math

import numpy as np


class Linear:
    def __init__(self, in_features, out_features):
        self.in_features = in_features
        self.out_features = out_features
        weight = np.zeros((in_features, out_features))
        for d in range(in_features):
            for m in range(out_features):
                weight[d, m] = np.random.normal(0, math.sqrt(1 / in_features))
        self.params = {"weight": weight, "bias": np.zeros(out_features)}
        self.grads = {}

    def forward(self, x):
        self.x = x
        weight, bias = self.params["weight"], self.params["bias"]
        out = np.zeros((len(x), self.out_features))
        for n in range(len(x)):
            for m in range(self.out_features):
                total = bias[m]
                for d in range(self.in_features):
                    total += x[n, d] * weight[d, m]
                out[n, m] = total
        return out

    def backward(self, grad_out):
        weight = self.params["weight"]
        grad_weight = np.zeros(weight.shape)
        grad_bias = np.zeros(self.out_features)
        grad_x = np.zeros(self.x.shape)
        for n in range(len(self.x)):
            for m in range(self.out_features):
                g = grad_out[n, m]
                grad_bias[m] += g
                for d in range(self.in_features):
                    grad_weight[d, m] += self.x[n, d] * g
                    grad_x[n, d] += weight[d, m] * g
        self.grads = {"weight": grad_weight, "bias": grad_bias}
        return grad_x


class ReLU:
    def __init__(self):
        self.params = {}
        self.grads = {}

    def forward(self, x):
        self.x = x
        out = np.zeros(x.shape)
        for n in range(x.shape[0]):
            for d in range(x.shape[1]):
                if x[n, d] > 0:
                    out[n, d] = x[n, d]
        return out

    def backward(self, grad_out):
        grad_x = np.zeros(self.x.shape)
        for n in range(self.x.shape[0]):
            for d in range(self.x.shape[1]):
                if self.x[n, d] > 0:
                    grad_x[n, d] = grad_out[n, d]
        return grad_x


def sigmoid(value):
    if value >= 0:
        return 1 / (1 + math.exp(-value))
    small = math.exp(value)
    return small / (1 + small)


class Sigmoid:
    def __init__(self):
        self.params = {}
        self.grads = {}

    def forward(self, x):
        self.out = np.zeros(x.shape)
        for n in range(x.shape[0]):
            for d in range(x.shape[1]):
                self.out[n, d] = sigmoid(x[n, d])
        return self.out

    def backward(self, grad_out):
        grad_x = np.zeros(self.out.shape)
        for n in range(self.out.shape[0]):
            for d in range(self.out.shape[1]):
                s = self.out[n, d]
                grad_x[n, d] = grad_out[n, d] * s * (1 - s)
        return grad_x


class Tanh:
    def __init__(self):
        self.params = {}
        self.grads = {}

    def forward(self, x):
        self.out = np.zeros(x.shape)
        for n in range(x.shape[0]):
            for d in range(x.shape[1]):
                self.out[n, d] = math.tanh(x[n, d])
        return self.out

    def backward(self, grad_out):
        grad_x = np.zeros(self.out.shape)
        for n in range(self.out.shape[0]):
            for d in range(self.out.shape[1]):
                grad_x[n, d] = grad_out[n, d] * (1 - self.out[n, d] ** 2)
        return grad_x


class SoftmaxCrossEntropy:
    def forward(self, logits, labels):
        self.labels = labels
        self.probabilities = np.zeros(logits.shape)
        total = 0.0
        for n in range(len(logits)):
            largest = max(logits[n])
            norm = 0.0
            for c in range(logits.shape[1]):
                norm += math.exp(logits[n, c] - largest)
            for c in range(logits.shape[1]):
                self.probabilities[n, c] = math.exp(logits[n, c] - largest) / norm
            # The log of the probability itself would be the log of 0 for large logits.
            total += largest + math.log(norm) - logits[n, labels[n]]
        return total / len(logits)

    def backward(self):
        count = len(self.labels)
        grad = np.zeros(self.probabilities.shape)
        for n in range(count):
            for c in range(grad.shape[1]):
                is_true = 1.0 if c == self.labels[n] else 0.0
                grad[n, c] = (self.probabilities[n, c] - is_true) / count
        return grad


class MeanSquaredError:
    def forward(self, predictions, targets):
        self.predictions = predictions
        self.targets = targets
        total = 0.0
        for n in range(predictions.shape[0]):
            for k in range(predictions.shape[1]):
                total += (predictions[n, k] - targets[n, k]) ** 2
        return total / predictions.size

    def backward(self):
        grad = np.zeros(self.predictions.shape)
        for n in range(grad.shape[0]):
            for k in range(grad.shape[1]):
                difference = self.predictions[n, k] - self.targets[n, k]
                grad[n, k] = 2 * difference / grad.size
        return grad


class SGD:
    def __init__(self, layers, lr):
        self.layers = layers
        self.lr = lr

    def step(self):
        for layer in self.layers:
            for name in layer.params:
                param, grad = layer.params[name], layer.grads[name]
                for place in np.ndindex(param.shape):
                    param[place] -= self.lr * grad[place]


class Momentum:
    def __init__(self, layers, lr, momentum):
        self.layers = layers
        self.lr = lr
        self.momentum = momentum
        self.velocity = []
        for layer in layers:
            zeros = {}
            for name in layer.params:
                zeros[name] = np.zeros(layer.params[name].shape)
            self.velocity.append(zeros)

    def step(self):
        for number in range(len(self.layers)):
            layer = self.layers[number]
            for name in layer.params:
                param, grad = layer.params[name], layer.grads[name]
                v = self.velocity[number][name]
                for place in np.ndindex(param.shape):
                    v[place] = self.momentum * v[place] - self.lr * grad[place]
                    param[place] += v[place]


def train(layers, loss, optimizer, X, y, batches):
    losses = []
    for batch in batches:
        out = X[batch]
        for layer in layers:
            out = layer.forward(out)
        losses.append(loss.forward(out, y[batch]))
        grad = loss.backward()
        for number in range(len(layers) - 1, -1, -1):
            grad = layers[number].backward(grad)
        optimizer.step()
    return losses
