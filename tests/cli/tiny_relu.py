"""An assignment of one layer, small enough to be validated within a second or two."""

SPEC = """
format = 1
slug = "tiny"
title = "Tiny"
[submission]
entry = "relu.py"
[[component]]
name = "ReLU"
operation = "relu"
[[check]]
id = "forward"
kind = "forward"
component = "ReLU"
points = 1
[[check]]
id = "backward"
kind = "backward"
component = "ReLU"
points = 2
"""
