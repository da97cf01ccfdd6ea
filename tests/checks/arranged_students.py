"""Arrangements of courses, and right student code written for each of them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Course:
    """One component as a course has it.

    ``keys`` are lines of ``[[component]]``, ``tables`` come after them.
    """

    operation: str
    family: str
    source: str
    tables: str
    keys: str = ""


LINEAR_COLUMNS = Course(
    "linear",
    "layer",
    """
import numpy as np

class Part:
    def __init__(self, in_features, out_features):
        self.params = {"weight": np.zeros((out_features, in_features)),
                       "bias": np.zeros((out_features, 1))}
        self.grads = {}

    def forward(self, a):
        self.a = a
        return self.params["weight"] @ a + self.params["bias"]

    def backward(self, dz):
        self.grads = {"weight": dz @ self.a.T, "bias": dz.sum(axis=1, keepdims=True)}
        return self.params["weight"].T @ dz
""",
    """
[component.arrays.x]
axes = [1, 0]
[component.arrays.out]
axes = [1, 0]
[component.arrays.weight]
axes = [1, 0]
[component.arrays.bias]
axes = [0, "new"]
""",
    'construct = ["in_features", "out_features"]',
)

# The gradient of a batch points downhill and is averaged in the layer itself.
LINEAR_DOWNHILL = Course(
    "linear",
    "layer",
    """
import numpy as np

class Part:
    def __init__(self, in_features, out_features):
        self.params = {"weight": np.zeros((in_features, out_features)),
                       "bias": np.zeros((1, out_features))}
        self.grads = {}

    def forward(self, x):
        self.x = x
        return x @ self.params["weight"] + self.params["bias"]

    def backward(self, delta):
        self.grads["weight"] = self.x.T @ delta / len(delta)
        self.grads["bias"] = delta.mean(axis=0, keepdims=True)
        return delta @ self.params["weight"].T
""",
    """
[component.arrays.bias]
axes = ["new", 0]
[component.scale]
grad_out = "-1"
grad_x = "-1"
grad_weight = "-1/N"
grad_bias = "-1/N"
""",
    'construct = ["in_features", "out_features"]',
)

LINEAR_SINGLE = Course(
    "linear",
    "layer",
    """
import numpy as np

class Part:
    def __init__(self, in_features, out_features):
        self.params = {"weight": np.zeros((out_features, in_features + 1))}
        self.grads = {}

    def forward(self, x):
        self.x = np.append(1.0, x)
        return self.params["weight"] @ self.x

    def backward(self, delta):
        self.grads = {"weight": np.outer(delta, self.x)}
        return (delta @ self.params["weight"])[1:]
""",
    """
[component.arrays.x]
axes = [1]
[component.arrays.out]
axes = [1]
[component.arrays.weight]
axes = [1, 0]
""",
    'convention = { bias = "folded_first" }\n'
    'construct = ["in_features", "out_features"]',
)

CONV2D_NHWC = Course(
    "conv2d",
    "layer",
    """
import numpy as np

class Part:
    def __init__(self, height, width, channels, filters, stride, padding):
        self.params = {"weight": np.zeros((height, width, channels, filters)),
                       "bias": np.zeros((1, 1, 1, filters))}
        self.grads = {}
        self.stride, self.pad = stride, padding

    def windows(self, padded, shape):
        kh, kw = self.params["weight"].shape[:2]
        for i in range(shape[1]):
            for j in range(shape[2]):
                a, b = i * self.stride, j * self.stride
                yield i, j, (slice(None), slice(a, a + kh), slice(b, b + kw))

    def forward(self, x):
        p, w = self.pad, self.params["weight"]
        self.padded = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
        h = (self.padded.shape[1] - w.shape[0]) // self.stride + 1
        v = (self.padded.shape[2] - w.shape[1]) // self.stride + 1
        out = np.zeros((len(x), h, v, w.shape[3]))
        for i, j, at in self.windows(self.padded, out.shape):
            out[:, i, j] = np.tensordot(self.padded[at], w, 3)
        return out + self.params["bias"]

    def backward(self, dout):
        w = self.params["weight"]
        grad, dw = np.zeros_like(self.padded), np.zeros_like(w)
        for i, j, at in self.windows(self.padded, dout.shape):
            grad[at] += np.einsum("nf,abcf->nabc", dout[:, i, j], w)
            dw += np.einsum("nabc,nf->abcf", self.padded[at], dout[:, i, j])
        self.grads = {"weight": dw, "bias": dout.sum((0, 1, 2), keepdims=True)}
        p = self.pad
        return grad[:, p : grad.shape[1] - p, p : grad.shape[2] - p]
""",
    """
[component.arrays.x]
axes = [0, 2, 3, 1]
[component.arrays.out]
axes = [0, 2, 3, 1]
[component.arrays.weight]
axes = [2, 3, 1, 0]
[component.arrays.bias]
axes = ["new", "new", "new", 0]
""",
    "convention = { kernel = [3, 4], stride = 2, padding = 1 }\n"
    'construct = ["kernel_height", "kernel_width", "in_channels", "out_channels", '
    '"stride", "padding"]',
)

BATCH_NORM_COLUMNS = Course(
    "batch_norm",
    "layer",
    """
import numpy as np

