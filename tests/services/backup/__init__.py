"""Backups are tested on both databases."""
