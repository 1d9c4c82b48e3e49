"""Storage, sweeps, executors and the command line."""
