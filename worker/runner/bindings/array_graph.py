"""Ask a class of arrays that remember how they were computed, such as ``Tensor``.

``Tensor(array)`` makes a leaf. Operators, ``x[key]`` and methods with the names and
arguments of NumPy make more: ``sum(axis=..., keepdims=...)``, ``reshape(shape)``,
``transpose(axes)``, ``broadcast_to(shape)``, ``gather(indices, axis)``.
``backward(upstream)``, or ``backward()`` from a single number, goes back. `programs`
lists the options.
"""

from types import ModuleType

from worker.runner.bindings.base import Answers, Progress, Request
from worker.runner.bindings.programs import Engine, run


def answer(student: ModuleType, request: Request, progress: Progress) -> Answers:
    """Serve one call; see ``programs`` for the options."""
    options = request.options
    yield from run(Engine(student, options), options, request.arrays, progress)
