"""Binary cross-entropy of logits: exp, log, three sums for each entry, their sum."""


def depth(operation, arrays):
    return arrays["logits"].size + 8 + 8 + 5


def forward(torch, operation, tensors):
    logits = tensors["logits"]
    loss = torch.nn.functional.binary_cross_entropy_with_logits(
        logits,
        tensors["targets"].to(logits.dtype),
        reduction="mean" if operation.reduction == "mean" else "sum",
    )
    return loss / len(logits) if operation.reduction == "example_mean" else loss
