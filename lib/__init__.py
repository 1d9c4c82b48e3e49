"""The library of *Learning to Infer*: tasks, optimal machines, trained agents, and probes that look at both.

`machine` says what an agent is; `tasks` holds environments, `optimal` agents found by mathematics, `agents` those found
by `training`, and `probes` compare the two. `runner`, `claims`, `plotting` and `widgets` make a book of it.

Importing it sets torch to one thread. The networks here are so small that a second thread waits for the first, and for
minutes on a busy machine; and with one, the same seed gives the same numbers on any number of cores.
"""

import torch

torch.set_num_threads(1)
