"""Write the golden file: ``python -m tests.reference.autodiff.make_golden``.

Run it from the root of the repository in an environment with NumPy and
``torch==2.13.0``. Only a change of the expressions makes it necessary.
"""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch

from tests.reference.autodiff.expressions import EXPRESSIONS, inputs, upstream

OPS = SimpleNamespace(
    exp=torch.exp,
    log=torch.log,
    sqrt=torch.sqrt,
    tanh=torch.tanh,
    sigmoid=torch.sigmoid,
    sin=torch.sin,
    cos=torch.cos,
    relu=torch.relu,
    absolute=torch.abs,
    maximum=torch.maximum,
    where=lambda mask, x, y: torch.where(torch.tensor(mask), x, y),
    sum=lambda x, axis=None, keepdims=False: torch.sum(x, axis, keepdim=keepdims),
    mean=lambda x, axis=None, keepdims=False: torch.mean(x, axis, keepdim=keepdims),
    max=lambda x, axis=None, keepdims=False: torch.amax(
        x, () if axis is None else axis, keepdim=keepdims
    ),
    logsumexp=torch.logsumexp,
    reshape=torch.reshape,
    transpose=torch.permute,
    broadcast_to=torch.broadcast_to,
    concatenate=torch.cat,
    stack=torch.stack,
    matmul=torch.matmul,
    gather=lambda x, places, axis: torch.gather(x, axis, torch.tensor(places)),
)


def answer(function):
    """Return the output, the gradients and the Hessian times the directions."""
    points, along = inputs()
    tensors = [torch.tensor(array, requires_grad=True) for array in points.values()]
    out = function(OPS, *tensors)
    found = torch.autograd.grad(
        out,
        tensors,
        torch.tensor(upstream(out.shape)),
        create_graph=True,
        materialize_grads=True,
    )
    change = sum(
        (g * torch.tensor(v)).sum() for g, v in zip(found, along.values(), strict=True)
    )
    twice = torch.autograd.grad(change, tensors, materialize_grads=True)
    return {
        "out": out,
        **{f"grad_{name}": value for name, value in zip(points, found, strict=True)},
        **{f"hessian_{name}": value for name, value in zip(points, twice, strict=True)},
    }


def main():
    content = {
        f"{name}/{key}": value.detach().numpy()
        for name, function in EXPRESSIONS.items()
        for key, value in answer(function).items()
    }
    path = Path(__file__).with_name("golden.npz")
    np.savez_compressed(path, allow_pickle=False, **content)


if __name__ == "__main__":
    main()
