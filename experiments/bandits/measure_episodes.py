"""Comparison of a player of bandits and the optimum, episode by episode: does one strange episode decide?

Source: Mikulik et al. 2020, sections 4.3 and 5, figure 4, columns b to e.
"""

from dataclasses import dataclass

import torch
from threadpoolctl import threadpool_limits
from torch import Tensor
from torch.distributions import Categorical

from experiments.bandits.measure import TRAINED, BanditComparison, streams
from experiments.networks import after_training
from lib.machine import unroll
from lib.probes import phi, simulation
from lib.probes.behaviour import step_jensen_shannon
from lib.probes.benchmark import cached_optimum
from lib.random import generator
from lib.spec import tagged, versioned
from lib.training.actor_critic import ActorCritic

MAPS = {"mlp": phi.wide, "constant": phi.constant}


@tagged("BanditEpisodeComparison")
@dataclass(frozen=True)
class BanditEpisodeComparison:
    """How a trained player and the optimum of its bandit simulate each other, on episodes of the network's own.

    Attributes:
        player: the training whose network is compared and plays; its record must be there.
        fitted: episodes that phi is fitted on.
        held_out: other episodes, on which it is judged; no two networks share them.

    Raises:
        ValueError: if the player's world is no bandit.
    """

    player: ActorCritic
    fitted: int = 500
    held_out: int = 500

    def __post_init__(self) -> None:
        _ = self.comparison

    @property
    def comparison(self) -> BanditComparison:
        """The same as a comparison of means."""
        return BanditComparison(self.player, TRAINED, self.fitted, self.held_out)

    @property
    def seed(self) -> int:
        """That of the network."""
        return self.player.seed

    @property
    def episodes(self) -> int:
        """Comparing trains no network."""
        return 0


@versioned("bandit-episode-comparison", 1)
def compare_episodes(comparison: BanditEpisodeComparison) -> dict[str, Tensor]:
    """Fit phi in both directions, by an MLP and by a constant, and judge it on each held-out episode.

    Returns:
        `state`, D_s (direction, map); `reward` and `policy` (direction, map, episode): the difference of expected
        rewards and the Jensen-Shannon divergence of outputs before and after the embedding, summed over an episode;
        `reward_side_by_side` and `policy_side_by_side` (episode), those of the optimum and the network themselves.

    Raises:
        store.Missing: if the network has not been trained.
    """
    player = comparison.player
    recurrent = after_training(player)
    bayes = cached_optimum(comparison.comparison.prior, player.steps, player.discount.end)
    lived = streams(player, recurrent, comparison.fitted, generator("bandit episodes, to fit", player.seed))
    held_out = streams(player, recurrent, comparison.held_out, generator("bandit episodes, held out", player.seed))

    def apart(one: Tensor, other: Tensor) -> tuple[Tensor, Tensor]:
        first, second = (outputs.double().softmax(dim=-1) for outputs in (one, other))
        reward = ((first - second) * held_out.means[:, None].double()).sum(dim=(1, 2))
        return reward, step_jensen_shannon(Categorical(probs=first), Categorical(probs=second)).sum(dim=1)

    state = torch.zeros(2, len(MAPS))
    reward, policy = (torch.zeros(2, len(MAPS), comparison.held_out) for _ in range(2))
    with threadpool_limits(1):
        for i, (source, target) in enumerate([(recurrent, bayes), (bayes, recurrent)]):
            for j, regress in enumerate(MAPS.values()):
                embedding = simulation.simulate(source, target, lived.inputs, bayes.state_size, regress)
                state[i, j] = simulation.state_dissimilarity(embedding, source, target, held_out.inputs)
                said = simulation.outputs_before_and_after(embedding, source, target, held_out.inputs)
                reward[i, j], policy[i, j] = apart(*said)
    with torch.inference_mode():
        own, other = (unroll(machine, held_out.inputs).outputs[:, 1:] for machine in (recurrent, bayes))
    alone = apart(other.clone(), own.clone())
    return {
        "state": state,
        "reward": reward,
        "policy": policy,
        "reward_side_by_side": alone[0].float(),
        "policy_side_by_side": alone[1].float(),
    }


@tagged("Translation")
@dataclass(frozen=True)
class Translation(BanditEpisodeComparison):
    """How well a player's states are put into the optimum's, by a map that is fitted on many episodes. Held-out
    episodes are those that other networks of the bandit are judged on, too.
    """


@versioned("translation", 1)
def translate(spec: Translation) -> dict[str, Tensor]:
    """Fit phi from the network to the optimum, by an MLP and by a constant, and judge it on held-out episodes.

    Returns:
        `state`, D_s, and `reward`, D_o by expected rewards (map).

    Raises:
        store.Missing: if the network has not been trained.
    """
    player, network = spec.player, after_training(spec.player)
    best = cached_optimum(spec.comparison.prior, player.steps, player.discount.end)
    lived = streams(player, network, spec.fitted, generator("translation, to fit", spec.seed))
    held_out = streams(player, network, spec.held_out, generator("translation, held out", 0))
    state, reward = [], []
    with threadpool_limits(1):
        for regress in MAPS.values():
            embedding = simulation.simulate(network, best, lived.inputs, best.state_size, regress)
            state.append(simulation.state_dissimilarity(embedding, network, best, held_out.inputs))
            before, after = simulation.outputs_before_and_after(embedding, network, best, held_out.inputs)
            reward.append(held_out.apart(after, before)[0])
    return {"state": torch.tensor(state), "reward": torch.tensor(reward)}
