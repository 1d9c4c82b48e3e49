"""Checks of the exercises that ask for a program: a file a chapter."""
