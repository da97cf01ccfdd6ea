"""RMSProp: Adagrad's seven roundings and two more for the shares of the average."""

from tests.reference.golden.counterparts import follow


def knows(operation):
    return operation.eps_place == "outside"


def depth(operation, arrays):
    return 9 * len(arrays["grad_weight"])


def answer(torch, operation, arrays):
    return follow(
        torch,
        operation,
        arrays,
        lambda held: torch.optim.RMSprop(
            held, lr=operation.lr, alpha=operation.decay_rate, eps=operation.eps
        ),
    )
