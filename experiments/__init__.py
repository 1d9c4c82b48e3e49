"""Experiments, one folder a family: specs, measurements, claims, figures, widgets and run notebooks."""
