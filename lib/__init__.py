"""The workshop of *Learning to Infer*: worlds, optimal machines, trained machines, and probes that look at both."""
