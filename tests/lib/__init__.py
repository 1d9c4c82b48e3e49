"""Tests of `lib`, folder by folder."""
