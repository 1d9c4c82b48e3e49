"""REINFORCE for many networks as one program: they play side by side, and learn from what their units did meanwhile.

The baseline of `lib.training.reinforce` is linear in the features that the policy is linear in too. So it is one more
output of the network here, of which playing takes no notice.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lib.agents import batched
from lib.agents.bptt import Tape
from lib.agents.lstm import LSTMAgent
from lib.random import generator
from lib.tasks.contextual import Choices
from lib.training.loop import Optimiser, Recorder, check_finite, clip_by_run
from lib.training.reinforce import Reinforce, optimiser_of, untrained


class Reinforcers:
    """Networks that learn side by side, as `lib.training.reinforce.train` lets one learn alone.

    Each has its own luck, in the order in which it would have it alone; its gradient is clipped by its own norm.

    Raises:
        ValueError: if there is no spec, they differ in more than their seeds, their gradient is not sampled, or their
            agents are deep, or no LSTMs.
    """

    def __init__(self, specs: Sequence[Reinforce]) -> None:
        if len({replace(spec, seed=0) for spec in specs}) != 1:
            raise ValueError("networks that train together must have specs that differ in their seeds alone")
        self.spec, agents = specs[0], [untrained(spec) for spec in specs]
        if not isinstance(agents[0], LSTMAgent) or agents[0].deep:
            raise ValueError(f"the agent is {self.spec.agent}; only LSTMs that are not deep play side by side")
        if self.spec.gradient != "sampled":
            raise ValueError(f"gradient is {self.spec.gradient!r}; only sampled ones are stacked")
        self.rngs = [generator("train", spec.seed) for spec in specs]
        stacked = batched.stack(agents)
        for name in ("readout.weight", "readout.bias"):
            row = stacked[name][:, :1]
            stacked[name] = torch.cat([stacked[name], torch.zeros_like(row)], dim=1)
        self.weights = {name: value.requires_grad_() for name, value in stacked.items()}
        own = list(self.weights.values())
        self.optimiser: Optimiser = optimiser_of(self.spec, own, lambda: clip_by_run(own))
        self.tape = Tape(self.weights, self.spec.batch, self.spec.steps)

    def network(self, run: int) -> list[tuple[str, Tensor]]:
        """The weights of one network, without its baseline."""
        return [
            (name, value[run, :-1] if name.startswith("readout") else value[run])
            for name, value in self.weights.items()
        ]

    def update(self, progress: float) -> tuple[Float[Tensor, " run"], Float[Tensor, " run"]]:
        """Play a batch of episodes each, and learn from it once; the losses, and the mean reward a step that the
        batches could expect.
        """
        actions, rewards, expected = self._play()
        losses = self._losses(actions, rewards, self.spec.entropy.at(progress))
        self.optimiser.descend(losses.sum())
        return losses.detach(), expected

    @torch.no_grad()
    def _play(self) -> tuple[Int[Tensor, "time run batch"], Float[Tensor, "time run batch"], Float[Tensor, " run"]]:
        spec, task, shape = self.spec, self.spec.task, (len(self.rngs), self.spec.batch)
        drawn, chances = [], []
        for rng in self.rngs:
            drawn.append(task.sample(spec.batch, spec.steps, rng))
            chances.append(torch.rand(spec.batch, spec.steps, generator=rng).T)
        correct, asked, luck = (
            torch.cat([getattr(each, name) for each in drawn]) for name in ("correct", "asked", "luck")
        )
        episodes = Choices(correct, asked, luck, drawn[0].chances)
        self.tape.rewind()
        place, observation = task.reset(episodes)
        actions, rewards, expected = [], [], []
        for chance in torch.stack(chances, dim=1):
            policy = self.tape.step(observation.view(*shape, -1))[:, :-1].softmax(dim=1)
            actions.append((chance[:, None] >= policy.cumsum(dim=1)[:, :-1]).sum(dim=1))
            place, outcome = task.step(episodes, place, actions[-1].flatten())
            rewards.append(outcome.rewards.view(shape))
            expected.append(outcome.expected.view(shape))
            observation = outcome.observation
        return torch.stack(actions), torch.stack(rewards), torch.stack(expected).mean(dim=(0, 2))

    def _losses(
        self, actions: Int[Tensor, "time run batch"], rewards: Float[Tensor, "time run batch"], price: float
    ) -> Float[Tensor, " run"]:
        """The loss of each network, as `lib.training.reinforce.policy_gradient_loss`."""
        outputs = self.tape.outputs()
        log_policy, foreseen = outputs[:, :, :-1].log_softmax(dim=2), outputs[:, :, -1]
        entropy = -(log_policy.exp() * log_policy).sum(dim=2)
        taken = log_policy.gather(2, actions[:, :, None])[:, :, 0]
        actor = -(rewards - foreseen.detach()) * taken - price * entropy
        critic = (rewards - foreseen).square() / 2
        worth = self.spec.task.p_correct - self.spec.task.p_incorrect
        return (actor / worth + critic).mean(dim=(0, 2))


def train_together(specs: Sequence[Reinforce], device: str = "cpu") -> list[dict[str, Tensor]]:
    """Train several networks that differ in their seeds alone.

    Returns:
        one record a spec, as `lib.training.reinforce.train` makes it, within rounding.

    Raises:
        ValueError: as `Reinforcers`, or if the device is another than a processor.
        FloatingPointError: if a loss stops being a finite number.
    """
    if device != "cpu":
        raise ValueError(f"device is {device!r}; networks that play are stacked on a cpu")
    learners = Reinforcers(specs)
    shared = learners.spec
    recorders = [Recorder(partial(learners.network, run), "earned", shared) for run in range(len(specs))]
    for update in range(shared.updates):
        advance(learners, recorders, specs, update)
    return [recorder.record for recorder in recorders]


def advance(learners: Reinforcers, recorders: Sequence[Recorder], specs: Sequence[Reinforce], update: int) -> None:
    """One update of all networks, and what their records keep of it.

    Raises:
        FloatingPointError: if a loss stops being a finite number.
    """
    losses, earned = learners.update(update / learners.spec.updates)
    for recorder, spec, loss, point in zip(recorders, specs, losses, earned, strict=True):
        recorder.points[update] = point
        check_finite(loss, update, spec)
        recorder.checkpoint(update + 1)
