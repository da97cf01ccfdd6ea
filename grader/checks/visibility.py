"""When students learn of a check at all."""

from typing import Literal

Visibility = Literal["visible", "hidden", "after_due_date", "after_published"]
VISIBLE: Visibility = "visible"
HIDDEN: Visibility = "hidden"
AFTER_DUE_DATE: Visibility = "after_due_date"
AFTER_PUBLISHED: Visibility = "after_published"


def covers(level: str, other: str) -> bool:
    """Tell whether whoever sees a check of one level always sees one of the other.

    What is said of a check may name only checks that it covers. Scores can be published
    before the due date, so neither of these two covers the other.
    """
    return level == HIDDEN or other in (VISIBLE, level)
