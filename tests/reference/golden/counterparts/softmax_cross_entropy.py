"""Cross-entropy: a shift, exp, a sum over C classes, log, a sum over the batch."""


def depth(operation, arrays):
    count, classes = arrays["logits"].shape
    return 8 + classes + 8 + count + 4


def forward(torch, operation, tensors):
    return torch.nn.functional.cross_entropy(
        tensors["logits"], tensors["labels"], reduction=operation.reduction
    )
