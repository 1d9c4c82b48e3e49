"""Worlds: distributions over tasks from which episodes are drawn."""
