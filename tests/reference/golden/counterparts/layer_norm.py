"""Layer normalisation."""


def depth(operation, arrays):
    # Three sums over a row in turn or one over the batch; for the rest see batch_norm.
    count, features = arrays["x"].shape
    return 3 * (features + 3) + 8 + count


def forward(torch, operation, tensors):
    return torch.nn.functional.layer_norm(
        tensors["x"],
        tensors["x"].shape[1:],
        tensors["gamma"],
        tensors["beta"],
        eps=operation.eps,
    )
