"""How many episodes until a network predicts uniform coins within 0.002 nats of Bayes?

Ours: one cycle with a peak of 0.01, 300,000 episodes at most. Peer, in the same run: Adam at its customary 0.001, held
constant, with the same network, batch and stream of episodes.
"""

import time
from dataclasses import dataclass

import torch

from lib.agents.lstm import LSTMAgent
from lib.checkpoints import kept, weights_at
from lib.optimal.conjugate import BetaBernoulli
from lib.probes import behaviour
from lib.random import generator
from lib.tasks.bernoulli import BernoulliTask
from lib.tasks.prediction import PredictionTask
from lib.training.supervised import Supervised, train

PRIOR = BernoulliTask(1, 1)
WORLD: PredictionTask = PRIOR
TARGET = 0.002
MOST = 8_000  # updates that the peer is given


@dataclass
class Reached:
    """Where a training got to: episodes until the target (None if never), seconds, and the last divergence."""

    episodes: int | None
    seconds: float
    last: float


def distance(machine: LSTMAgent) -> float:
    episodes = WORLD.sample(4_000, 20, generator("benchmark", 0))
    optimal = behaviour.predict(BetaBernoulli(PRIOR), WORLD, episodes)
    return behaviour.dissimilarity(optimal, behaviour.predict(machine, WORLD, episodes))


def ours() -> Reached:
    spec = Supervised(WORLD, seed=0, updates=2_300, checkpoints=40)
    began = time.perf_counter()
    record = train(spec)
    seconds = time.perf_counter() - began
    falls = {c: distance(LSTMAgent.from_weights(weights_at(record, c))) for c in kept(record)}
    reached = next((c * spec.batch for c, kl in falls.items() if kl <= TARGET), None)
    return Reached(reached, seconds, falls[spec.updates])


def peer() -> Reached:
    agent = LSTMAgent(2, 1, 32, generator("initialise", 0))
    rng = generator("train", 0)
    optimiser = torch.optim.Adam(agent.parameters(), lr=1e-3)
    seconds, last = 0.0, float("inf")
    for update in range(1, MOST + 1):
        began = time.perf_counter()
        batch = WORLD.sample(128, 20, rng)
        loss = -WORLD.predictive(agent(batch.inputs)).log_prob(batch.observations).sum(dim=1).mean()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        seconds += time.perf_counter() - began
        if update % 100 == 0:
            last = distance(agent)
            if last <= TARGET:
                return Reached(update * 128, seconds, last)
    return Reached(None, seconds, last)


def main() -> None:
    one, other = ours(), peer()
    for name, each in (("one cycle (ours)", one), ("constant 0.001 (peer)", other)):
        episodes = f"{each.episodes:,}" if each.episodes else f"more than {MOST * 128:,}"
        print(
            f"{name:24} {episodes:>20} episodes until {TARGET} nats; ended at {each.last:.5f} in {each.seconds:.1f} s"
        )
    if one.episodes:
        ratio, bound = (other.episodes or MOST * 128) / one.episodes, "" if other.episodes else " or more"
        print(f"ratio peer / ours: {ratio:.1f}{bound}")


if __name__ == "__main__":
    main()
