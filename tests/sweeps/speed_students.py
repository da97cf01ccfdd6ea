"""What students hand in, for measuring time: plain vectorised code, and loops."""

import numpy as np


class Affine:
    def __init__(self, in_features, out_features):
        self.params = {
            "weight": np.zeros((in_features, out_features)),
            "bias": np.zeros(out_features),
        }
        self.grads = {}

    def forward(self, x):
        self.x = x
        return x @ self.params["weight"] + self.params["bias"]

    def backward(self, grad_out):
        self.grads = {"weight": self.x.T @ grad_out, "bias": grad_out.sum(axis=0)}
        return grad_out @ self.params["weight"].T


class SoftmaxCrossEntropy:
    def forward(self, logits, labels):
        shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
        self.p = shifted / shifted.sum(axis=1, keepdims=True)
        self.labels = labels
        return -np.mean(np.log(self.p[np.arange(len(labels)), labels]))

    def backward(self):
        grad = self.p.copy()
        grad[np.arange(len(grad)), self.labels] -= 1
        return grad / len(grad)


class BatchNorm:
    def __init__(self, num_features):
        self.params = {"gamma": np.ones(num_features), "beta": np.zeros(num_features)}
        self.grads = {}
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)

    def forward(self, x):
        mean, var = x.mean(axis=0), x.var(axis=0)
        self.root = np.sqrt(var + 0.1)
        self.x_hat = (x - mean) / self.root
        self.running_mean = 0.8 * self.running_mean + 0.2 * mean
        self.running_var = 0.8 * self.running_var + 0.2 * var
        return self.params["gamma"] * self.x_hat + self.params["beta"]

    def backward(self, grad_out):
        n = len(grad_out)
        self.grads["beta"] = grad_out.sum(axis=0)
        self.grads["gamma"] = (grad_out * self.x_hat).sum(axis=0)
        total = n * grad_out - self.grads["beta"] - self.x_hat * self.grads["gamma"]
        return self.params["gamma"] / (n * self.root) * total


class LoopingConv:
    def __init__(self, in_channels, out_channels, kernel_height, kernel_width):
        shape = (out_channels, in_channels, kernel_height, kernel_width)
        self.params = {"weight": np.zeros(shape), "bias": np.zeros(out_channels)}
        self.grads = {}

    def forward(self, x):
        self.x = x
        w, b = self.params["weight"], self.params["bias"]
        height, width = x.shape[2] - w.shape[2] + 1, x.shape[3] - w.shape[3] + 1
        out = np.zeros((len(x), len(w), height, width))
        for n in range(len(x)):
            for f in range(len(w)):
                for i in range(height):
                    for j in range(width):
                        window = x[n, :, i : i + w.shape[2], j : j + w.shape[3]]
                        out[n, f, i, j] = np.sum(window * w[f]) + b[f]
        return out

    def backward(self, grad_out):
        w, (kh, kw) = self.params["weight"], self.params["weight"].shape[2:]
        grad_x, grad_w = np.zeros_like(self.x), np.zeros_like(w)
        for n in range(len(self.x)):
            for f in range(len(w)):
                for i in range(grad_out.shape[2]):
                    for j in range(grad_out.shape[3]):
                        d = grad_out[n, f, i, j]
                        grad_w[f] += d * self.x[n, :, i : i + kh, j : j + kw]
                        grad_x[n, :, i : i + kh, j : j + kw] += d * w[f]
        self.grads = {"weight": grad_w, "bias": grad_out.sum(axis=(0, 2, 3))}
        return grad_x


