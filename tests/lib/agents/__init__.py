"""Tests of `lib/agents`."""
