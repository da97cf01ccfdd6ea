"""Reducing on a plateau: a product at each reduction, of which there are at most T.

PyTorch's patience is "exceeded"; one epoch less makes it "reached".
"""

import numpy as np


def depth(operation, arrays):
    return len(arrays["losses"])


def answer(torch, operation, arrays):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=operation.lr)
    less = 1 if operation.patience_rule == "reached" else 0
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer,
        factor=operation.factor,
        patience=operation.patience - less,
        threshold=operation.threshold,
        threshold_mode=operation.threshold_form[:3],
        cooldown=operation.cooldown,
        min_lr=operation.minimum,
        eps=0.0,
    )
    path = []
    for loss in arrays["losses"]:
        scheduler.step(loss)
        path.append(optimizer.param_groups[0]["lr"])
    return {"rate": np.array(path)}
