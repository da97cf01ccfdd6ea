"""Exponential decay as students write it."""

from math import exp, log

import numpy as np


def variants(lr=0.4, decay=0.8, every=1, form="factor"):
    def powers(step):
        """Raise to a power."""
        if form == "natural":
            return lr * np.e ** (-decay * step / every)
        return lr * decay ** (step / every)

    def logarithms(step):
        """Add logarithms and take one exponential."""
        slope = np.log(decay) if form == "factor" else -decay
        return np.exp(np.log(lr) + step * (slope / every))

    def multiplied(step):
        """Multiply by the same share again and again."""
        once = exp(-decay / every) if form == "natural" else exp(log(decay) / every)
        rates = [lr]
        for _ in range(int(max(step))):
            rates.append(rates[-1] * once)
        return np.array(rates)[step]

    return {"powers": powers, "logarithms": logarithms, "multiplied": multiplied}
