"""Criteria, evidence and verdicts."""
