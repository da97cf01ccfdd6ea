"""Expressions such as ``"1/N"`` or ``"-2*N*C"`` that say how a value is scaled.

Numbers, names, ``*``, ``/``, ``-`` and brackets, nothing else; nothing is evaluated as
Python.
"""

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reference.errors import ConventionError

LONGEST = 80
_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Mult: lambda one, other: one * other,
    ast.Div: lambda one, other: one / other,
    ast.Sub: lambda one, other: one - other,
}
GRAMMAR = (
    'must be made of numbers, names of sizes, *, /, - and brackets, such as "1/N" '
    'or "-1"'
)


class ScaleError(ConventionError):
    """An expression cannot be read, or is not a number other than zero."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What a student's value is, as a multiple of the reference's."""

    text: str
    _root: ast.expr

    @property
    def names(self) -> frozenset[str]:
        """Return the names that the expression uses."""
        nodes = ast.walk(self._root)
        return frozenset(node.id for node in nodes if isinstance(node, ast.Name))

    def value(self, known: Mapping[str, float]) -> float:
        """Return the number for given sizes.

        Raises
        ------
        ScaleError
            If it is zero or infinite.
        KeyError
            If a name is not among ``known``.
        """
        try:
            found = _value(self._root, known)
        except ZeroDivisionError:
            found = math.inf
        if not found or not math.isfinite(found):
            sizes = ", ".join(
                f"{name} = {known[name]:g}" for name in sorted(self.names)
            )
            raise ScaleError(
                f"{self.text!r} must be a number other than 0, which it is not for "
                f"{sizes or 'any sizes'}"
            )
        return found


def parse(text: str) -> Scale:
    """Read an expression.

    Raises
    ------
    ScaleError
        If it is anything but numbers, names, products, quotients and differences.
    """
    if len(text) > LONGEST:
        raise ScaleError(f"must have at most {LONGEST} characters, got {len(text)}")
    try:
        root = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        raise ScaleError(f"{GRAMMAR}, got {text!r}") from None
    if not _is_simple(root):
        raise ScaleError(f"{GRAMMAR}, got {text!r}")
    return Scale(text, root)


def _is_simple(node: ast.expr) -> bool:
    if isinstance(node, ast.Name):
        return True
    if isinstance(node, ast.Constant):
        return type(node.value) in (int, float)
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.USub) and _is_simple(node.operand)
    if isinstance(node, ast.BinOp):
        sides = (node.left, node.right)
        return type(node.op) in _OPERATORS and all(_is_simple(side) for side in sides)
    return False


def _value(node: ast.expr, known: Mapping[str, float]) -> float:
    if isinstance(node, ast.Name):
        return float(known[node.id])
    if isinstance(node, ast.UnaryOp):
        return -_value(node.operand, known)
    if isinstance(node, ast.BinOp):
        combine = _OPERATORS[type(node.op)]
        return combine(_value(node.left, known), _value(node.right, known))
    assert isinstance(node, ast.Constant)  # noqa: S101 - ``parse`` admits nothing else
    assert isinstance(node.value, (int, float))  # noqa: S101 - as above
    return float(node.value)
