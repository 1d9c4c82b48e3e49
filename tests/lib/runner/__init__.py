"""Tests of `lib/runner`."""
