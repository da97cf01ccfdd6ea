"""The Huber loss: a difference, up to four products, a sum, and the scaling."""


def depth(operation, arrays):
    return arrays["predictions"].size + 7


def forward(torch, operation, tensors):
    predictions, targets = tensors["predictions"], tensors["targets"]
    reduction = "mean" if operation.reduction == "mean" else "sum"
    functional = torch.nn.functional
    if operation.form == "huber":
        loss = functional.huber_loss(
            predictions, targets, reduction=reduction, delta=operation.delta
        )
    else:
        loss = functional.smooth_l1_loss(
            predictions, targets, reduction=reduction, beta=operation.delta
        )
    return loss / len(predictions) if operation.reduction == "example_mean" else loss
