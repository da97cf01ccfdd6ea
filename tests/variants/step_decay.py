"""Step decay as students write it."""

import numpy as np


def variants(lr=0.4, factor=0.3, every=5):
    def powers(step):
        """Raise to the number of changes."""
        return lr * factor ** (step // every)

    def loop(step):
        """Multiply at each change on the way to the step."""
        rates = []
        for wanted in step:
            rate = lr
            for t in range(1, wanted + 1):
                if t % every == 0:
                    rate *= factor
            rates.append(rate)
        return rates

    def table(step):
        """Look up a table of repeated products."""
        changes = np.full(int(np.max(step)) // every + 1, factor)
        changes[0] = lr
        return np.repeat(np.cumprod(changes), every)[step]

    def logarithms(step):
        """Take the exponential of a line with steps."""
        return np.exp(np.log(lr) + np.floor(step / every) * np.log(factor))

    return {"powers": powers, "loop": loop, "table": table, "logarithms": logarithms}
