"""Tests of `experiments/diversity`."""
