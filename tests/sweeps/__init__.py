"""Sweeps over right and wrong code, far longer than a test may take.

``grader bench checks`` runs them all; the tests beside the checks run a small share.
"""
