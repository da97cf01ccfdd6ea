"""Students who train in their own way, and the assignment they are graded by."""

from tests.assignment_text import head

PARTS = head(
    "own-way",
    Linear="linear",
    Tanh="tanh",
    SoftmaxCrossEntropy="softmax_cross_entropy",
    SGD="sgd",
)
HEAD = f"""{PARTS}
[[check]]
id = "learns"
kind = "convergence"
data = "xor"
hidden = [8]
layers = ["Linear", "Tanh", "Linear"]
loss = "SoftmaxCrossEntropy"
optimizer = "SGD"
settings = {{ lr = 0.5 }}
examples = 60
batch_size = 8
epochs = 8
points = 5
threshold = 0.9
"""

OWN_WAY = """
import numpy as np

def train_network(X, y, seed):
    rng = np.random.default_rng(seed)
    W = rng.normal(size=(2, 8)); b = rng.normal(size=8)
    V = rng.normal(size=(8, 2)) * 0.1; c = np.zeros(2)

    def scores(x):
        return np.tanh(x @ W + b) @ V + c

    losses = []
    for epoch in range(8):
        total = 0.0
        for rows in np.array_split(rng.permutation(len(X)), 8):
            x, t = X[rows], y[rows]
            h = np.tanh(x @ W + b)
            z = h @ V + c
            p = np.exp(z - z.max(axis=1, keepdims=True))
            p /= p.sum(axis=1, keepdims=True)
            total -= np.log(p[np.arange(len(t)), t]).mean()
            p[np.arange(len(t)), t] -= 1
            p /= len(t)
            back = p @ V.T * (1 - h * h)
            V -= 0.5 * h.T @ p; c -= 0.5 * p.sum(axis=0)
            W -= 0.5 * x.T @ back; b -= 0.5 * back.sum(axis=0)
        losses.append(total / 8)
    return scores, losses
"""
