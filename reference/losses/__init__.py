"""Losses: ``forward`` returns a number, ``backward`` the gradient of it."""
