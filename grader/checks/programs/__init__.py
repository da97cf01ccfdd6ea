"""Whole programs: what they are asked and which wrong ones are known."""
