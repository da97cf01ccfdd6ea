"""Batch normalisation: PyTorch's own where it can, its formula otherwise.

PyTorch adds eps inside the root, keeps the unbiased running variance, weighs the new
moments with its momentum and refuses a batch of one in training. The formula is
differentiated by PyTorch.
"""


def depth(operation, arrays):
    x = arrays["x"]
    count = x.size // x.shape[1]
    # The means of x, of its squares, and of one of the gradients follow each other;
    # besides each sum there are a subtraction, a product and a division, and the root,
    # its reciprocal, eps, gamma, beta and the three terms of the gradient.
    return 3 * (count + 3) + 8


def answer(torch, operation, arrays):
    tensors = {name: torch.tensor(array) for name, array in arrays.items()}
    for name in operation.differentiable:
        tensors[name].requires_grad_()
    made = _own if _fits(operation, tensors["x"]) else _formula
    out, *running = made(torch, operation, tensors)
    out.backward(tensors["grad_out"])
    found = dict(zip(operation.outputs, [out, *running], strict=True))
    gradients = operation.gradients.items()
    return found | {name: tensors[source].grad for name, source in gradients}


def _fits(operation, x):
    training = operation.mode == "training"
    unbiased = operation.settings["running_variance"] == "unbiased"
    return (
        operation.eps_inside
        and operation.eps > 0
        and (not training or (unbiased and len(x) > 1))
    )


def _new_weight(operation):
    momentum = operation.settings["momentum"]
    new = operation.settings["momentum_weights"] == "new"
    return momentum if new else 1 - momentum


def _own(torch, operation, tensors):
    training = operation.mode == "training"
    running = [tensors["running_mean"].clone(), tensors["running_var"].clone()]
    out = torch.nn.functional.batch_norm(
        tensors["x"],
        *running,
        weight=tensors.get("gamma"),
        bias=tensors.get("beta"),
        training=training,
        momentum=_new_weight(operation),
        eps=operation.eps,
    )
    return (out, *running) if training else (out,)


def _formula(torch, operation, tensors):
    x = tensors["x"]
    axes = [axis for axis in range(x.ndim) if axis != 1]
    count = x.numel() // x.shape[1]
    training = operation.mode == "training"

    def wide(numbers):
        return numbers.reshape(-1, *[1] * (x.ndim - 2))

    running = tensors["running_mean"], tensors["running_var"]
    mean = x.mean(axes) if training else running[0]
    centred = x - wide(mean)
    if training:
        # The norm has the derivative 0 where its argument is 0; a root has none.
        deviation = torch.linalg.vector_norm(centred, dim=axes) / count**0.5
    else:
        deviation = running[1].sqrt()
    if operation.eps_inside:
        divisor = (deviation**2 + operation.eps).sqrt()
    else:
        divisor = deviation + operation.eps
    out = centred / wide(divisor)
    if operation.parameters:
        out = out * wide(tensors["gamma"]) + wide(tensors["beta"])
    if not training:
        return (out,)
    unbiased = operation.settings["running_variance"] == "unbiased"
    moments = mean, centred.pow(2).sum(axes) / (count - 1 if unbiased else count)
    weight = _new_weight(operation)
    return out, *(
        (1 - weight) * old + weight * new.detach()
        for old, new in zip(running, moments, strict=True)
    )
