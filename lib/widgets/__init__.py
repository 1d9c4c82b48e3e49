"""Trained machines as data for a web page."""
