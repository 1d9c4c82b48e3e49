"""Tests of `experiments/transformers`."""
