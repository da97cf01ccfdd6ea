"""Talking to a service from a student's terminal: no database, no server modules."""
