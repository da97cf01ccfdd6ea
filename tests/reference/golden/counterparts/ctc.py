"""CTC: a log-softmax, then at each step two logarithms of a sum of two exponentials.

Those at the steps are not vector code on either side but the functions of C, which are
within 1 ulp and count 2.

PyTorch gives a gradient for log-probabilities that is right only after a log-softmax,
so that it is asked about logits alone.
"""


def knows(operation):
    return operation.source == "logits"


def depth(operation, arrays):
    steps, count, classes = arrays["logits"].shape
    logarithm_of_sum = 1 + 2 + 2 + 1
    softmax = 1 + 8 + classes + 8 + 1
    # At each step two of them, and the step itself; at last one over the two last
    # states. Then the gradient: three sums, exp, and what is left is the reduction.
    return softmax + steps * (2 * logarithm_of_sum + 1) + logarithm_of_sum + 11 + count


def forward(torch, operation, tensors):
    losses = torch.nn.functional.ctc_loss(
        tensors["logits"].log_softmax(dim=-1),
        tensors["labels"],
        tensors["input_lengths"],
        tensors["label_lengths"],
        blank=operation.blank,
        reduction="mean" if operation.reduction == "mean" else "none",
    )
    if operation.reduction == "mean":
        return losses
    return losses.sum() if operation.reduction == "sum" else losses.mean()
