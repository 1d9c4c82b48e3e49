"""Tests of `lib/probes`."""
