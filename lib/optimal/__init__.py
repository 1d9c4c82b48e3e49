"""Machines found by mathematics."""
