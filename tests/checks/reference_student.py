"""A student's file that answers with the reference itself, for the fake jail only."""

import json

import numpy as np

from reference.operations import Family, create

LAYER = """
import numpy as np
from reference.operations import create

OPERATION = create({name!r}, **{conventions!r})


class AnyShape(tuple):
    # Takes a parameter of whatever shape the next call has.

    def __ne__(self, other):
        return False


class Unset:
    shape = AnyShape()


class Part:
    def __init__(self, *sizes):
        self.params = dict.fromkeys(OPERATION.parameters, Unset())
        self.grads = {{}}

    def forward(self, *inputs):
        inputs = [
            x * 1.0 if name in {floats!r} and x.dtype.kind == "i" else x
            for name, x in zip(OPERATION.arguments, inputs)
        ]
        arrays = dict(zip(OPERATION.arguments, inputs)) | self.params
        arrays |= {{state: getattr(self, state) for state in OPERATION.states}}
        self.inner = OPERATION.layer(arrays)
        out = self.inner.forward(*inputs)
        for state in set(OPERATION.states) & set(OPERATION.outputs):
            setattr(self, state, getattr(self.inner, state))
        return out

    def backward(self, *upstreams):
        returned = self.inner.backward(*upstreams)
        self.grads = self.inner.grads
        if isinstance(returned, tuple) and len(returned) == 1:
            return returned[0]
        return returned
"""

LOSS = """
from reference.operations import create

OPERATION = create({name!r}, **{conventions!r})


class Part:
    def __init__(self, *sizes):
        self.inner = OPERATION.loss()
        self.forward = self.inner.forward

    def backward(self):
        returned = self.inner.backward()
        if isinstance(returned, tuple) and len(returned) == 1:
            return returned[0]
        return returned
"""


def source(name: str, conventions: dict[str, object]) -> str:
    """Return the file for one layer or loss under its conventions."""
    operation = create(name, **conventions)
    arrays = operation.draw(np.random.default_rng(0))
    floats = [name for name in operation.arguments if arrays[name].dtype.kind == "f"]
    text = LAYER if operation.family is Family.LAYER else LOSS
    plain = json.loads(json.dumps(dict(conventions)))
    return text.format(name=name, conventions=plain, floats=floats)
