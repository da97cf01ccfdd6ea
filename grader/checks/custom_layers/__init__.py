"""Layers of an assignment's own, for which there is no reference."""
