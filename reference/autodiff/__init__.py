"""Automatic differentiation on a recorded graph, in reverse and in forward mode.

Read ``graph`` first: what a node and an edge are. Then ``elementwise``, where most
derivatives are one line each, and ``reverse`` and ``forward``, which are the two ways
through a graph. Modules of this package import each other as modules, because nodes
need the operations for ``+`` and the operations make nodes.
"""
