"""Tests of `lib/optimal`."""
