"""A network with one hidden layer, trained and used from the command line."""

import sys

import numpy as np


def zero_init(shape):
    """Return start weights for init_flag 2."""
    return np.zeros(shape)


def random_init(shape):
    """Return start weights for init_flag 1: the column of the bias is zero."""
    weights = np.random.uniform(-0.1, 0.1, shape)
    weights[:, 0] = 0
    return weights


class Sigmoid:
    """The logistic function of each entry."""

    def forward(self, x):
        """Return an array of the shape of x, (D,)."""
        raise NotImplementedError

    def backward(self, dz):
        """Return the gradient for x."""
        raise NotImplementedError


class Linear:
    """A weight whose column 0 is the bias."""

    def __init__(self, input_size, output_size, weight_init, learning_rate):
        self.w = weight_init((output_size, input_size + 1))
        self.dw = np.zeros_like(self.w)
        self.learning_rate = learning_rate

    def forward(self, x):
        """Return (output_size,) for x (input_size,)."""
        raise NotImplementedError

    def backward(self, dz):
        """Set dw and return the gradient for x."""
        raise NotImplementedError

    def step(self):
        """Update w."""
        raise NotImplementedError


class SoftMaxCrossEntropy:
    """Softmax and the loss of one example."""

    def forward(self, z, y):
        """Return probabilities y_hat (C,) and the loss, for scores z (C,), label y."""
        raise NotImplementedError

    def backward(self, y, y_hat):
        """Return the gradient for z."""
        raise NotImplementedError


def main():
    train_in, valid_in, train_out, valid_out, metrics_out = sys.argv[1:6]
    num_epoch, hidden_units, init_flag = (int(argument) for argument in sys.argv[6:9])
    learning_rate = float(sys.argv[9])
    raise NotImplementedError


if __name__ == "__main__":
    main()
