"""Tests of `experiments/fourier`."""
