"""Right student code: every operation as several students would write it.

One module for each operation, named after it. It imports NumPy, the standard library
and perhaps another of these modules, is written from the formula, and ends with::

    def variants(**conventions) -> dict[str, type | function]: ...

Called with one of the operation's ``example_conventions`` it returns three or more
right implementations by the name of their style, such as ``"loops"``. They differ in
the algorithm or in the order of the arithmetic. Conventions that are not given have the
defaults of the operation. Each is called as the built-in binding ``layer_classes``
calls a student's code:

layer
    A class. Its constructor is given, by keyword, those of the operation's ``sizes``
    that it has arguments for; it creates ``params`` with the right shapes and
    ``grads``. What is no size is a convention. States are attributes that the binding
    sets after the constructor.
loss
    A class without constructor arguments: ``forward(*inputs)``, ``backward()``.
optimizer
    A class: ``(layers, *floats)``, the floats among ``sizes`` in their order, as for
    ``Adam(layers, lr, beta1, beta2, eps)``; then ``step()``. They are those to use, and
    differ from the conventions in the second replay.
function
    A function of the operation's inputs.
initializer
    A function of the shape that draws from ``np.random``.
"""
