"""What can be read from an untrained network: does it simulate nothing, or the optimum already?

Source: Mikulik et al. 2020, section 4.3: for bandits the trained network generates the streams, and untrained networks
are fed them too. Whose streams, and how a network is initialised, decides what is found.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, cast

import torch
from threadpoolctl import threadpool_limits
from torch import Tensor

from experiments import shipped
from experiments.bandits.measure import streams
from lib.agents.agent import AgentSpec
from lib.agents.lstm import LSTMAgent
from lib.probes import simulation
from lib.probes.benchmark import cached_optimum
from lib.random import generator
from lib.spec import tagged, versioned
from lib.training.actor_critic import ActorCritic
from lib.training.checks import check_at_least


@tagged("Reservoir")
@dataclass(frozen=True)
class Reservoir:
    """How well the optimum simulates an untrained network, or the trained one itself.

    Attributes:
        player: the training whose network plays, and whose bandit it is.
        agent: the untrained network that is looked at; the trained one itself if None.
        seed: of the untrained network.
        own_play: whether the untrained network is fed what it lives through itself, and not what the trained one does.
        fitted: episodes that phi is fitted on.
        held_out: other episodes, on which it is judged.

    Raises:
        ValueError: if the seed is negative, there are no episodes of either kind, or the trained network is to be
            looked at on an untrained one's play.
    """

    player: ActorCritic
    agent: AgentSpec | None
    seed: int
    own_play: bool = False
    fitted: int = 500
    held_out: int = 500

    def __post_init__(self) -> None:
        check_at_least(self, seed=0, fitted=1, held_out=1)
        if self.agent is None and self.own_play:
            raise ValueError("own_play is True and agent None; the trained network's own play is what it is fed anyway")

    @property
    def episodes(self) -> int:
        """How many are played; nothing is trained."""
        return self.fitted + self.held_out


@versioned("reservoir", 1)
def measure_reservoir(reservoir: Reservoir) -> dict[str, Tensor]:
    """Fit phi from the network's states to the optimum's, by three layers of 64 units, and judge it on other episodes.

    Returns:
        `state`, D_s; `reward` and `policy`, D_o by expected rewards and by Jensen-Shannon divergence.

    Raises:
        store.Missing: if the player's weights do not ship and it has not been trained.
    """
    player = reservoir.player
    trained = LSTMAgent.from_weights(shipped.weights_in_the_end("bandits", player))
    looked_at: Any = trained
    if reservoir.agent is not None:
        task, chance = player.task, generator("initialise a reservoir", reservoir.seed)
        looked_at = reservoir.agent.build(task.input_size, task.output_size, chance)
    plays = looked_at if reservoir.own_play else trained
    bayes = cached_optimum(cast(Hashable, player.task), player.steps, player.discount.end)
    lived = streams(player, plays, reservoir.fitted, generator("reservoirs, to fit", reservoir.seed))
    held_out = streams(player, plays, reservoir.held_out, generator("reservoirs, held out", reservoir.seed))
    with threadpool_limits(1):
        phi = simulation.simulate(looked_at, bayes, lived.inputs, bayes.state_size)
        state = simulation.state_dissimilarity(phi, looked_at, bayes, held_out.inputs)
        before, after = simulation.outputs_before_and_after(phi, looked_at, bayes, held_out.inputs)
        reward, policy = held_out.apart(after, before)
    return {name: torch.tensor(value) for name, value in (("state", state), ("reward", reward), ("policy", policy))}
