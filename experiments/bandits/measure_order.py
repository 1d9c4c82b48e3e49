"""Players on their way: how far from the optimum they are, and from each other, at each checkpoint."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Categorical
from tqdm import tqdm

from lib.machine import Machine, unroll
from lib.optimal.bandit_agent import ConjugateBandit
from lib.probes import convergence
from lib.random import generator
from lib.tasks.environment import rollout

OnTheWay = Sequence[Sequence[Machine]]  # of each player, what it was at each checkpoint


def regret_on_the_way(
    players: OnTheWay, best: Machine, task: ConjugateBandit, steps: int, episodes: int, purpose: str, luck: str
) -> Float[np.ndarray, "run checkpoint step"]:
    """Expected regret above that of the optimum, at each step, in reward; with the same arms and the same luck for all.

    Args:
        players: at each checkpoint.
        best: the optimum.
        task: that all play.
        steps: of an episode.
        episodes: that each plays.
        purpose: names the draw of the arms.
        luck: names that of actions.
    """
    bandits = task.sample(episodes, steps, generator(purpose, 0))

    def earns(machine: Machine) -> Float[Tensor, " step"]:
        return rollout(machine, task, bandits, generator(luck, 0)).expected.mean(dim=0)

    optimal = earns(best)
    return np.array([[(optimal - earns(each)).numpy() for each in own] for own in tqdm(players, unit="network")])


def policies_on_the_way(
    players: OnTheWay, best: Machine, lived: Float[Tensor, "batch time feature"]
) -> Float[np.ndarray, "checkpoint one other"]:
    """Jensen-Shannon divergences of the policies of any two players after the same past, summed over episodes, in nats;
    the last is the optimum.
    """

    def policy(machine: Machine) -> Categorical:
        with torch.inference_mode():
            return Categorical(logits=unroll(machine, lived).outputs.double())

    optimal = policy(best)
    at_checkpoints = list(zip(*players, strict=True))
    return np.array(
        [
            convergence.behavioural_distances([*map(policy, each), optimal])
            for each in tqdm(at_checkpoints, unit="checkpoint")
        ]
    )
