"""Let the student train in their own way, and ask the trained network to predict."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from grader.contract.messages import Phase
from worker.runner.bindings.base import Answers, Progress, Request
from worker.runner.bindings.parts import find
from worker.runner.faults import BadOutputError
from worker.runner.results import to_array


def answer(student: ModuleType, request: Request, progress: Progress) -> Answers:
    """Call ``function(X, y, seed)`` and what it returns with the held-out inputs.

    The function returns something that predicts, a function of inputs or an object
    with a method ``predict``, or a pair of that and the losses of its epochs.

    Raises
    ------
    BadOutputError
        If nothing that was returned can predict.
    """
    options, arrays = request.options, request.arrays
    name = str(options["function"])
    function = find(student, name)
    progress.enter(Phase.CALL)
    returned = function(arrays["X"], arrays["y"], int(options["seed"]))
    losses = None
    if isinstance(returned, (tuple, list)) and len(returned) == 2:
        returned, losses = returned
    predict = _predictor(returned, name)
    if losses is not None:
        yield {"losses": to_array(losses, f"the second result of {name} is")}
    predictions = predict(arrays["held_out"])
    yield {"predictions": to_array(predictions, f"the network of {name} predicts")}


def _predictor(returned: Any, name: str) -> Callable[..., Any]:
    method = getattr(returned, "predict", None)
    if callable(method):
        predict: Callable[..., Any] = method
        return predict
    if callable(returned):
        function: Callable[..., Any] = returned
        return function
    raise BadOutputError(
        f"{name} returned a {type(returned).__name__}; expected a function that "
        "predicts, or an object with a method predict. Is a return statement missing?"
    )
