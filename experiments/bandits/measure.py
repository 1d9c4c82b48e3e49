"""A player of bandits and the best player there can be, compared by simulation.

Source: Mikulik et al. 2020, sections 3.4, 4.3 and 5, figure 4, columns b to e, and appendix D. The network plays, and
both machines are fed what it lived through; phi is that of `lib.probes.phi`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from jaxtyping import Float
from threadpoolctl import threadpool_limits
from torch import Tensor

from lib.agents.lstm import LSTMAgent
from lib.checkpoints import weights_at
from lib.machine import Machine, unroll
from lib.optimal.bandit_agent import ConjugateBandit
from lib.optimal.bandit_dp import optimum
from lib.probes import phi, simulation
from lib.probes.policies import policy_js, return_difference
from lib.probes.simulation import Embedding, Regression
from lib.random import generator
from lib.runner import store
from lib.runner.sweep import RECORDS
from lib.spec import key_of, tagged, versioned
from lib.tasks.environment import rollout
from lib.training.actor_critic import ActorCritic, untrained

DIRECTIONS = ("RNN to Opt", "Opt to RNN")
MAPS: Mapping[str, Regression] = {"mlp": phi.wide, "linear": simulation.linear, "constant": simulation.constant}
COMPONENTS = 10  # whose share of the variance is kept

OWN, BORROWED, TRAINED = "untrained", "untrained, fed by the trained", "trained"
CONDITIONS = (OWN, BORROWED, TRAINED)
CONTROLS = ("side by side", "projection alone", "into the whole state")


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


@cache
def best(prior: ConjugateBandit, steps: int, discount: float) -> Machine:
    """The player that a network is compared with; on Gaussian arms it takes seconds to work out."""
    return optimum(prior, steps, discount)


def network(player: ActorCritic, trained: bool) -> LSTMAgent:
    """The network of a training, at its end or at its beginning.

    Raises:
        store.Missing: if it has not been trained.
    """
    if trained:
        record, _ = store.read(RECORDS, key_of(player))
        return LSTMAgent.from_weights(weights_at(record, player.updates))
    fresh = untrained(player)
    assert isinstance(fresh, LSTMAgent)
    assert fresh.deep, "only a deep LSTM is compared here"
    return fresh


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

    def output_dissimilarity(self, embedding: Embedding, source: Machine, target: Machine) -> tuple[float, float]:
        """D_o, by both measures."""
        return self.apart(*simulation.outputs_before_and_after(embedding, source, target, self.inputs))


def streams(player: ActorCritic, machine: Machine, batch: int, chance: torch.Generator) -> Streams:
    """Let a machine play the bandit that a network was trained on. Equal generators give equal arms and equal luck."""
    bandits = player.task.sample(batch, player.steps, chance)
    return Streams(rollout(machine, player.task, bandits, chance).inputs, bandits.means)


@versioned("bandit-comparison", 1)
def compare(comparison: BanditComparison) -> dict[str, Tensor]:
    """Fit phi in both directions by each kind of map and judge it on held-out episodes.

    Returns:
        `state`, `reward` and `policy` (direction, map): D_s, and D_o by expected rewards and by Jensen-Shannon
        divergence; if trained, `controls_reward` and `controls_policy` of `CONTROLS`; `explained`, the share of the
        variance of the network's states along each principal component; and the two embeddings by MLPs as
        `<direction>/<array>`.

    Raises:
        store.Missing: if the network has not been trained.
    """
    player = comparison.player
    recurrent: Machine = network(player, comparison.condition == TRAINED)
    plays = network(player, trained=True) if comparison.condition == BORROWED else recurrent
    bayes = best(comparison.prior, player.steps, player.discount.end)
    lived = streams(player, plays, comparison.fitted, generator("bandit comparison, to fit", comparison.seed))
    held_out = streams(player, plays, comparison.held_out, generator("bandit comparison, held out", 0))

    record: dict[str, Tensor] = {}
    state, reward, policy = (torch.zeros(2, len(MAPS)) for _ in range(3))
    with threadpool_limits(1):
        for i, (source, target) in enumerate([(recurrent, bayes), (bayes, recurrent)]):
            for j, (kind, regress) in enumerate(MAPS.items()):
                embedding = simulation.simulate(source, target, lived.inputs, bayes.state_size, regress)
                state[i, j] = simulation.state_dissimilarity(embedding, source, target, held_out.inputs)
                reward[i, j], policy[i, j] = held_out.output_dissimilarity(embedding, source, target)
                if kind == "mlp":
                    record |= {f"{DIRECTIONS[i]}/{name}": _tensor(a) for name, a in embedding.arrays().items()}
        if comparison.condition == TRAINED:
            record |= _controls(recurrent, bayes, lived, held_out)
    with torch.inference_mode():
        states = simulation.along(unroll(recurrent, lived.inputs))
    explained = simulation.whitening(states, min(COMPONENTS, states.shape[1])).explained
    return record | {"state": state, "reward": reward, "policy": policy, "explained": _tensor(explained)}


def _controls(recurrent: Machine, bayes: Machine, lived: Streams, held_out: Streams) -> dict[str, Tensor]:
    """What D_o is without any embedding, both machines side by side; what the projection alone makes of it, with the
    network's own states projected and put back; and what is left of it from Opt into the network's whole state.
    """
    with torch.inference_mode():
        own, other = (unroll(machine, held_out.inputs).outputs[:, 1:] for machine in (recurrent, bayes))
        states = simulation.along(unroll(recurrent, lived.inputs))
    n = bayes.state_size
    projected = simulation.whitening(states, n)
    itself = Embedding(projected, ((np.eye(n), np.zeros(n)),), projected)
    into_whole = simulation.simulate(bayes, recurrent, lived.inputs, n, phi.wide, into_whole=True)
    found = (
        held_out.apart(own, other),
        held_out.output_dissimilarity(itself, recurrent, recurrent),
        held_out.output_dissimilarity(into_whole, bayes, recurrent),
    )
    reward, policy = torch.tensor(found).unbind(dim=1)
    return {"controls_reward": reward.clone(), "controls_policy": policy.clone()}


def _tensor(values: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values)).float()
