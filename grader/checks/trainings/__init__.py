"""A training that the grader fixes, what is right in it, and what can go wrong."""
