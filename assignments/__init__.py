"""The assignments that come with the grader: one folder of data each."""
