"""Every sentence that a check says to a student: one module for each kind.

Each says what was run, both numbers where there are two, and one thing to look at
next. No blame, no internals. Hints about causes belong to a diagnosis, not here.
"""
