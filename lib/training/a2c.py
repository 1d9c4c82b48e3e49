"""Advantage actor-critic as RL^2 is trained: one recurrent network with a policy and a value on its memory.

Unlike `lib.training.actor_critic`, the value is an output of the same network, knows no more than the policy does and
is not bounded; what is learned from is the reward that was paid, summed to the end of the episode; gradients are not
clipped. Settings that Lange and Sprekeler 2020 do not give are ours.

Sources: Mnih et al. 2016 (A2C); Wang et al. 2016 and Duan et al. 2016 (RL^2); Lange and Sprekeler 2020, supplement A.2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from lib.agents.agent import AgentSpec
from lib.agents.lstm import LSTM, LSTMAgent
from lib.checkpoints import kept, weights_at
from lib.random import generator
from lib.spec import tagged, versioned
from lib.tasks.environment import Environment
from lib.training.batched import learn
from lib.training.batched_actors import Played, Players, chosen
from lib.training.checks import check_at_least, check_learning_rate
from lib.training.loop import CONSTANT, adam
from lib.training.schedules import Linear


@tagged("A2C")
@dataclass(frozen=True)
class A2C:
    """Everything that determines the training of one agent.

    Attributes:
        task: the environment.
        seed: of the first weights and of the episodes.
        agent: an LSTM that is not deep; it gets one output more than there are actions, the value.
        steps: of an episode.
        batch: episodes in an update.
        updates: steps of gradient descent.
        learning_rate: of Adam, throughout.
        entropy: weight of the policy's entropy, in reward a nat.
        discount: gamma of the return.
        value_weight: of the value's squared error.
        checkpoints: about how many sets of weights are kept, from the first update to the last.

    Raises:
        ValueError: if a number is outside its range.
    """

    task: Environment
    seed: int
    agent: AgentSpec = LSTM(48)  # noqa: RUF009 (frozen)
    steps: int = 100
    batch: int = 32
    updates: int = 1_500
    learning_rate: float = 5e-3
    entropy: Linear = Linear(1.0, 0.0, 0.7)  # noqa: RUF009
    discount: Linear = Linear(0.8, 1.0, 0.5)  # noqa: RUF009
    value_weight: float = 0.5
    checkpoints: int = 2

    epochs_per_batch = 1

    def __post_init__(self) -> None:
        check_at_least(self, seed=0, steps=1, batch=1, updates=1, checkpoints=2)
        check_learning_rate("learning_rate", self.learning_rate)
        if not self.value_weight > 0:
            raise ValueError(f"value_weight is {self.value_weight}; it must be more than 0")

    @property
    def episodes(self) -> int:
        """How many episodes the network sees."""
        return self.batch * self.updates


class Learners(Players):
    """Such agents side by side."""

    def __init__(self, specs: Sequence[A2C]) -> None:
        shape = specs[0].task.input_size, specs[0].task.output_size + 1
        agents = [spec.agent.build(*shape, generator("initialise", spec.seed)) for spec in specs]
        super().__init__(specs, agents, [generator("train", spec.seed) for spec in specs])
        own = list(self.agents.values())
        self.optimiser = adam(CONSTANT, own, self.spec.learning_rate, self.spec.updates, lambda: None)

    def losses(self, played: Played, progress: float) -> Float[Tensor, " run"]:
        """Policy gradient with the value as baseline, squared error of the value, and entropy."""
        spec, outputs = self.spec, self.tape.outputs()
        log_policy, values = outputs[:, :, :-1].log_softmax(dim=2), outputs[:, :, -1]
        wanted = returns(played.rewards, spec.discount.at(progress))
        actor = -(wanted - values).detach() * chosen(played.actions, log_policy)
        entropy = -(log_policy.exp() * log_policy).sum(dim=2)
        loss = actor + spec.value_weight * (wanted - values).square() - spec.entropy.at(progress) * entropy
        return loss.mean(dim=(0, 2))


def returns(rewards: Float[Tensor, "time *each"], discount: float) -> Float[Tensor, "time *each"]:
    """Discounted sums of rewards from each step to the end of the episode.

    >>> returns(torch.tensor([1.0, 0.0, 4.0]), 0.5)
    tensor([2., 2., 4.])
    """
    summed, found = torch.zeros_like(rewards[0]), []
    for reward in reversed(rewards.unbind()):
        summed = reward + discount * summed
        found.append(summed)
    return torch.stack(found[::-1])


@versioned("a2c", 1)
def train(spec: A2C) -> dict[str, Tensor]:
    """Train one agent.

    Returns:
        `earned`, what each update's batch earned on average an episode, and the weights at each checkpoint as
        `<updates so far>/<parameter>`.

    Raises:
        FloatingPointError: if the loss stops being a finite number.
    """
    return train_batched([spec])[0]


def train_batched(specs: Sequence[A2C]) -> list[dict[str, Tensor]]:
    """The same for agents that differ in their seeds alone, or else in one-armed worlds.

    Raises:
        ValueError: if they differ in more.
        FloatingPointError: if a loss stops being a finite number.
    """
    return learn(Learners(specs), specs)


def policy_of(spec: A2C, record: dict[str, Any]) -> LSTMAgent:
    """What acts, at the end of a training: the network without its value."""
    weights = weights_at(record, kept(record)[-1])
    actions = {name: value[: spec.task.output_size] for name, value in weights.items() if name.startswith("readout.")}
    return LSTMAgent.from_weights({**weights, **actions})
