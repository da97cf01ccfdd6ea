"""Families of hypotheses about a wrong answer, one module each.

Each module has one function that names what explains a quantity on every input, or
returns ``None``. A claim is only ever made about numbers that were reproduced.
"""
