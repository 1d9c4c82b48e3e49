"""Tests of `experiments/belief`."""
