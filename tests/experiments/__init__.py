"""Tests of `experiments`, folder by folder."""
