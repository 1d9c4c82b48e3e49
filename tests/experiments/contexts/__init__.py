"""Tests of `experiments/contexts`."""
