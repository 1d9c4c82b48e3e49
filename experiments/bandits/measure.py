"""A player of bandits and the best player there can be, compared by simulation.

Source: Mikulik et al. 2020, sections 3.4, 4.3 and 5, figure 4, columns b to e, and appendix D. The network plays, and
both machines are fed what it lived through; phi is that of `lib.probes.phi`.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from experiments.networks import after_training, before_training
from lib.machine import Machine
from lib.optimal.bandit_agent import ConjugateBandit
from lib.probes import comparison, phi
from lib.probes.behaviour import policy_js, return_difference
from lib.probes.benchmark import cached_optimum
from lib.random import generator
from lib.spec import tagged, versioned
from lib.tasks.environment import rollout
from lib.training.actor_critic import ActorCritic

MAPS = {"mlp": phi.wide, "linear": phi.linear, "constant": phi.constant}

OWN, BORROWED, TRAINED = "untrained", "untrained, fed by the trained", "trained"
CONDITIONS = (OWN, BORROWED, TRAINED)


@tagged("BanditComparison")
@dataclass(frozen=True)
class BanditComparison:
    """How one player and the best player of its bandit simulate each other.

    Attributes:
        player: the training whose network is compared; its record must be there unless the network is untrained and
            plays for itself.
        condition: `trained`; `untrained`, the network before its first update, fed what it lived through itself; or
            `untrained, fed by the trained`, the same network fed what the trained one lived through.
        fitted: episodes that phi is fitted on.
        held_out: other episodes, on which it is judged.

    Raises:
        ValueError: if there is no such condition, or the player's world is no bandit.
    """

    player: ActorCritic
    condition: str
    fitted: int = 500
    held_out: int = 500

    def __post_init__(self) -> None:
        if self.condition not in CONDITIONS:
            raise ValueError(f"condition is {self.condition!r}; it must be one of: {'; '.join(CONDITIONS)}")
        _ = self.prior

    @property
    def prior(self) -> ConjugateBandit:
        """The bandit.

        Raises:
            ValueError: if the player's world is something else.
        """
        if not isinstance(self.player.task, ConjugateBandit):
            raise ValueError(f"the player was trained on {self.player.task}; only players of bandits are compared here")
        return self.player.task

    @property
    def seed(self) -> int:
        """That of the network."""
        return self.player.seed

    @property
    def episodes(self) -> int:
        """Comparing trains no network."""
        return 0


@dataclass(frozen=True)
class Streams:
    """What a player lived through.

    Attributes:
        inputs: what it was told.
        means: what each arm pays on average, which nobody was told.
    """

    inputs: Float[Tensor, "batch time feature"]
    means: Float[Tensor, "batch arm"]

    def apart(
        self, one: Float[Tensor, "batch later arm"], other: Float[Tensor, "batch later arm"]
    ) -> tuple[float, float]:
        """How far apart two machines' outputs are: in expected reward, and as Jensen-Shannon divergence in nats."""
        first, second = (outputs.double().softmax(dim=-1) for outputs in (one, other))
        return return_difference(first, second, self.means), policy_js(first, second)


def streams(player: ActorCritic, machine: Machine, batch: int, rng: torch.Generator) -> Streams:
    """Let a machine play the bandit that a network was trained on. Equal generators give equal arms and equal luck."""
    bandits = player.task.sample(batch, player.steps, rng)
    return Streams(rollout(machine, player.task, bandits, rng).inputs, bandits.means)


@versioned("bandit-comparison", 1)
def compare(spec: BanditComparison) -> dict[str, Tensor]:
    """Fit phi in both directions by each kind of map and judge it on held-out episodes.

    Returns:
        `state`, `explained` and embeddings as `lib.probes.comparison`; `reward` and `policy` (direction, map), D_o by
        expected rewards and by Jensen-Shannon divergence; if trained, `controls_reward` and `controls_policy`, the same
        of the controls.

    Raises:
        store.Missing: if the network has not been trained.
        ValueError: if it is no LSTM.
    """
    player = spec.player
    network = (after_training if spec.condition == TRAINED else before_training)(player)
    plays = after_training(player) if spec.condition == BORROWED else network
    best = cached_optimum(spec.prior, player.steps, player.discount.end)
    lived = streams(player, plays, spec.fitted, generator("bandit comparison, to fit", spec.seed))
    held_out = streams(player, plays, spec.held_out, generator("bandit comparison, held out", 0))
    record = comparison.compare(network, best, lived.inputs, held_out.inputs, MAPS, held_out.apart)
    record["reward"], record["policy"] = (each.clone() for each in record.pop("output").unbind(dim=-1))
    if spec.condition == TRAINED:
        found = comparison.controls(network, best, lived.inputs, held_out.inputs, phi.wide, held_out.apart)
        record["controls_reward"], record["controls_policy"] = (each.clone() for each in found.unbind(dim=-1))
    return record
