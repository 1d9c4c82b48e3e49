"""The library of *Learning to Infer*: what makes, feeds and looks at machines with a state. Room by room, from below:

To be read beside the papers:

    machine      what an agent is, a Mealy machine, and `unroll`, which feeds one a sequence
    spec         frozen dataclasses that say everything that determines a training, and the keys of its record
    random       a generator of its own for every purpose
    checkpoints  when a training keeps its weights, and how to find them in its record
    tasks        worlds: to predict, to act in, and functions to learn
    optimal      machines found by mathematics: conjugate posteriors, a filter, dynamic programming, Gittins indices
    agents       machines with weights: LSTM, GRU, transformer, and networks without memory
    training     how weights are found: supervised, regression, actor-critic, REINFORCE, and Learners of a single task
    probes       what is measured on any machine: divergences, simulation, state geometry, exploration, regret; and the
                 benchmark of fourteen tasks, each with its optimal machine

To make a book of it:

    runner       sweeps that may be stopped and go on, stored results, sizes of runs, the executed chapters
    claims       the evidence for a claim, and the rows of the ledger
    plotting     pictures with their finding in words and their numbers in a table
    widgets      machines as data for a page

Imports run downward only: `book/design.md` draws them.

Importing it sets torch to one thread. The networks here are so small that a second thread waits for the first, and for
minutes on a busy machine; and with one, the same seed gives the same numbers on any number of cores.
"""

import torch

torch.set_num_threads(1)
