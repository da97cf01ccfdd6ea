"""Group normalisation."""


def depth(operation, arrays):
    # Three sums over a group in turn, one over all pixels of a channel; for the rest
    # see batch_norm.
    x = arrays["x"]
    group = operation.sets(x.shape).shape[1]
    return 3 * (group + 3) + 8 + x.size // x.shape[1]


def forward(torch, operation, tensors):
    groups = operation.sizes({"gamma": tensors["gamma"]})["groups"]
    return torch.nn.functional.group_norm(
        tensors["x"], groups, tensors["gamma"], tensors["beta"], eps=operation.eps
    )
