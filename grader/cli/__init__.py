"""The ``grader`` command: the composition root, the one place that sees everything."""
