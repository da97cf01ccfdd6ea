"""Cross-entropy: a shift, exp, a sum over C classes, log, a sum over the batch."""


def depth(operation, arrays):
    count, classes = arrays["logits"].shape
    return 8 + classes + 8 + count + 4


def forward(torch, operation, tensors):
    logits, labels = tensors["logits"], tensors["labels"]
    if operation.labels == "one_hot":
        labels = labels.to(logits.dtype)
    return torch.nn.functional.cross_entropy(
        logits, labels, reduction=operation.reduction
    )
