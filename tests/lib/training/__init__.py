"""Tests of `lib/training`."""
