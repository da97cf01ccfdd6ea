import argparse
import csv
import math
import sys
from pathlib import Path

import numpy as np


class Sigmoid:
    def forward(self, x):
        self.out = np.where(
            x >= 0, 1 / (1 + np.exp(-np.abs(x))), 1 - 1 / (1 + np.exp(-np.abs(x)))
        )
        return self.out

    def backward(self, dz):
        return np.array([d * s * (1 - s) for d, s in zip(dz, self.out)])


class Linear:
    def __init__(self, input_size, output_size, weight_init, learning_rate):
        self.w = weight_init((output_size, 1 + input_size))
        self.rate = learning_rate
        self.dw = None

    def forward(self, x):
        self.x = x
        return self.w[:, 0] + self.w[:, 1:].dot(x)

    def backward(self, dz):
        self.dw = np.hstack([dz[:, None], dz[:, None] * self.x[None, :]])
        return dz.dot(self.w[:, 1:])

    def step(self):
        self.w = self.w - self.rate * self.dw


class SoftMaxCrossEntropy:
    def forward(self, z, y):
        top = max(z)
        total = sum(math.exp(one - top) for one in z)
        y_hat = np.array([math.exp(one - top) / total for one in z])
        return y_hat, math.log(total) + top - z[y]

    def backward(self, y, y_hat):
        return y_hat - (np.arange(len(y_hat)) == y)


def read(path):
    if not Path(path).exists():
        sys.exit(f"cannot find {path}")
    with open(path, newline="") as file:
        rows = [[float(cell) for cell in row] for row in csv.reader(file)]
    return [(np.array(row[1:]), int(row[0])) for row in rows]


def main():
    parser = argparse.ArgumentParser()
    for name in ("train_in", "valid_in", "train_out", "valid_out", "metrics_out"):
        parser.add_argument(name, type=Path)
    for name in ("epochs", "hidden", "flag"):
        parser.add_argument(name, type=int)
    parser.add_argument("rate", type=float)
    args = parser.parse_args()
    if args.flag == 1:
        rng = np.random.default_rng()

        def init(shape):
            drawn = rng.uniform(-0.1, 0.1, shape)
            drawn[:, 0] = 0
            return drawn
    else:
        init = np.zeros
    train, valid = read(args.train_in), read(args.valid_in)
    first = Linear(len(train[0][0]), args.hidden, init, args.rate)
    middle = Sigmoid()
    last = Linear(args.hidden, 2, init, args.rate)
    loss = SoftMaxCrossEntropy()

    def run(x, y):
        return loss.forward(last.forward(middle.forward(first.forward(x))), y)

    lines = []
    for epoch in range(args.epochs):
        for x, y in train:
            y_hat, _ = run(x, y)
            first.backward(middle.backward(last.backward(loss.backward(y, y_hat))))
            first.step()
            last.step()
        for name, examples in (("train", train), ("validation", valid)):
            total = sum(run(x, y)[1] for x, y in examples)
            value = total / len(examples)
            lines.append(f"epoch={epoch + 1} crossentropy({name}): {value:.6f}")
            print(lines[-1])
    for name, examples, path in (
        ("train", train, args.train_out),
        ("validation", valid, args.valid_out),
    ):
        labels = [int(run(x, 0)[0].argmax()) for x, _ in examples]
        path.write_text("\n".join(map(str, labels)))
        wrong = sum(found != y for found, (_, y) in zip(labels, examples))
        lines.append(f"error({name}): {wrong / len(examples):.2f}")
    args.metrics_out.write_text("\n".join(lines) + "\n")
    sys.exit(0)


if __name__ == "__main__":
    main()
