"""Tests of `experiments/bandits`."""
