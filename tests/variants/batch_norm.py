"""Batch normalisation of rows as students write it."""

from statistics import fmean, pvariance, variance

import numpy as np


class Layer:
    """What all of them have; ``keep`` is the share that stays of a running moment."""

    mode, eps_inside, affine = "training", True, True
    momentum_weights, running_variance = "old", "biased"

    def __init__(self, num_features, eps, momentum):
        self.eps = eps
        self.keep = momentum if self.momentum_weights == "old" else 1 - momentum
        self.params, self.grads = {}, {}
        if self.affine:
            self.params["gamma"] = np.ones(num_features)
            self.params["beta"] = np.zeros(num_features)
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)


class OneFormula(Layer):
    """The three paths of the gradient in one line."""

    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.mode == "training":
            mean, var = x.mean(axis=0), x.var(axis=0)
            unbiased = self.running_variance == "unbiased"
            moved = x.var(axis=0, ddof=1) if unbiased else var
            self.running_mean = self.keep * self.running_mean + (1 - self.keep) * mean
            self.running_var = self.keep * self.running_var + (1 - self.keep) * moved
        self.deviation = np.sqrt(var + self.eps if self.eps_inside else var)
        self.divisor = self.deviation + (0 if self.eps_inside else self.eps)
        self.x_hat = (x - mean) / self.divisor
        if not self.affine:
            return self.x_hat
        return self.params["gamma"] * self.x_hat + self.params["beta"]

    def backward(self, grad_out):
        if self.affine:
            self.grads["gamma"] = (grad_out * self.x_hat).sum(axis=0)
            self.grads["beta"] = grad_out.sum(axis=0)
        g = grad_out * self.params.get("gamma", 1)
        if self.mode == "evaluation":
            return g / self.divisor
        slope = (g * self.x_hat).mean(axis=0) * self.divisor / self.deviation
        return (g - g.mean(axis=0) - self.x_hat * slope) / self.divisor


class StepByStep(Layer):
    """Every node of the graph, and its gradient in the opposite order."""

    def forward(self, x):
        self.training = self.mode == "training"
        N = x.shape[0]
        mean = np.sum(x, axis=0) / N if self.training else self.running_mean
        self.centred = x - mean
        self.var = self.running_var
        if self.training:
            squares = np.sum(self.centred**2, axis=0)
            self.var = squares / N
            self.running_mean += (1 - self.keep) * (mean - self.running_mean)
            below = N - 1 if self.running_variance == "unbiased" else N
            new = squares / below
            self.running_var = self.running_var + (1 - self.keep) * (
                new - self.running_var
            )
        if self.eps_inside:
            self.root = np.sqrt(self.var + self.eps)
            self.inverse = 1 / self.root
        else:
            self.root = np.sqrt(self.var)
            self.inverse = 1 / (self.root + self.eps)
        self.normal = self.centred * self.inverse
        if self.affine:
            return self.normal * self.params["gamma"] + self.params["beta"]
        return self.normal

    def backward(self, grad_out):
        N = len(grad_out)
        grad_normal = grad_out
        if self.affine:
            self.grads["beta"] = np.sum(grad_out, axis=0)
            self.grads["gamma"] = np.sum(self.normal * grad_out, axis=0)
            grad_normal = grad_out * self.params["gamma"]
        grad_centred = grad_normal * self.inverse
        if not self.training:
            return grad_centred
        grad_inverse = np.sum(grad_normal * self.centred, axis=0)
        grad_root = -grad_inverse * self.inverse**2
        grad_var = 0.5 * grad_root / self.root
        grad_centred = grad_centred + 2 * self.centred * grad_var / N
        grad_mean = -np.sum(grad_centred, axis=0)
        return grad_centred + grad_mean / N


class Moments(Layer):
    """Mean of the squares minus square of the mean; the formulas of the paper."""

    def forward(self, x):
        self.m = len(x)
        self.mu, self.s2 = self.running_mean, self.running_var
        if self.mode == "training":
            self.mu = np.einsum("nd->d", x) / self.m
            self.s2 = np.einsum("nd,nd->d", x, x) / self.m - self.mu**2
            correction = 1.0
            if self.running_variance == "unbiased":
                correction = self.m / (self.m - 1)
            old, new = self.keep, 1 - self.keep
            self.running_mean = old * self.running_mean + new * self.mu
            self.running_var = old * self.running_var + new * correction * self.s2
        self.x = x
        out = (x - self.mu) * self.scale()
        if self.affine:
            out = out * self.params["gamma"] + self.params["beta"]
        return out

    def scale(self):
        if self.eps_inside:
            return (self.s2 + self.eps) ** -0.5
        return 1 / (self.s2**0.5 + self.eps)

    def backward(self, grad_out):
        scale, away = self.scale(), self.x - self.mu
        d_hat = grad_out
        if self.affine:
            d_hat = d_hat * self.params["gamma"]
            self.grads["gamma"] = np.einsum("nd,nd,d->d", grad_out, away, scale)
            self.grads["beta"] = np.einsum("nd->d", grad_out)
        if self.mode == "evaluation":
            return d_hat * scale
        inside = scale**3 if self.eps_inside else scale**2 * self.s2**-0.5
        d_s2 = (d_hat * away).sum(axis=0) * -0.5 * inside
        d_mu = (d_hat * -scale).sum(axis=0) - 2 * d_s2 * away.mean(axis=0)
        return d_hat * scale + d_s2 * 2 * away / self.m + d_mu / self.m


