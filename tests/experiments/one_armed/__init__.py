"""Tests of `experiments/one_armed`."""
