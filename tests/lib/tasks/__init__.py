"""Tests of `lib/tasks`."""
