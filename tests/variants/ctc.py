"""Connectionist temporal classification as students write it."""

from math import exp, inf, log

import numpy as np


def log_softmax(x):
    x = x - x.max(axis=-1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def with_blanks(labels, blank):
    return [blank] + [one for label in labels for one in (int(label), blank)]


def may_skip(states, at, blank):
    """Tell whether a path may come here from two states before."""
    return at >= 2 and states[at] != blank and states[at] != states[at - 2]


class Part:
    """What is common: the examples one by one, and the reduction."""

    reduction, source, blank = "mean", "logits", 0

    def forward(self, x, labels, input_lengths, label_lengths):
        log_p = log_softmax(x) if self.source == "logits" else x
        self.grad = np.zeros_like(x)
        total = 0.0
        for n, count in enumerate(label_lengths):
            length = input_lengths[n]
            states = with_blanks(labels[n, :count], self.blank)
            loss, shares = self.example(log_p[:length, n], states)
            weight = 1.0
            if self.reduction != "sum":
                weight /= len(labels)
            if self.reduction == "mean":
                weight /= max(int(count), 1)
            total += weight * loss
            grad = -shares
            if self.source == "logits":
                grad = grad + np.exp(log_p[:length, n])
            self.grad[:length, n] = weight * grad
        return total

    def backward(self):
        return self.grad


class Logarithms(Part):
    """Forward and backward variables as logarithms, state by state."""

    @staticmethod
    def log_sum(*terms):
        top = max(terms)
        if top == -inf:
            return -inf
        return top + log(sum(exp(term - top) for term in terms))

    def sweep(self, log_p, states):
        """Return log alpha, the emission of each step included."""
        alpha = np.full((len(log_p), len(states)), -inf)
        alpha[0, :2] = [log_p[0, s] for s in states[:2]]
        for t in range(1, len(log_p)):
            for at, state in enumerate(states):
                before = [alpha[t - 1, at]]
                if at:
                    before.append(alpha[t - 1, at - 1])
                if may_skip(states, at, self.blank):
                    before.append(alpha[t - 1, at - 2])
                alpha[t, at] = self.log_sum(*before) + log_p[t, state]
        return alpha

    def example(self, log_p, states):
        alpha = self.sweep(log_p, states)
        beta = self.sweep(log_p[::-1], states[::-1])[::-1, ::-1]
        log_total = self.log_sum(*alpha[-1, -2:])
        shares = np.zeros_like(log_p)
        for at, state in enumerate(states):
            # Both variables hold the emission; once is enough.
            gamma = alpha[:, at] + beta[:, at] - log_p[:, state] - log_total
            shares[:, state] += np.exp(gamma)
        return -log_total, shares


class Rescaled(Part):
    """Probabilities, made to sum to one at each step."""

    def example(self, log_p, states):
        p = np.exp(log_p)
        emissions = p[:, states]
        skips = [float(may_skip(states, at, self.blank)) for at in range(len(states))]
        skips = np.array(skips, dtype=p.dtype)
        alpha, loss = np.zeros_like(emissions), 0.0
        alpha[0, :2] = emissions[0, :2]
        for t in range(len(p)):
            if t:
                a = alpha[t - 1]
                moved = a.copy()
                moved[1:] += a[:-1]
                moved[2:] += skips[2:] * a[:-2]
                alpha[t] = moved * emissions[t]
            size = alpha[t].sum()
            alpha[t] /= size
            loss -= np.log(size)
        ending = alpha[-1, -2:].sum()
        beta = np.zeros_like(emissions)
        beta[-1, -2:] = 1.0
        for t in range(len(p) - 2, -1, -1):
            b = beta[t + 1] * emissions[t + 1]
            beta[t] = b
            beta[t, :-1] += b[1:]
            beta[t, :-2] += (skips * b)[2:]
            beta[t] /= beta[t].sum()
        gamma = alpha * beta
        gamma /= gamma.sum(axis=1, keepdims=True)
        shares = np.zeros_like(p)
        np.add.at(shares.T, states, gamma.T)
        return loss - np.log(ending), shares


class Matrices(Part):
    """A transition matrix, and backpropagation through the product of vectors."""

    def example(self, log_p, states):
        size = len(states)
        steps = np.eye(size) + np.eye(size, k=1)
        for at in range(2, size):
            steps[at - 2, at] = may_skip(states, at, self.blank)
        hot = np.eye(log_p.shape[1])[states]
        p = np.exp(log_p) @ hot.T
        reached = [p[0] * (np.arange(size) < 2)]
        for row in p[1:]:
            reached.append((reached[-1] @ steps) * row)
        total = reached[-1][-2:].sum()
        grad = np.where(np.arange(size) < size - 2, 0.0, -1.0 / total)
        shares = np.zeros_like(log_p)
        for t in range(len(p) - 1, -1, -1):
            # Emissions are factors: d/d(log p) is the value times the gradient.
            shares[t] = -(reached[t] * grad) @ hot
            grad = steps @ (grad * p[t])
        return -np.log(total), shares


def variants(**conventions):
    parts = {"logarithms": Logarithms, "rescaled": Rescaled, "matrices": Matrices}
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
