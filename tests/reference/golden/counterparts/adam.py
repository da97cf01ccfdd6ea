"""Adam: its averages take 3 and 4 roundings, each correction a power and two more.

Then come a root, eps, the rate, a quotient and the update.
"""

from tests.reference.golden.counterparts import follow


def knows(operation):
    usual = operation.bias_correction and operation.step_size == "lr"
    return usual and operation.eps_place == "outside"


def depth(operation, arrays):
    return (3 + 4 + 2 * (8 + 2) + 5) * len(arrays["grad_weight"])


def answer(torch, operation, arrays):
    return follow(
        torch,
        operation,
        arrays,
        lambda held: torch.optim.Adam(
            held,
            lr=operation.lr,
            betas=(operation.beta1, operation.beta2),
            eps=operation.eps,
        ),
    )
