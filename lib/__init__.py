"""The workshop of *Learning to Infer*: worlds, optimal machines, trained machines, and probes that look at both.

Importing it sets torch to one thread. The networks here are so small that a second thread waits for the first, and for
minutes on a busy machine; and with one, the same seed gives the same numbers on any number of cores.
"""

import torch

torch.set_num_threads(1)
