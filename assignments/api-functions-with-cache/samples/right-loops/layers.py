"""Everything written with loops first; it was fast enough."""
import math

import numpy as np


def affine_forward(x, w, b):
    n, m = x.shape[0], w.shape[1]
    out = np.zeros((n, m))
    for i in range(n):
        for j in range(m):
            out[i, j] = b[j]
            for k in range(x.shape[1]):
                out[i, j] += x[i, k] * w[k, j]
    return out, [x, w, b]


def affine_backward(dout, cache):
    x, w, b = cache
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(b.shape)
    for i in range(dout.shape[0]):
        for j in range(dout.shape[1]):
            db[j] += dout[i, j]
            for k in range(x.shape[1]):
                dx[i, k] += dout[i, j] * w[k, j]
                dw[k, j] += dout[i, j] * x[i, k]
    return [dx, dw, db]


def relu_forward(x):
    out = x.copy()
    out[out < 0] = 0
    return out, {"x": x}


def relu_backward(dout, cache):
    dx = np.array(dout)
    dx[cache["x"] <= 0] = 0
    return dx


def batchnorm_forward(x, gamma, beta, bn_param):
    eps, rho = bn_param["eps"], bn_param["momentum"]
    n, d = x.shape
    out, x_hat, std = np.zeros((n, d)), np.zeros((n, d)), np.zeros(d)
    for k in range(d):
        column = [float(v) for v in x[:, k]]
        if bn_param["mode"] == "train":
            mu = math.fsum(column) / n
            var = math.fsum((v - mu) ** 2 for v in column) / n
            bn_param["running_mean"][k] = rho * bn_param["running_mean"][k] + (1 - rho) * mu
            bn_param["running_var"][k] = rho * bn_param["running_var"][k] + (1 - rho) * var
        else:
            mu, var = bn_param["running_mean"][k], bn_param["running_var"][k]
        std[k] = math.sqrt(var + eps)
        for i in range(n):
            x_hat[i, k] = (x[i, k] - mu) / std[k]
            out[i, k] = gamma[k] * x_hat[i, k] + beta[k]
    return out, (x_hat, std, gamma)


def batchnorm_backward(dout, cache):
    x_hat, std, gamma = cache
    n, d = dout.shape
    dx, dgamma, dbeta = np.zeros((n, d)), np.zeros(d), np.zeros(d)
    for k in range(d):
        for i in range(n):
            dgamma[k] += dout[i, k] * x_hat[i, k]
            dbeta[k] += dout[i, k]
        for i in range(n):
            inner = n * dout[i, k] - dbeta[k] - x_hat[i, k] * dgamma[k]
            dx[i, k] = gamma[k] / (n * std[k]) * inner
    return dx, dgamma, dbeta


def softmax_loss(x, y):
    n, c = x.shape
    loss, dx = 0.0, np.zeros((n, c))
    for i in range(n):
        top = max(x[i])
        total = sum(math.exp(v - top) for v in x[i])
        loss += math.log(total) - (x[i, y[i]] - top)
        for j in range(c):
            dx[i, j] = math.exp(x[i, j] - top) / total / n
        dx[i, y[i]] -= 1 / n
    return loss / n, dx
