"""Rules of grading, stored data and pages of the backpropagation autograder."""

__version__ = "0.1.0"
