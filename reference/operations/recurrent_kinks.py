"""One sum of a plain recurrent network exactly at the kink of its ReLU."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reference.layers.rnn import RNN
from reference.operations.base import Array, Arrays
from reference.operations.one_kink import coarsened, is_alone

COARSE = 2.0**-8
"""Spacing of inputs. Sums of products of five of them, one for each step, are exact."""


@dataclass(frozen=True, slots=True)
class Unrolled:
    """A plain recurrent network with ReLU and what goes into it.

    Parameters
    ----------
    x
        (N, T, D).
    state
        (N, H), before the first step.
    weight_x, weight_h, bias
        (D, H), (H, H) and (H,).
    """

    x: Array
    state: Array
    weight_x: Array
    weight_h: Array
    bias: Array

    @classmethod
    def of(cls, x: Array, state: Array, arrays: Arrays) -> Unrolled:
        """Return a network whose parameters have their usual names."""
        parameters = (arrays[name] for name in ("weight_x", "weight_h", "bias"))
        return cls(x, state, *parameters)

    def states(self) -> Array:
        """Return the state before every step, and after the last, (T + 1, N, H)."""
        found = [self.state]
        for step in range(self.x.shape[1]):
            found.append(np.maximum(self._sums(step, found[-1]), 0.0))
        return np.stack(found)

    def sums(self) -> Array:
        """Return all sums in front of the nonlinearity, (T, N, H)."""
        states = self.states()
        return np.stack([self._sums(t, states[t]) for t in range(self.x.shape[1])])

    def _sums(self, step: int, state: Array) -> Array:
        total: Array = self.x[:, step] @ self.weight_x + state @ self.weight_h
        return total + self.bias

    def through(self, grad_out: Array) -> dict[str, Array]:
        """Return what the gradients gain if the slope at the kink is 1 and not 0.

        Parameters
        ----------
        grad_out
            (N, T, H).
        """
        at_kink = np.argwhere(self.sums() == 0.0)
        if len(at_kink) != 1:
            return {}
        t, n, j = (int(index) for index in at_kink[0])
        arrives = float(grad_out[n, t, j]) + self._from_later(n, t, grad_out)[j]
        found = {
            "x": np.zeros_like(self.x),
            "state": np.zeros_like(self.state),
            "weight_x": np.zeros_like(self.weight_x),
            "weight_h": np.zeros_like(self.weight_h),
            "bias": np.zeros_like(self.bias),
        }
        found["x"][n, t] = arrives * self.weight_x[:, j]
        found["weight_x"][:, j] = arrives * self.x[n, t]
        found["weight_h"][:, j] = arrives * self.states()[t, n]
        found["bias"][j] = arrives
        self._before(n, t, arrives * self.weight_h[:, j], found)
        return found

    def _layer(self) -> RNN:
        features, hidden = self.weight_x.shape
        layer = RNN(features, hidden, nonlinearity="relu")
        layer.params = {
            "weight_x": self.weight_x,
            "weight_h": self.weight_h,
            "bias": self.bias,
        }
        return layer

    def _from_later(self, n: int, t: int, grad_out: Array) -> Array:
        """Return what the later steps of one example hand back, (H,)."""
        if t + 1 == self.x.shape[1]:
            return np.zeros_like(self.bias)
        layer = self._layer()
        layer.forward(self.x[n : n + 1, t + 1 :], self.states()[t + 1, n : n + 1])
        return layer.backward(grad_out[n : n + 1, t + 1 :])[1][0]

    def _before(self, n: int, t: int, handed: Array, found: dict[str, Array]) -> None:
        """Add what the steps before the kink of one example make of it.

        Parameters
        ----------
        handed
            Gradient for the state before step ``t``, (H,).
        """
        if t == 0:
            found["state"][n] = handed
            return
        layer = self._layer()
        upstream = np.zeros_like(layer.forward(self.x[n : n + 1, :t], self.state[[n]]))
        upstream[0, -1] = handed
        grad_x, grad_state = layer.backward(upstream)
        found["x"][n, :t] = grad_x[0]
        found["state"][n] = grad_state[0]
        for name, gradient in layer.grads.items():
            found[name] += gradient


def moved_onto_kink(
    rng: np.random.Generator, arrays: Arrays, state: str
) -> dict[str, Array] | None:
    """Return coarse inputs of which one sum in front of a ReLU is exactly 0.

    One entry of ``x`` makes up for all else in its sum. It is divided by a weight that
    is a power of two, so that all numbers stay exact, in whatever order they are added.

    Parameters
    ----------
    arrays
        With ``x`` (N, T, D).
    state
        Name of the state before the first step.

    Returns
    -------
    None
        If another sum came near 0.
    """
    moved = coarsened(arrays, COARSE)
    count, steps, features = moved["x"].shape
    hidden = len(moved["bias"])
    n, t, j = rng.integers(count), rng.integers(steps), rng.integers(hidden)
    d = rng.integers(features)
    moved["weight_x"][d, j] = np.copysign(0.5, moved["weight_x"][d, j])
    moved["x"][n, t, d] = 0.0
    rest = Unrolled.of(moved["x"], moved[state], moved).sums()[t, n, j]
    moved["x"][n, t, d] = -rest / moved["weight_x"][d, j]
    sums = Unrolled.of(moved["x"], moved[state], moved).sums()
    return moved if is_alone(sums) else None
