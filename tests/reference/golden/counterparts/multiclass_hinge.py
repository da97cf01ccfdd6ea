"""The multiclass hinge: two sums for each entry, the sum of all, and the scaling.

PyTorch averages over the classes as well.
"""


def depth(operation, arrays):
    return arrays["scores"].size + 5


def forward(torch, operation, tensors):
    scores = tensors["scores"]
    loss = torch.nn.functional.multi_margin_loss(
        scores, tensors["labels"], margin=operation.delta, reduction="sum"
    )
    divisor = len(scores) if operation.reduction == "mean" else 1
    return loss * scores.shape[1] / divisor
