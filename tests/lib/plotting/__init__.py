"""Tests of `lib/plotting`."""
