"""Layers: ``forward``, ``backward``, ``params`` and ``grads``, one class per module."""
