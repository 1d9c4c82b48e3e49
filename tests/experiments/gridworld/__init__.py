"""Tests of `experiments/gridworld`."""
