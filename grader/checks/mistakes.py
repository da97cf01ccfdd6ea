"""What a known mistake answers, whatever the arrays look like in a course."""

from collections.abc import Mapping

from grader.checks.presentation.arranged import ArrangedOperation
from grader.contract.messages import Array
from reference.misconceptions import Misconception
from reference.operations.base import Operation


def wrong_answer(
    entry: Misconception, operation: Operation, arrays: Mapping[str, Array]
) -> dict[str, Array]:
    """Return the quantities that a mistake changes, as this operation presents them.

    The library knows the layout of the reference only.
    """
    return wrong_answer_to(entry, operation, plain_arrays(operation, arrays))


def wrong_answer_to(
    entry: Misconception, operation: Operation, plain: Mapping[str, Array]
) -> dict[str, Array]:
    """Return the same for inputs that are in the layout of the reference already."""
    return shown(operation, entry.wrong(plain_operation(operation), plain), plain)


def plain_operation(operation: Operation) -> Operation:
    """Return an operation in the layout of the reference."""
    return operation.plain if isinstance(operation, ArrangedOperation) else operation


def plain_arrays(
    operation: Operation, arrays: Mapping[str, Array]
) -> Mapping[str, Array]:
    """Return inputs in the layout of the reference."""
    return (
        operation.taken(arrays) if isinstance(operation, ArrangedOperation) else arrays
    )


def shown(
    operation: Operation, answer: Mapping[str, Array], arrays: Mapping[str, Array]
) -> dict[str, Array]:
    """Return another answer of the reference as this operation presents its own.

    Parameters
    ----------
    arrays
        The inputs in the layout of the reference.
    """
    if not isinstance(operation, ArrangedOperation):
        return dict(answer)
    return operation.presented_mistake(answer, arrays)


def as_derivatives(
    operation: Operation,
    arrays: Mapping[str, Array],
    gradients: Mapping[str, Array],
) -> dict[str, Array]:
    """Return gradients as the slopes of the student's own forward that they should be.

    A course may scale its gradients, by -1 or 1/N; then they are multiples of slopes.
    """
    if not isinstance(operation, ArrangedOperation):
        return dict(gradients)
    return operation.derivatives(arrays, gradients)
