"""The graphs of the lectures, written with numbers of PyTorch."""

from reference.autodiff.counts import count_operations

ELEMENTARY = {"exp": 8, "cos": 8, "sin": 8, "sigmoid": 10}
"""A sigmoid is an exponential, a sum and a quotient."""


def depth(operation, arrays):
    """Count the operations of both passes: no chain is longer than all of them."""
    with count_operations() as counts:
        operation.answer(arrays)
    return sum(
        number * ELEMENTARY.get(name, 1) for name, number in counts.operations.items()
    )


def forward(torch, operation, tensors):
    inputs = [tensors[name] for name in operation.inputs]
    return GRAPHS[operation.example](torch, *inputs)


def exponential_of_time(torch, t):
    return t**2 + torch.exp(torch.cos(t) * t**2)


def logistic_least_squares(torch, w, b, x, t):
    return 0.5 * (torch.sigmoid(w * x + b) - t) ** 2


def doublings(torch, x):
    for _ in range(24):
        x = x + x
    return x


GRAPHS = {
    "sum_times_increment": lambda torch, a, b: (a + b) * (b + 1),
    "path_factoring": lambda torch, a, b, g, d, e, z: (a + b + g) * (d + e + z),
    "exponential": lambda torch, x, y: y + torch.exp(x * y),
    "exponential_of_time": exponential_of_time,
    "logistic_least_squares": logistic_least_squares,
    "square": lambda torch, x: x * x,
    "cube": lambda torch, x: x * x * x,
    "diamond": lambda torch, x, y: (x * y + x) * (x * y * y),
    "doublings": doublings,
}