class Jacobians(Layer):
    """The whole Jacobian of each column."""

    def forward(self, x):
        normal, self.jacobians = np.empty_like(x), []
        for d, column in enumerate(x.T):
            if self.mode == "training":
                mean, var = np.average(column), np.var(column)
                self.move(d, mean, var, len(column))
            else:
                mean, var = self.running_mean[d], self.running_var[d]
            normal[:, d] = self.column(column - mean, var)
        self.normal = normal
        if not self.affine:
            return normal
        return np.multiply(normal, self.params["gamma"]) + self.params["beta"]

    def move(self, d, mean, var, count):
        if self.running_variance == "unbiased":
            var *= count / (count - 1)
        self.running_mean[d] = self.running_mean[d] * self.keep + mean * (1 - self.keep)
        self.running_var[d] = self.running_var[d] * self.keep + var * (1 - self.keep)

    def column(self, away, var):
        count = len(away)
        root = np.sqrt(var + self.eps) if self.eps_inside else np.sqrt(var)
        below = root if self.eps_inside else root + self.eps
        jacobian = np.eye(count) / below
        if self.mode == "training":
            jacobian -= 1 / count / below
            jacobian -= np.outer(away, away) / (count * below**2 * root)
        self.jacobians.append(jacobian)
        return away / below

    def backward(self, grad_out):
        gammas = self.params.get("gamma", np.ones(len(self.jacobians)))
        triples = zip(self.jacobians, grad_out.T, gammas, strict=True)
        columns = [J.T @ (gamma * g) for J, g, gamma in triples]
        if self.affine:
            self.grads["gamma"] = np.diag(grad_out.T @ self.normal)
            self.grads["beta"] = np.ones(len(grad_out)) @ grad_out
        return np.stack(columns, axis=1)


class Lists(Layer):
    """The statistics of the standard library for the list of each column."""

    def forward(self, x):
        columns = x.T.tolist()
        if self.mode == "training":
            self.means = [fmean(column) for column in columns]
            self.variances = [pvariance(column) for column in columns]
            spread = variance if self.running_variance == "unbiased" else pvariance
            moved = np.array([spread(column) for column in columns])
            change = 1 - self.keep
            self.running_mean = self.running_mean * self.keep + change * np.array(
                self.means
            )
            self.running_var = self.running_var * self.keep + change * moved
        else:
            self.means = self.running_mean.tolist()
            self.variances = self.running_var.tolist()
        self.normal = np.empty(x.shape)
        for d, column in enumerate(columns):
            below = self.roots(d)[1]
            self.normal[:, d] = [(value - self.means[d]) / below for value in column]
        out = self.normal.copy()
        if self.affine:
            out *= self.params["gamma"]
            out += self.params["beta"]
        return out

    def roots(self, d):
        inside, outside = (self.eps, 0) if self.eps_inside else (0, self.eps)
        root = (self.variances[d] + inside) ** 0.5
        return root, root + outside

    def backward(self, grad_out):
        grad_x = np.empty(grad_out.shape)
        gamma_grads, beta_grads = [], []
        for d, g in enumerate(grad_out.T):
            z, (root, below) = self.normal[:, d], self.roots(d)
            gamma_grads.append(np.dot(g, z))
            beta_grads.append(sum(g))
            factor = self.params["gamma"][d] if self.affine else 1.0
            grad_x[:, d] = factor * g / below
            if self.mode == "training":
                count = len(g)
                grad_x[:, d] -= factor * beta_grads[d] / (count * below)
                grad_x[:, d] -= factor * gamma_grads[d] * z / (count * root)
        if self.affine:
            self.grads["gamma"] = np.array(gamma_grads)
            self.grads["beta"] = np.array(beta_grads)
        return grad_x


def variants(**conventions):
    # The constructor is given eps and momentum.
    parts = {
        "one_formula": OneFormula,
        "step_by_step": StepByStep,
        "moments": Moments,
        "jacobians": Jacobians,
        "lists": Lists,
    }
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