class Part:
    def __init__(self, features, eps, momentum):
        self.params = {"gamma": np.ones((features, 1)), "beta": np.zeros((features, 1))}
        self.grads = {}
        self.running_mean = np.zeros((features, 1))
        self.running_var = np.ones((features, 1))
        self.eps, self.momentum = eps, momentum

    def forward(self, z):
        mean, var = z.mean(1, keepdims=True), z.var(1, keepdims=True)
        m = self.momentum
        self.running_mean = m * self.running_mean + (1 - m) * mean
        self.running_var = m * self.running_var + (1 - m) * var
        self.std = np.sqrt(var + self.eps)
        self.hat = (z - mean) / self.std
        return self.params["gamma"] * self.hat + self.params["beta"]

    def backward(self, dout):
        self.grads["beta"] = dout.sum(1, keepdims=True)
        self.grads["gamma"] = (dout * self.hat).sum(1, keepdims=True)
        g = dout * self.params["gamma"]
        centred = g - g.mean(1, keepdims=True)
        return (centred - self.hat * (g * self.hat).mean(1, keepdims=True)) / self.std
""",
    "".join(
        f"[component.arrays.{name}]\naxes = {axes}\n"
        for name, axes in {
            "x": "[1, 0]",
            "out": "[1, 0]",
            "gamma": '[0, "new"]',
            "beta": '[0, "new"]',
            "running_mean": '[0, "new"]',
            "running_var": '[0, "new"]',
        }.items()
    ),
    'construct = ["num_features", "eps", "momentum"]',
)

CROSS_ENTROPY_COLUMNS = Course(
    "softmax_cross_entropy",
    "loss",
    """
import numpy as np

class Part:
    def forward(self, z, y):
        shifted = z - z.max(axis=0)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=0))
        self.p, self.y = np.exp(log_p), y
        return -(y * log_p).sum() / z.shape[1]

    def backward(self):
        return self.p - self.y
""",
    """
[component.arrays.logits]
axes = [1, 0]
[component.arrays.labels]
form = "one_hot"
axes = [1, 0]
[component.scale]
grad_logits = "N"
""",
)

CROSS_ENTROPY_FROM_ONE = Course(
    "softmax_cross_entropy",
    "loss",
    """
import numpy as np

class Part:
    def forward(self, scores, y):
        rows = np.arange(len(y))
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        self.grad = e / e.sum(axis=1, keepdims=True)
        shift = scores.max(axis=1)
        logs = np.log(e.sum(axis=1)) + shift - scores[rows, y - 1]
        self.grad[rows, y - 1] -= 1
        return np.sum(logs)

    def backward(self):
        return self.grad
""",
    """
[component.arrays.labels]
offset = 1
""",
    'convention = { reduction = "sum" }',
)

SQUARED_ERROR_DOWNHILL = Course(
    "mean_squared_error",
    "loss",
    """
class Part:
    def forward(self, y, t):
        self.delta = t - y
        return (self.delta ** 2).sum() / (2 * y.shape[1])

    def backward(self):
        return self.delta
""",
    """
[component.arrays.predictions]
axes = [1, 0]
[component.arrays.targets]
axes = [1, 0]
[component.scale]
loss = "1/(2*N)"
grad_predictions = "-1/2"
""",
    'convention = { scaling = "sum" }',
)

LSTM_TIME_FIRST = Course(
    "lstm",
    "layer",
    """
import numpy as np

def sigmoid(z):
    return 0.5 * (1 + np.tanh(z / 2))

class Part:
    def __init__(self, features, hidden):
        self.params = {"weight_x": np.zeros((4 * hidden, features)),
                       "weight_h": np.zeros((4 * hidden, hidden)),
                       "bias": np.zeros((4 * hidden,))}
        self.grads = {}

    def forward(self, x, h):
        p, c, self.steps = self.params, np.zeros_like(h), []
        outs = []
        for now in x:
            z = now @ p["weight_x"].T + h @ p["weight_h"].T + p["bias"]
            i, f, o, g = np.split(z, 4, axis=1)
            i, f, o, g = sigmoid(i), sigmoid(f), sigmoid(o), np.tanh(g)
            new = f * c + i * g
            self.steps.append((now, h, c, i, f, o, g, np.tanh(new)))
            c, h = new, o * np.tanh(new)
            outs.append(h)
        return np.stack(outs)

    def backward(self, dout):
        p = self.params
        self.grads = {name: np.zeros_like(value) for name, value in p.items()}
        dh = dc = 0
        dx = []
        for up, step in zip(dout[::-1], self.steps[::-1]):
            now, h, c, i, f, o, g, t = step
            dh = up + dh
            dc = dh * o * (1 - t**2) + dc
            dz = np.hstack([dc * g * i * (1 - i), dc * c * f * (1 - f),
                            dh * t * o * (1 - o), dc * i * (1 - g**2)])
            self.grads["weight_x"] += dz.T @ now
            self.grads["weight_h"] += dz.T @ h
            self.grads["bias"] += dz.sum(axis=0)
            dx.append(dz @ p["weight_x"])
            dh, dc = dz @ p["weight_h"], dc * f
        return np.stack(dx[::-1]), dh
""",
    """
[component.arrays.x]
axes = [1, 0, 2]
[component.arrays.out]
axes = [1, 0, 2]
[component.arrays.weight_x]
axes = [1, 0]
[component.arrays.weight_h]
axes = [1, 0]
""",
    'construct = ["in_features", "hidden_features"]',
)

COURSES = {
    "linear in columns": LINEAR_COLUMNS,
    "linear downhill": LINEAR_DOWNHILL,
    "linear for one example": LINEAR_SINGLE,
    "conv2d NHWC": CONV2D_NHWC,
    "batch norm in columns": BATCH_NORM_COLUMNS,
    "cross-entropy in columns": CROSS_ENTROPY_COLUMNS,
    "cross-entropy with labels from one": CROSS_ENTROPY_FROM_ONE,
    "squared error downhill": SQUARED_ERROR_DOWNHILL,
    "LSTM with time first": LSTM_TIME_FIRST,
}
