"""Batch normalisation of images as students write it."""

import numpy as np


class Layer:
    """What all of them have; without ``affine`` there are no parameters."""

    mode, affine = "training", True
    momentum_weights, running_variance = "old", "biased"

    def __init__(self, num_features, eps, momentum):
        self.eps, self.momentum = eps, momentum
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)
        self.params = {}
        if self.affine:
            self.params = {"gamma": np.ones(num_features)}
            self.params["beta"] = np.zeros(num_features)
        self.grads = dict.fromkeys(self.params)

    def moved(self, running, batch):
        m = self.momentum
        if self.momentum_weights == "new":
            return running + m * (batch - running)
        return m * running + (1 - m) * batch


class Axes(Layer):
    """Moments over axes 0, 2 and 3 that keep their axes."""

    axes = (0, 2, 3)

    def forward(self, x):
        if self.mode == "training":
            mean = np.mean(x, axis=self.axes, keepdims=True)
            var = np.var(x, axis=self.axes, keepdims=True)
            ddof = 1 if self.running_variance == "unbiased" else 0
            spread = np.var(x, axis=self.axes, ddof=ddof)
            self.running_mean = self.moved(self.running_mean, mean.ravel())
            self.running_var = self.moved(self.running_var, spread)
        else:
            mean = self.running_mean.reshape(1, -1, 1, 1)
            var = self.running_var.reshape(1, -1, 1, 1)
        self.std = np.sqrt(var + self.eps)
        self.x_hat = (x - mean) / self.std
        if not self.affine:
            return self.x_hat.copy()
        gamma, beta = (self.params[name] for name in ("gamma", "beta"))
        self.gamma = gamma[None, :, None, None]
        return self.gamma * self.x_hat + beta[None, :, None, None]

    def backward(self, grad_out):
        g = grad_out
        if self.affine:
            self.grads["gamma"] = (g * self.x_hat).sum(axis=self.axes)
            self.grads["beta"] = g.sum(axis=self.axes)
            g = g * self.gamma
        if self.mode == "training":
            mean = g.mean(axis=self.axes, keepdims=True)
            slope = (g * self.x_hat).mean(axis=self.axes, keepdims=True)
            g = g - mean - self.x_hat * slope
        return g / self.std


class Rows(Layer):
    """Pixels become rows, channels their features."""

    def rows(self, images):
        return images.transpose(0, 2, 3, 1).reshape(-1, images.shape[1])

    def images(self, rows):
        N, C, H, W = self.shape
        return rows.reshape(N, H, W, C).transpose(0, 3, 1, 2)

    def forward(self, x):
        self.shape, rows = x.shape, self.rows(x)
        mean, var = self.running_mean, self.running_var
        if self.mode == "training":
            M = len(rows)
            mean = rows.sum(axis=0) / M
            var = ((rows - mean) ** 2).sum(axis=0) / M
            new = M / (M - 1) * var if self.running_variance == "unbiased" else var
            self.running_mean = self.moved(self.running_mean, mean)
            self.running_var = self.moved(self.running_var, new)
        self.inverse = 1 / np.sqrt(var + self.eps)
        self.normal = (rows - mean) * self.inverse
        out = self.normal
        if self.affine:
            out = out * self.params["gamma"] + self.params["beta"]
        return self.images(out)

    def backward(self, grad_out):
        g = self.rows(grad_out)
        beta_grad, gamma_grad = g.sum(axis=0), (g * self.normal).sum(axis=0)
        scale = self.inverse
        if self.affine:
            scale = scale * self.params["gamma"]
            self.grads = {"gamma": gamma_grad, "beta": beta_grad}
        if self.mode == "evaluation":
            return self.images(scale * g)
        M = len(g)
        return self.images(scale / M * (M * g - beta_grad - self.normal * gamma_grad))


class Channels(Layer):
    """One channel after the other; what the layer ignores is projected out."""

    def forward(self, x):
        out, self.kept = np.empty_like(x), []
        for c in range(x.shape[1]):
            pixels = x[:, c].ravel()
            if self.mode == "training":
                self.count(c, pixels)
                mean, var = np.mean(pixels), np.var(pixels)
            else:
                mean, var = self.running_mean[c], self.running_var[c]
            root = np.sqrt(var + self.eps)
            normal = (pixels - mean) / root
            self.kept.append((normal, root))
            if self.affine:
                normal = normal * self.params["gamma"][c] + self.params["beta"][c]
            out[:, c] = normal.reshape(x[:, c].shape)
        return out

    def count(self, c, pixels):
        biased = self.running_variance == "biased"
        spread = np.var(pixels) if biased else np.var(pixels, ddof=1)
        self.running_mean[c] = self.moved(self.running_mean[c], np.mean(pixels))
        self.running_var[c] = self.moved(self.running_var[c], spread)

    def backward(self, grad_out):
        grad_x = np.zeros_like(grad_out)
        for name, value in self.params.items():
            self.grads[name] = np.zeros_like(value)
        for c, (normal, root) in enumerate(self.kept):
            g = grad_out[:, c].ravel()
            if self.affine:
                self.grads["gamma"][c] = np.inner(g, normal)
                self.grads["beta"][c] = np.sum(g)
                g = g * self.params["gamma"][c]
            if self.mode == "training":
                g = g - np.mean(g) - normal * (np.inner(g, normal) / len(g))
            grad_x[:, c] = (g / root).reshape(grad_out[:, c].shape)
        return grad_x


class Moments(Layer):
    """Sums by einsum; the variance from the mean of the squares."""

    def forward(self, x):
        self.M = x.size // x.shape[1]
        mu, var = self.running_mean, self.running_var
        if self.mode == "training":
            mu = np.einsum("nchw->c", x) / self.M
            var = np.einsum("nchw,nchw->c", x, x) / self.M - mu * mu
            factor = 1
            if self.running_variance == "unbiased":
                factor = self.M / (self.M - 1)
            self.running_mean = self.moved(self.running_mean, mu)
            self.running_var = self.moved(self.running_var, factor * var)
        self.power = (var + self.eps) ** -0.5
        self.away = (x.swapaxes(1, 3) - mu).swapaxes(1, 3)
        gamma = self.params.get("gamma", 1.0)
        out = self.away.swapaxes(1, 3) * (self.power * gamma)
        return (out + self.params.get("beta", 0.0)).swapaxes(1, 3)

    def backward(self, grad_out):
        totals = np.einsum("nchw->c", grad_out)
        products = np.einsum("nchw,nchw->c", grad_out, self.away)
        if self.affine:
            self.grads["gamma"], self.grads["beta"] = products * self.power, totals
        scale = self.power * self.params.get("gamma", 1.0)
        g = grad_out.swapaxes(1, 3) * scale
        if self.mode == "training":
            through_var = products * scale * self.power**2 / self.M
            g -= self.away.swapaxes(1, 3) * through_var + totals * scale / self.M
        return g.swapaxes(1, 3)


def variants(**conventions):
    # The constructor is given eps and momentum.
    parts = {"axes": Axes, "rows": Rows, "channels": Channels, "moments": Moments}
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
