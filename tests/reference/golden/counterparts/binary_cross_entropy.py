"""Binary cross-entropy: a log, two products and a sum for each entry; a quotient."""


def depth(operation, arrays):
    return arrays["probabilities"].size + 8 + 5


def forward(torch, operation, tensors):
    probabilities = tensors["probabilities"]
    if operation.clip:
        probabilities = probabilities.clamp(operation.clip, 1.0 - operation.clip)
    loss = torch.nn.functional.binary_cross_entropy(
        probabilities,
        tensors["targets"].to(probabilities.dtype),
        reduction="mean" if operation.reduction == "mean" else "sum",
    )
    return loss / len(probabilities) if operation.reduction == "example_mean" else loss
