"""Dropout, of which PyTorch has the inverted form.

PyTorch draws its own mask in forward; its backward takes one, and is the same map of
``grad_out`` as forward is of ``x``. In evaluation nothing is rounded; while training a
difference, a quotient and a product.
"""


def knows(operation):
    return operation.scaling == "inverted"


def depth(operation, arrays):
    return 3 if operation.mode == "training" else 0


def answer(torch, operation, arrays):
    rate = operation.rate if operation.rate_means == "drop" else 1 - operation.rate
    x = torch.tensor(arrays["x"], requires_grad=True)
    grad_out = torch.tensor(arrays["grad_out"])
    if operation.mode == "evaluation":
        out = torch.nn.functional.dropout(x, rate, training=False)
        out.backward(grad_out)
        return {"out": out, "grad_x": x.grad}
    mask = torch.tensor(arrays["mask"])
    dropped = torch.ops.aten.native_dropout_backward
    return {
        "out": dropped(x, mask, 1 / (1 - rate)),
        "grad_x": dropped(grad_out, mask, 1 / (1 - rate)),
    }
