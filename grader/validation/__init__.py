"""Prove that an assignment holds: what its checks catch, before anybody hands in."""
