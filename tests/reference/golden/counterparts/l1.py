"""The absolute error: a difference, a sum of all entries, and the scaling."""


def depth(operation, arrays):
    return arrays["predictions"].size + 3


def forward(torch, operation, tensors):
    predictions, targets = tensors["predictions"], tensors["targets"]
    everything = operation.reduction == "mean"
    loss = torch.nn.functional.l1_loss(
        predictions, targets, reduction="mean" if everything else "sum"
    )
    return loss / len(predictions) if operation.reduction == "example_mean" else loss
