# Exported from my notebook, with everything rewritten as sums over examples.
import numpy as np


def linear_forward(A_prev, W, b):
    columns = [W @ A_prev[:, i] + b[:, 0] for i in range(A_prev.shape[1])]
    return np.stack(columns, axis=1), {"A": A_prev, "W": W}


def linear_backward(dZ, cache):
    A, W = cache["A"], cache["W"]
    m = A.shape[1]
    dW = sum(np.outer(dZ[:, i], A[:, i]) for i in range(m)) / m
    db = (dZ @ np.ones((m, 1))) / m
    return np.einsum("oi,om->im", W, dZ), dW, db


def relu(Z):
    return Z * (Z > 0)


def relu_backward(dA, Z):
    return np.where(Z > 0, dA, 0)


def sigmoid(Z):
    return 0.5 * (1 + np.tanh(Z / 2))


def sigmoid_backward(dA, Z):
    return dA / (2 + np.exp(Z) + np.exp(-Z))


def compute_cost(AL, Y):
    right = np.where(Y == 1, AL, 1 - AL)
    return np.mean(-np.log(right).sum(axis=0))


def cost_backward(AL, Y):
    return (AL - Y) / (AL * (1 - AL))


if __name__ == "__main__":
    print(linear_forward(np.ones((2, 3)), np.ones((1, 2)), np.zeros((1, 1))))
