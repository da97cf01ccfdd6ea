"""A network with one hidden layer, trained and used from the command line."""

import sys

import numpy as np


def zero_init(shape):
    return np.zeros(shape)


def random_init(shape):
    weights = np.random.uniform(-0.1, 0.1, shape)
    weights[:, 0] = 0
    return weights


class Sigmoid:
    def forward(self, x):
        self.z = 1 / (1 + np.exp(-x))
        return self.z

    def backward(self, dz):
        return dz * self.z * (1 - self.z)


class Linear:
    def __init__(self, input_size, output_size, weight_init, learning_rate):
        self.w = weight_init((output_size, input_size + 1))
        self.dw = np.zeros_like(self.w)
        self.learning_rate = learning_rate

    def forward(self, x):
        self.x = np.concatenate(([1.0], x))
        return self.w @ self.x

    def backward(self, dz):
        self.dw = np.outer(dz, self.x)
        return self.w[:, 1:].T @ dz

    def step(self):
        self.w -= self.learning_rate * self.dw


class SoftMaxCrossEntropy:
    def forward(self, z, y):
        powers = np.exp(z - z.max())
        y_hat = powers / powers.sum()
        return y_hat, -np.log(y_hat[y])

    def backward(self, y, y_hat):
        dz = y_hat.copy()
        dz[y] -= 1
        return dz


class NN:
    def __init__(self, input_size, hidden_size, output_size, weight_init, rate):
        self.linear1 = Linear(input_size, hidden_size, weight_init, rate)
        self.sigmoid = Sigmoid()
        self.linear2 = Linear(hidden_size, output_size, weight_init, rate)
        self.softmax = SoftMaxCrossEntropy()

    def forward(self, x, y):
        hidden = self.sigmoid.forward(self.linear1.forward(x))
        return self.softmax.forward(self.linear2.forward(hidden), y)

    def backward(self, y, y_hat):
        dz = self.linear2.backward(self.softmax.backward(y, y_hat))
        self.linear1.backward(self.sigmoid.backward(dz))

    def step(self):
        self.linear1.step()
        self.linear2.step()

    def mean_loss(self, X, labels):
        return np.mean([self.forward(x, y)[1] for x, y in zip(X, labels)])

    def predict(self, X):
        return [int(np.argmax(self.forward(x, 0)[0])) for x in X]


def read(path):
    table = np.loadtxt(path, delimiter=",", ndmin=2)
    return table[:, 1:], table[:, 0].astype(int)


def write_labels(path, labels):
    with open(path, "w") as file:
        for label in labels:
            file.write(f"{label}\n")


def main():
    train_in, valid_in, train_out, valid_out, metrics_out = sys.argv[1:6]
    epochs, hidden, flag = (int(argument) for argument in sys.argv[6:9])
    rate = float(sys.argv[9])
    X, y = read(train_in)
    X_valid, y_valid = read(valid_in)
    init = random_init if flag == 1 else zero_init
    network = NN(X.shape[1], 5, 2, init, rate)
    with open(metrics_out, "w") as metrics:
        for epoch in range(1, epochs + 1):
            for example, label in zip(X, y):
                y_hat, _ = network.forward(example, label)
                network.backward(label, y_hat)
                network.step()
            for name, loss in (
                ("train", network.mean_loss(X, y)),
                ("validation", network.mean_loss(X_valid, y_valid)),
            ):
                metrics.write(f"epoch={epoch} crossentropy({name}): {loss:.10f}\n")
        for name, path, inputs, labels in (
            ("train", train_out, X, y),
            ("validation", valid_out, X_valid, y_valid),
        ):
            predicted = network.predict(inputs)
            write_labels(path, predicted)
            error = np.mean(np.array(predicted) != labels)
            metrics.write(f"error({name}): {error:.10f}\n")


if __name__ == "__main__":
    main()
