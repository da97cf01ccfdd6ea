"""Why a check did not run, or broke by a fault of ours."""

NOT_LOADED = "Your file could not be loaded (see the first check)."
BROKEN = (
    "This check failed by a fault of ours, not of yours. Nothing is scored; the "
    "people who run the grader can see it."
)
BROKEN_BINDING = (
    "This check could not be run because of a mistake in the assignment, not in your "
    "code. Nothing is scored; the people who run the course can see it."
)


def skipped(title: str) -> str:
    """Say why a check did not run."""
    return f"Not run, because this needs “{title}” to pass first."
