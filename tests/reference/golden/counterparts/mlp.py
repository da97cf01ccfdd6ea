"""The perceptron with its loss: a product and an activation for each weight."""


def depth(operation, arrays):
    weights = [arrays[name] for name in operation.parameters if "weight" in name]
    # Forward a sum over the inputs of a unit and its bias, backward one over the units
    # that it feeds; hidden units multiply by a slope, which ReLU does not round.
    units = 0 if operation.activation == "relu" else 12 * (operation.depth - 1)
    sums = sum(sum(weight.shape) + 1 for weight in weights)
    # exp, a sum over the classes, log; the gradients sum over the batch.
    count, last = len(arrays["x"]), weights[-1].shape[1]
    return sums + units + 8 + last + 8 + count + 4


def forward(torch, operation, tensors):
    functional = torch.nn.functional
    act = getattr(torch, operation.activation)
    out = tensors["x"]
    for number in range(operation.depth):
        out = act(out) if number else out
        out = out @ tensors[f"weight_{number}"] + tensors[f"bias_{number}"]
    if operation.judge == "mean_squared_error":
        return functional.mse_loss(
            out, tensors["targets"], reduction=operation.reduction
        )
    return functional.cross_entropy(
        out, tensors["labels"], reduction=operation.reduction
    )
