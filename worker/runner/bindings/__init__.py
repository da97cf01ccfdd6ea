"""How an operation is asked of a student's code: bindings, and their options.

A binding turns named arrays into calls of the student's functions or methods and their
results into named arrays again. It holds no secret and states no verdict.

Built-in bindings are modules of this package. `layer_classes` serves classes with
``forward``, ``backward``, ``params`` and ``grads``. ``Call.options`` for it:

============ ================ ===================================================
key          families         meaning
============ ================ ===================================================
family       all              ``layer``, ``loss``, ``optimizer``, ``function``,
                              ``initializer``, ``train``, ``converge``,
                              ``network`` or ``interface``; decides which other keys
                              there are
component    layer, loss,     the student's class, such as ``"Linear"``, or function
             optimizer,
             function,
             initializer
construct    layer, loss,     positional constructor arguments, plain numbers; an
             optimizer,       optimizer gets them after the list of layers, a
             function,        function after its arrays, an initialiser after the
             initializer      shape
parameters   layer            names in ``params`` and ``grads``
attributes   layer,           where a parameter, a gradient or a state is instead, as a
             optimizer        list of steps, see `places`; the layers of ``train`` and
                              ``network`` may have it as well
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
steps        layer, loss      what to do with objects of the class instead of one
                              forward and backward, see `sequences`
layouts      layer, loss      how the arrays of a round of steps lie in memory
layers       optimizer        names of the parameters of each layer, a list of lists
layers       train            ``{component, construct, params, looks}`` in order;
                              ``params`` says which array a parameter starts from,
                              ``looks`` how arrays lie, see `looks`
loss_looks   train            how ``scores``, ``labels``, ``gradient`` of the loss lie
loss         train            the loss's class
optimizer    train            ``{component, construct}``
function     train            the student's function, such as ``"train"``
scripted     train            true: stand-ins in place of the student's parts, which
                              answer from arrays ``script.*`` and write down each call
                              (``grader/checks/trainings/script.py``, ``scripted``)
function     converge         the student's function, such as ``"train_network"``
seed         converge         its third argument
layers       network          the options of each layer in order, and besides
                              ``read_states``, which are read again after ``forward``,
                              ``operation`` and the ``upstream_shape``
loss         network          the loss's class; ``loss_construct``: its arguments;
                              ``loss_spec``: its options and its ``operation``
passes       network          how many batches go through, one after the other
components   interface        list of ``{component, family, methods}``
functions    interface        list of names
============ ================ ===================================================

Arrays that come back: a layer gives its outputs and gradients; a loss gives ``loss``
and its gradients; a function gives its outputs; an initialiser gives ``weight``; an
optimizer gives each parameter with one row for each step; training gives ``losses`` and
every array that a parameter started from; over stand-ins it gives ``losses`` and the
record, ``events`` and ``arguments``. ``converge`` calls ``function(X, y, seed)``, which
returns a function of inputs or an object with ``predict``, or a pair of that and the
losses of its epochs; it gives ``predictions`` for the array ``held_out``, labels (N,)
or scores (N, C), and ``losses`` if there are any. What was got before a fault is given
as well.
A network takes parameters as ``2.weight`` (place of the layer from 1, name), and for
each batch ``0.x``, ``0.targets`` and states such as ``0.2.mask``; it gives ``0.2.out``,
``0.2.grad_x``, ``0.2.grad_weight``, ``0.loss`` and ``0.loss.grad``, and with
``0.2.changed_x`` and ``0.2.changed_grad_out`` whether a layer wrote into what it was
given.
``interface`` gives notes only: for each name ``present``, ``missing`` or
``no method <name>``, and ``found``.

`scalar_graph` and `array_graph` serve classes of values that remember how they were
computed; `programs` lists their options.

An assignment's own ``binding.py`` has one function for each operation that its checks
ask about, named like the operation, besides ``train`` and perhaps ``interface``. What
each is given after the student's names, always by keyword, and what it gives back:

============ ============================= =========================================
function     is given                      gives back
============ ============================= =========================================
a layer      ``inputs`` of the operation,  its outputs; its gradients, named
             states among them; upstreams  ``grad_`` and the input, if there was an
             such as ``grad_out`` only if  upstream
             backward is wanted
a loss       ``inputs``                    ``loss`` and its gradients; without those
                                           if ``options`` has ``forward_only``
a function   ``inputs``                    its outputs
an optimizer parameters, and ``grad_`` of  each parameter with one row for each step
             each with one row per step
an           ``shape``                     ``weight``
initializer
train        ``X``, ``y``, ``batches``     ``losses``, one for each batch, and every
             (rows of indices, filled up   array that a parameter started from
             with -1), and each parameter
program      ``train_X``, ``train_y``,     ``train_losses``, ``valid_losses``, one
             ``valid_X``, ``valid_y``, and number for each epoch; ``train_error``,
             each parameter                ``train_predictions``, and so for valid
interface    nothing                       texts: for each name ``present``,
                                           ``missing`` or what it lacks
============ ============================= =========================================

``options``, for a function that takes it, has the keys of the table above and
``names``, what students call a quantity. Results come as a dict, or as a generator of
dicts, each of which is on its way before the next one is asked for. Without a function
``interface`` the names in ``functions`` and of ``components`` are looked for. Over
stand-ins (``scripted``) an own binding is not asked. For ``steps`` and for a network
its functions stand for objects, see `own_parts`; where ``binding_tools.layer_classes``
is in the place of a function, the student's classes are asked as without it.

`binding_tools` is what it may import to make a sentence out of each mistake of the
student's: see there. ``docs/bindings.md`` explains all of it with examples.
"""

import importlib
from typing import Final

from worker.runner.bindings.base import Binding

BUILT_IN: Final = ("layer_classes", "scalar_graph", "array_graph")


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
