"""A grader as many courses have one: tests and student code in one process.

It shows that the forging entries of the battery are real. It runs a submission from
the current folder and leaves a score in ``results.json``; nothing else imports it.
"""
# ruff: noqa: PT009

import json
import resource
import sys
import unittest

import numpy as np

POINTS = 6


def right_forward(x):
    return np.tanh(x)


def right_backward(x, grad_out):
    return grad_out * (1 - np.tanh(x) ** 2)


class TanhTest(unittest.TestCase):
    def test_forward_and_backward(self):
        rng = np.random.default_rng(5)
        x, grad_out = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
        layer = sys.modules["mlp"].Tanh()

        expected = right_forward(x)
        self.assertTrue(np.allclose(layer.forward(x), expected))
        expected = right_backward(x, grad_out)
        self.assertTrue(np.allclose(layer.backward(grad_out), expected))


def limited():
    resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))


def main():
    limited()
    sys.path.insert(0, ".")
    __import__("mlp")
    tests = unittest.defaultTestLoader.loadTestsFromTestCase(TanhTest)
    result = unittest.TextTestRunner().run(tests)
    score = POINTS if result.wasSuccessful() else 0
    with open("results.json", "w") as stream:
        json.dump({"score": score, "max_score": POINTS}, stream)


if __name__ == "__main__":
    main()
