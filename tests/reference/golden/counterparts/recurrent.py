"""What the counterparts of recurrent layers share; no operation has this name."""


def depth(arrays, steps, forward, backward):
    """Return the longest chain of roundings through all steps and back.

    ``forward`` and ``backward`` count those of one step apart from its sums: over D
    features and H states with two additions, and over all columns of a weight. At the
    end a gradient is summed over batch and time, or over these columns.
    """
    features, columns = arrays["weight_x"].shape
    hidden = len(arrays["weight_h"])
    one = features + hidden + 2 + forward + backward + columns
    return steps * one + max(len(arrays["x"]) * steps, columns)


def weights(torch, tensors, order=None):
    """Return the parameters in the layout of PyTorch, with a second bias.

    ``order`` lists the blocks of columns in the order of PyTorch.
    """
    hidden = len(tensors["weight_h"])
    bias = tensors["bias"]
    bias_h = tensors.get("bias_h", torch.zeros_like(bias))
    held = (tensors["weight_x"].T, tensors["weight_h"].T, bias, bias_h)
    if order is None:
        return held
    return tuple(
        torch.cat([array[place * hidden : (place + 1) * hidden] for place in order])
        for array in held
    )
