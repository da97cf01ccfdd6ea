import os
import sys

import numpy as np
from parts import Linear, Sigmoid, SoftMaxCrossEntropy


def initial(flag):
    def draw(shape):
        weights = np.zeros(shape)
        if flag == 1:
            weights[:, 1:] = np.random.uniform(-0.1, 0.1, (shape[0], shape[1] - 1))
        return weights

    return draw


def load(path):
    assert os.path.isfile(path), path
    table = np.genfromtxt(os.path.join(os.getcwd(), path), delimiter=",")
    return table[:, 1:], table[:, 0].astype(int)


def evaluate(layers, loss, X, y):
    total, labels = 0, []
    for x, label in zip(X, y):
        for layer in layers:
            x = layer.forward(x)
        y_hat, value = loss.forward(x, label)
        total += value
        labels.append(y_hat.argmax())
    return total / len(X), np.array(labels)


def train(layers, loss, X, y):
    for x, label in zip(X, y):
        for layer in layers:
            x = layer.forward(x)
        delta = loss.backward(label, loss.forward(x, label)[0])
        for layer in reversed(layers):
            delta = layer.backward(delta)
        for layer in layers[::2]:
            layer.step()


if __name__ == "__main__":
    train_in, valid_in, train_out, valid_out, metrics_out = sys.argv[1:6]
    epochs, hidden, flag = map(int, sys.argv[6:9])
    rate = float(sys.argv[9])
    (X, y), (X_valid, y_valid) = load(train_in), load(valid_in)
    draw = initial(flag)
    layers = [
        Linear(X.shape[1], hidden, draw, rate),
        Sigmoid(),
        Linear(hidden, 2, draw, rate),
    ]
    loss = SoftMaxCrossEntropy()
    metrics = open(metrics_out, "w")
    for epoch in range(epochs):
        train(layers, loss, X, y)
        found = evaluate(layers, loss, X, y)[0], evaluate(layers, loss, X_valid, y_valid)[0]
        print(f"epoch={epoch + 1} crossentropy(train): {found[0]:.8f}", file=metrics)
        print(
            f"epoch={epoch + 1} crossentropy(validation): {found[1]:.8f}", file=metrics
        )
    labels = evaluate(layers, loss, X, y)[1]
    np.savetxt(train_out, labels, fmt="%d")
    print(f"error(train): {(labels != y).mean()}", file=metrics)
    labels = evaluate(layers, loss, X_valid, y_valid)[1]
    np.savetxt(valid_out, labels, fmt="%d")
    print(f"error(validation): {(labels != y_valid).mean()}", file=metrics)
