"""The operations as PyTorch has them: one module per operation, found by name.

A module has

``depth(operation, arrays)``
    The longest chain of roundings from an input to an entry of an answer. A sum of n
    terms counts n, an elementary function 8: NumPy states 4 ulp for its vector code.
``forward(torch, operation, tensors)``
    Returns the differentiated outputs, one tensor or a tuple; PyTorch differentiates
    them. Or, where that does not fit, ``answer(torch, operation, arrays)``, which
    returns arrays by quantity.
``knows(operation)``
    Optional: whether PyTorch has the operation under these conventions.

PyTorch is handed in, so that the modules can be imported without it.
"""

import sys
from types import ModuleType
from typing import Any

from reference.discovery import modules
from reference.operations import Array, Arrays, Operation


def counterpart(operation: Operation) -> ModuleType | None:
    """Return the module for an operation, if PyTorch knows its conventions."""
    for module in modules(sys.modules[__name__]):
        if module.__name__.rpartition(".")[2] == operation.name:
            knows = getattr(module, "knows", lambda operation: True)
            return module if knows(operation) else None
    return None


def ask(torch: Any, operation: Operation, arrays: Arrays) -> dict[str, Array]:
    """Return what PyTorch says to drawn inputs, under the names of the operation."""
    module = counterpart(operation)
    assert module is not None
    if hasattr(module, "answer"):
        return {
            quantity: torch.as_tensor(value).detach().numpy().copy()
            for quantity, value in module.answer(torch, operation, arrays).items()
        }
    tensors = {key: torch.tensor(value) for key, value in arrays.items()}
    for source in operation.differentiable:
        tensors[source].requires_grad_()
    returned = module.forward(torch, operation, tensors)
    outputs = returned if isinstance(returned, tuple) else (returned,)
    upstreams = operation.upstreams(tensors)
    if operation.differentiable:
        torch.autograd.backward(outputs, list(upstreams.values()) or None)
    found = dict(zip(upstreams or operation.outputs, outputs, strict=True))
    return {
        **{name: value.detach().numpy() for name, value in found.items()},
        **{
            gradient: tensors[source].grad.numpy()
            for gradient, source in operation.gradients.items()
        },
    }


def follow(
    torch: Any, operation: Operation, arrays: Arrays, make: Any
) -> dict[str, Array]:
    """Return the path of an optimizer of PyTorch over given gradients.

    Parameters
    ----------
    make
        Makes the optimizer for a list of parameters.
    """
    parameters = {
        key: torch.nn.Parameter(torch.tensor(arrays[key]))
        for key in operation.parameters
    }
    optimizer = make(list(parameters.values()))
    path: dict[str, list[Array]] = {key: [] for key in parameters}
    for step in range(len(arrays["grad_weight"])):
        for key, parameter in parameters.items():
            parameter.grad = torch.tensor(arrays[f"grad_{key}"][step])
        optimizer.step()
        for key, parameter in parameters.items():
            path[key].append(parameter.detach().clone())
    return {key: torch.stack(values) for key, values in path.items()}
