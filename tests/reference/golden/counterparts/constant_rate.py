"""The constant rate: PyTorch multiplies it by 1."""

from tests.reference.golden.counterparts.schedules import longest, rates


def depth(operation, arrays):
    return 1


def answer(torch, operation, arrays):
    path = rates(
        torch,
        operation,
        longest(arrays),
        lambda held: torch.optim.lr_scheduler.ConstantLR(held, factor=1.0),
    )
    return {"rate": path[arrays["step"]]}
