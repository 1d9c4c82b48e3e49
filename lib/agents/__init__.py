"""Machines found by training."""
