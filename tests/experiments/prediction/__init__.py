"""Tests of `experiments/prediction`."""
