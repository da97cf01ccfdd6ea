"""How an operation is asked of a student's code: bindings, and their options.

A binding turns named arrays into calls of the student's functions or methods and their
results into named arrays again. It holds no secret and states no verdict.

Built-in bindings are modules of this package. `layer_classes` serves classes with
``forward``, ``backward``, ``params`` and ``grads``. ``Call.options`` for it:

============ ================ ===================================================
key          families         meaning
============ ================ ===================================================
family       all              ``layer``, ``loss``, ``optimizer``, ``function``,
                              ``initializer``, ``train`` or ``interface``; decides
                              which other keys there are
component    layer, loss,     the student's class, such as ``"Linear"``, or function
             optimizer,
             function,
             initializer
construct    layer, loss,     positional constructor arguments, plain numbers; an
             optimizer,       optimizer gets them after the list of layers, a
             function,        function after its arrays, an initialiser after the
             initializer      shape
parameters   layer            names in ``params`` and ``grads``
states       layer            names of attributes that are set before ``forward``
inputs       layer, loss,     names of the arrays for ``forward`` or the function, in
             function         order; ``["x"]`` for a layer if left out
outputs      layer, function  names for what comes back, one array or a tuple in this
                              order; those that are states are read from attributes.
                              ``["out"]`` for a layer if left out
upstreams    layer            names of the arrays for ``backward``, in order; none:
                              ``backward`` is not called. ``["grad_out"]`` if left out
                              and there is such an array
gradients    layer, loss      names for what ``backward`` returns, one array or a
                              tuple in this order; those of parameters, ``grad_`` and
                              the name, are read from ``grads``
forward_only loss             true: ``backward`` is not called
layers       optimizer        names of the parameters of each layer, a list of lists
layers       train            ``{component, construct, params}`` in order; ``params``
                              says which array a parameter starts from
loss         train            the loss's class
optimizer    train            ``{component, construct}``
function     train            the student's function, such as ``"train"``
driver       train            true: this binding's own loop in place of that function
components   interface        list of ``{component, family, methods}``
functions    interface        list of names
============ ================ ===================================================

Arrays that come back: a layer gives its outputs and gradients; a loss gives ``loss``
and its gradients; a function gives its outputs; an initialiser gives ``weight``; an
optimizer gives each parameter with one row for each step; training gives ``losses`` and
every array that a parameter started from. What was got before a fault is given as well.
``interface`` gives notes only: for each name ``present``, ``missing`` or
``no method <name>``, and ``found``.

An assignment's own ``binding.py`` has one function for each operation. It takes the
student's module and the arrays by name, and ``options`` if it wants them, and returns a
dict of named results or is a generator of such dicts::

    def linear(student, x, weight, bias, grad_out=None, *, options):
        out, cache = student.affine_forward(x, weight, bias)
        yield {"out": out}
        if grad_out is not None:
            grad_x, grad_weight, grad_bias = student.affine_backward(grad_out, cache)
            yield {"grad_x": grad_x, "grad_weight": grad_weight, "grad_bias": grad_bias}
"""

import importlib
from typing import Final

from worker.runner.bindings.base import Binding

BUILT_IN: Final = ("layer_classes",)


def built_in(name: str) -> Binding:
    """Return a built-in binding.

    Raises
    ------
    LookupError
        If there is none of this name; the assignment is wrong then.
    """
    if name not in BUILT_IN:
        raise LookupError(f"binding: there is no built-in binding {name!r}")
    binding: Binding = importlib.import_module(f"worker.runner.bindings.{name}").answer
    return binding
