"""How fast does a network live in a grid world? Peer: the same network along inputs that are known beforehand.

The target is 60 ms for a batch of 128 lives of 100 steps.
"""

import statistics
import time
from collections.abc import Callable

import torch

from lib.agents.lstm import LSTM
from lib.random import generator
from lib.tasks.environment import rollout
from lib.tasks.gridworld import STAGED


def milliseconds(do: Callable[[], object]) -> float:
    took = []
    for _ in range(12):
        began = time.process_time()
        do()
        took.append(1000 * (time.process_time() - began))
    return statistics.median(took)


def main() -> None:
    network = LSTM(64).build(STAGED.input_size, STAGED.output_size, generator("grid", 2))
    rng = generator("grid", 3)
    grids = STAGED.sample(128, 100, rng)
    inputs = rollout(network, STAGED, grids, rng).inputs
    with torch.inference_mode():
        lived = milliseconds(lambda: rollout(network, STAGED, grids, rng))
        fed = milliseconds(lambda: network(inputs))
    print(f"lived step by step    {lived:6.1f} ms (target 60)")
    print(f"fed in one pass       {fed:6.1f} ms   ratio lived / fed: {lived / fed:.1f}")


if __name__ == "__main__":
    main()