class LoopingMaxPool:
    def __init__(self):
        self.params, self.grads = {}, {}

    def forward(self, x):
        self.x = x
        n, c, h, w = x.shape
        out = np.zeros((n, c, h // 2, w // 2))
        for i in range(h // 2):
            for j in range(w // 2):
                window = x[:, :, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
                out[:, :, i, j] = window.max(axis=(2, 3))
        return out

    def backward(self, grad_out):
        grad = np.zeros_like(self.x)
        for i in range(grad_out.shape[2]):
            for j in range(grad_out.shape[3]):
                rows, columns = slice(2 * i, 2 * i + 2), slice(2 * j, 2 * j + 2)
                window = self.x[:, :, rows, columns]
                chosen = window == window.max(axis=(2, 3), keepdims=True)
                grad[:, :, rows, columns] = (
                    chosen * grad_out[:, :, i, j][..., None, None]
                )
        return grad


class RNN:
    def __init__(self, in_features, hidden_features):
        d, h = in_features, hidden_features
        shapes = {"weight_x": (d, h), "weight_h": (h, h), "bias": (h,)}
        self.params = {name: np.zeros(shape) for name, shape in shapes.items()}
        self.grads = {}

    def forward(self, x, h0):
        self.x, self.h = x, [h0]
        p = self.params
        for t in range(x.shape[1]):
            total = x[:, t] @ p["weight_x"] + self.h[-1] @ p["weight_h"] + p["bias"]
            self.h.append(np.tanh(total))
        return np.stack(self.h[1:], axis=1)

    def backward(self, grad_out):
        p = self.params
        grads = {name: np.zeros_like(value) for name, value in p.items()}
        grad_x, grad_h = np.zeros_like(self.x), np.zeros_like(self.h[0])
        for t in reversed(range(self.x.shape[1])):
            grad = (grad_out[:, t] + grad_h) * (1 - self.h[t + 1] ** 2)
            grads["weight_x"] += self.x[:, t].T @ grad
            grads["weight_h"] += self.h[t].T @ grad
            grads["bias"] += grad.sum(axis=0)
            grad_x[:, t] = grad @ p["weight_x"].T
            grad_h = grad @ p["weight_h"].T
        self.grads = grads
        return grad_x, grad_h


def windows(x, kernel):
    view = np.lib.stride_tricks.sliding_window_view(x, (kernel, kernel), axis=(2, 3))
    return view.transpose(0, 2, 3, 1, 4, 5)


class LeNet:
    """Two convolutions of 3x3, tanh, average pooling, two affine layers."""

    NAMES = ("conv1", "conv2", "linear1", "linear2")

    def __init__(self, side, classes, maps, hidden):
        first, second = maps
        shapes = {
            "conv1": (first, 1, 3, 3),
            "conv2": (second, first, 3, 3),
            "linear1": (second * (side // 4) ** 2, hidden),
            "linear2": (hidden, classes),
        }
        biases = {"conv1": first, "conv2": second, "linear1": hidden}
        self.params = {}
        for name, shape in shapes.items():
            self.params[f"{name}_weight"] = np.zeros(shape)
            self.params[f"{name}_bias"] = np.zeros(biases.get(name, classes))
        self.grads = {}

    def convolve(self, x, name):
        w = self.params[f"{name}_weight"]
        columns = windows(np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1))), w.shape[2])
        out = np.tensordot(columns, w, axes=((3, 4, 5), (1, 2, 3)))
        out += self.params[f"{name}_bias"]
        return columns, out.transpose(0, 3, 1, 2)

    def pooled(self, x):
        n, c, h, w = x.shape
        return x.reshape(n, c, h // 2, 2, w // 2, 2).mean(axis=(3, 5))

    def forward(self, x):
        self.kept = []
        for name in self.NAMES[:2]:
            columns, total = self.convolve(x, name)
            a = np.tanh(total)
            self.kept.append((columns, a))
            x = self.pooled(a)
        self.maps = x.shape
        self.rows = x.reshape(len(x), -1)
        p = self.params
        self.hidden = np.tanh(self.rows @ p["linear1_weight"] + p["linear1_bias"])
        return self.hidden @ p["linear2_weight"] + p["linear2_bias"]

    def backward(self, grad):
        p, g = self.params, self.grads
        g["linear2_weight"], g["linear2_bias"] = self.hidden.T @ grad, grad.sum(axis=0)
        grad = grad @ p["linear2_weight"].T * (1 - self.hidden**2)
        g["linear1_weight"], g["linear1_bias"] = self.rows.T @ grad, grad.sum(axis=0)
        grad = (grad @ p["linear1_weight"].T).reshape(self.maps)
        for name, (columns, a) in zip(("conv2", "conv1"), self.kept[::-1], strict=True):
            grad = np.repeat(np.repeat(grad, 2, axis=2), 2, axis=3) / 4 * (1 - a**2)
            g[f"{name}_weight"] = np.tensordot(
                grad, columns, axes=((0, 2, 3), (0, 1, 2))
            )
            g[f"{name}_bias"] = grad.sum(axis=(0, 2, 3))
            w = p[f"{name}_weight"]
            n, _, height, width = grad.shape
            padded = np.zeros((n, w.shape[1], height + 2, width + 2))
            for i in range(3):
                for j in range(3):
                    part = np.tensordot(grad, w[:, :, i, j], axes=(1, 0))
                    padded[:, :, i : i + height, j : j + width] += part.transpose(
                        0, 3, 1, 2
                    )
            grad = padded[:, :, 1:-1, 1:-1]
        return grad
