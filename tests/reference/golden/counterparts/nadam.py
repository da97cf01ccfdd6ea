"""Nadam: Adam's 32 roundings, two more powers, and twelve for the two shares.

PyTorch keeps the product of the momenta in its default precision, which is single.
"""

from tests.reference.golden.counterparts import follow


def knows(operation):
    return operation.form == "scheduled" and operation.eps_place == "outside"


def depth(operation, arrays):
    return (32 + 2 * 8 + 12) * len(arrays["grad_weight"])


def answer(torch, operation, arrays):
    usual = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        return follow(
            torch,
            operation,
            arrays,
            lambda held: torch.optim.NAdam(
                held,
                lr=operation.lr,
                betas=(operation.beta1, operation.beta2),
                eps=operation.eps,
                momentum_decay=operation.momentum_decay,
            ),
        )
    finally:
        torch.set_default_dtype(usual)
