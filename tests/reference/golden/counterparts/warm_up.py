"""Warm-up: PyTorch rises by factors, 6 roundings each, from a share above zero."""

from tests.reference.golden.counterparts.schedules import longest, rates


def knows(operation):
    return operation.start > 0 and operation.then != "cosine"


def depth(operation, arrays):
    return (6 + 1) * longest(arrays)


def answer(torch, operation, arrays):
    schedulers = torch.optim.lr_scheduler

    def make(held):
        rise = schedulers.LinearLR(
            held, start_factor=operation.start, total_iters=operation.steps
        )
        if operation.then == "constant_rate":
            return rise
        fall = schedulers.ExponentialLR(held, gamma=operation.decay)
        if operation.clock == "shared":
            return schedulers.ChainedScheduler([rise, fall], optimizer=held)
        return schedulers.SequentialLR(held, [rise, fall], [operation.steps])

    path = rates(torch, operation, longest(arrays), make)
    return {"rate": path[arrays["step"]]}
