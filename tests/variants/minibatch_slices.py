"""Slices of minibatches as students write them."""

from functools import partial

import numpy as np


def arange(examples, batch_size, tail="keep"):
    """Step through with ``arange``."""
    start = np.arange(0, examples, batch_size)
    stop = np.minimum(start + batch_size, examples)
    whole = (stop - start == batch_size) | (tail == "keep")
    return start[whole], stop[whole]


def loop(examples, batch_size, tail="keep"):
    """Append until nothing is left."""
    start, stop, at = [], [], 0
    while at < examples:
        end = at + batch_size
        if end > examples and tail == "drop":
            break
        start.append(int(at))
        stop.append(int(min(end, examples)))
        at = end
    return start, stop


def counted(examples, batch_size, tail="keep"):
    """Count the minibatches first."""
    count, left = divmod(int(examples), int(batch_size))
    bounds = [i * int(batch_size) for i in range(count + 1)]
    if left and tail == "keep":
        bounds.append(int(examples))
    return np.array(bounds[:-1]), np.array(bounds[1:])


def split(examples, batch_size, tail="keep"):
    """Cut a list of all examples and look at both ends of each part."""
    every = np.arange(examples)
    parts = np.split(every, np.arange(batch_size, examples, batch_size))
    if tail == "drop":
        parts = [part for part in parts if part.size == batch_size]
    return [part[0] for part in parts], [part[-1] + 1 for part in parts]


def variants(**conventions):
    parts = {"arange": arange, "loop": loop, "counted": counted, "split": split}
    return {name: partial(part, **conventions) for name, part in parts.items()}
