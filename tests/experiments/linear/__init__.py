"""Tests of `experiments/linear`."""
