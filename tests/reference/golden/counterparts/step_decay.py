"""Step decay: PyTorch multiplies once for each reduction."""

from tests.reference.golden.counterparts.schedules import longest, rates


def depth(operation, arrays):
    return longest(arrays) // operation.every + 2


def answer(torch, operation, arrays):
    path = rates(
        torch,
        operation,
        longest(arrays),
        lambda held: torch.optim.lr_scheduler.StepLR(
            held, operation.every, gamma=operation.factor
        ),
    )
    return {"rate": path[arrays["step"]]}
