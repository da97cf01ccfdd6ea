"""Intake: what a student uploads becomes files that can be graded, or is refused.

Pure functions over bytes. Nothing is unpacked to disk, nothing is imported and nothing
is run here; every refusal is a ``RefusedError`` with one sentence and costs no attempt.
"""

from grader.intake.uploads import Prepared, prepare

__all__ = ["Prepared", "prepare"]
