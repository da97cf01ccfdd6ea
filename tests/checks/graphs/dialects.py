"""What the engines of these tests understand."""

from grader.checks.autodiff import SCALAR as NUMBERS
from grader.checks.graphs.answers import OPERATIONS
from grader.checks.graphs.sketch import Dialect

EVERYTHING = tuple(OPERATIONS)
SCALAR = Dialect(NUMBERS, depth=60)
ARRAY = Dialect(EVERYTHING, arrays=True, upstream=True, depth=60)
SUMMED = Dialect(EVERYTHING, arrays=True, policy="zeroed", depth=60)
