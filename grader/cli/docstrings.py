"""Read the sections of a NumPy docstring."""

from grader.assignments.docstrings import Docstring, read

__all__ = ["Docstring", "read"]
