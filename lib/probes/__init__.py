"""Measurements on machines. A probe cannot tell a trained machine from an optimal one."""
