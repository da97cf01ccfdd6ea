"""AdamW: Adam's 32 roundings, and two products and a sum for the decay."""

from tests.reference.golden.counterparts import follow


def knows(operation):
    return operation.eps_place == "outside"


def depth(operation, arrays):
    return (32 + 3) * len(arrays["grad_weight"])


def answer(torch, operation, arrays):
    return follow(
        torch,
        operation,
        arrays,
        lambda held: torch.optim.AdamW(
            held,
            lr=operation.lr,
            betas=(operation.beta1, operation.beta2),
            eps=operation.eps,
            weight_decay=operation.weight_decay,
        ),
    )
