"""The squared error: a difference, a square, a sum of all entries, and the scaling."""


def depth(operation, arrays):
    return arrays["predictions"].size + 5


def forward(torch, operation, tensors):
    predictions, targets = tensors["predictions"], tensors["targets"]
    average = operation.scaling.removeprefix("half_")
    loss = torch.nn.functional.mse_loss(
        predictions, targets, reduction="mean" if average == "mean" else "sum"
    )
    if average == "example_mean":
        loss = loss / len(predictions)
    return loss / 2 if operation.scaling.startswith("half_") else loss
