"""What layers with windows have in common: where PyTorch puts them."""

from math import prod


def edges(windows):
    """Return the padding of each axis where it is the same on both sides."""
    before, after = zip(*windows.padding, strict=True)
    assert before == after
    return before


def longest_sum(arrays, entries):
    """Return how many terms there are at most in an entry of a convolution's answer.

    An output adds up the filters of one side over a window, a gradient of the input
    those of the other, and a gradient of a parameter all outputs or all inputs.
    """
    weight = arrays["weight"].shape
    reduced = min(
        array.size // array.shape[1] for array in (arrays["x"], arrays["grad_out"])
    )
    return max(max(weight[:2]) * prod(entries), reduced, arrays["grad_out"][:, 0].size)
