"""Whole networks of the student's layers, each layer alone and all together."""
