"""Regularisers: penalties on parameters, and noise that has the same purpose."""
