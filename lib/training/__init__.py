"""Outer loops: from a spec to a trained machine."""
