"""Acting agents side by side: they play as one program, and learn from what their units did while they played."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lib.agents import batched
from lib.agents.batched import Weights
from lib.agents.bptt import Tape
from lib.agents.lstm import LSTMAgent
from lib.training.actor_critic import ActorCritic, Learner, steps_left
from lib.training.loop import adam, clip_by_run
from lib.training.vtrace import vtrace


@dataclass(frozen=True)
class Played:
    """What all agents did with a batch of episodes each.

    Attributes:
        episodes: of all agents, one agent after another.
        actions: that they took.
        log_probabilities: of these, while they played.
        rewards: what the actions paid.
        expected: what they pay on average.
    """

    episodes: Any
    actions: Int[Tensor, "time run batch"]
    log_probabilities: Float[Tensor, "time run batch"]
    rewards: Float[Tensor, "time run batch"]
    expected: Float[Tensor, "time run batch"]


class Players:
    """LSTM agents that play side by side, and keep what their units did.

    Each has its own luck, in the order in which it would have it alone. Its first outputs are the logits of its
    actions; if there are more, play does not ask for them.

    Raises:
        ValueError: if the agents are deep, or no LSTMs.
    """

    def __init__(self, specs: Sequence[Any], agents: Sequence[Any], rngs: Sequence[torch.Generator]) -> None:
        self.spec = specs[0]
        if not isinstance(agents[0], LSTMAgent) or agents[0].deep:
            raise ValueError(f"the agent is {self.spec.agent}; only LSTMs that are not deep play side by side")
        self._tasks, self._rngs = [spec.task for spec in specs], rngs
        self.agents = batched.stack(agents)
        for weight in self.agents.values():
            weight.requires_grad_()
        self.tape = Tape(self.agents, self.spec.batch, self.spec.steps)

    @torch.no_grad()
    def play(self) -> Played:
        """New episodes, played once."""
        spec, task, shape = self.spec, self.spec.task, (len(self._rngs), self.spec.batch)
        drawn, chances = [], []
        for own, rng in zip(self._tasks, self._rngs, strict=True):
            drawn.append(own.sample(spec.batch, spec.steps, rng))
            chances.append(torch.rand(spec.batch, spec.steps, generator=rng).T)
        episodes = _joined(drawn)
        self.tape.rewind()
        place, observation = task.reset(episodes)
        taken, rewards, expected = [], [], []
        for chance in torch.stack(chances, dim=1):
            policy = self.tape.step(observation.view(*shape, -1))[:, : task.output_size].softmax(dim=1)
            taken.append((chance[:, None] >= policy.cumsum(dim=1)[:, :-1]).sum(dim=1))
            place, outcome = task.step(episodes, place, taken[-1].flatten())
            rewards.append(outcome.rewards.view(shape))
            expected.append(outcome.expected.view(shape))
            observation = outcome.observation
        actions, logits = torch.stack(taken), self.tape.logits[:, :, : task.output_size]
        likely = chosen(actions, logits.log_softmax(dim=2))
        return Played(episodes, actions, likely, torch.stack(rewards), torch.stack(expected))


class Learners(Players):
    """Agents that learn side by side, as `lib.training.actor_critic.Learner` does alone; the gradient of each is
    clipped by its own norm.

    Raises:
        ValueError: if the agents are deep, or no LSTMs.
    """

    gradient_norms: Float[Tensor, " run"]  # of the agents' last gradients, before they were clipped

    def __init__(self, specs: Sequence[ActorCritic]) -> None:
        alone = [Learner.fresh(spec) for spec in specs]
        super().__init__(specs, [each.agent for each in alone], [each.rng for each in alone])
        self.critics = batched.stack_modules([each.critic for each in alone])
        own, values = list(self.agents.values()), list(self.critics.values())
        for weight in values:
            weight.requires_grad_()
        steps = self.spec.updates * self.spec.epochs_per_batch

        def clip() -> None:
            self.gradient_norms = clip_by_run(own)
            clip_by_run(values)

        self.optimiser = adam(self.spec.schedule, [*own, *values], self.spec.peak_learning_rate, steps, clip)
        self._critics = _Critics(self.critics, self.spec.batch, self.spec.steps)

    @torch.no_grad()
    def repeat(self) -> None:
        """What the agents, as they are now, make of what they saw when they played."""
        seen = self.tape.inputs.clone()
        self.tape.rewind()
        for x in seen:
            self.tape.step(x)

    def losses(self, played: Played, progress: float) -> Float[Tensor, " run"]:
        """The loss of each agent, as `lib.training.actor_critic.Learner.loss`."""
        spec, discount = self.spec, self.spec.discount.at(progress)
        log_policy = self.tape.outputs().log_softmax(dim=2)
        log_probabilities = chosen(played.actions, log_policy)
        values = self._critics.values(self.tape.hidden[1:], played.episodes, discount)
        log_ratios = log_probabilities.detach() - played.log_probabilities
        if not spec.use_vtrace:
            log_ratios = torch.zeros_like(log_ratios)
        ratios, rewards, known = (each.flatten(1).T for each in (log_ratios, played.expected, values.detach()))
        targets = vtrace(ratios, rewards, known, discount, spec.lambda_)
        wanted, advantages = (each.T.view_as(values) for each in (targets.values, targets.advantages))
        actor = -(advantages * log_probabilities)
        critic = (wanted - values).square() / 2
        entropy = -(log_policy.exp() * log_policy).sum(dim=2)
        return (actor + critic - spec.entropy.at(progress) * entropy).mean(dim=(0, 2))


class _Critics:
    """Critics of one shape, side by side, in memory of their own: `lib.training.actor_critic.Critic`."""

    def __init__(self, weights: Weights, batch: int, steps: int) -> None:
        self.weights = weights
        count, self.width, seen = weights["first.weight"].shape
        fresh = weights["first.weight"].new_empty
        self.seen = fresh(count, seen + 1, steps, batch)  # features, privileged variables, clock, and a one
        self.seen[:, -2] = torch.linspace(-1, 1, steps)[:, None]
        self.seen[:, -1] = 1
        self.hidden = fresh(count, self.width, steps * batch)

    def values(
        self, features: Float[Tensor, "time run width batch"], episodes: Any, discount: float
    ) -> Float[Tensor, "time run batch"]:
        """The discounted sum of the rewards to come."""
        count, _, steps, batch = self.seen.shape
        self.seen[:, : self.width] = features.permute(1, 2, 0, 3)
        self.seen[:, self.width : -2] = episodes.privileged.view(count, batch, -1).mT[:, :, None]
        first = torch.cat([self.weights["first.weight"], self.weights["first.bias"][..., None]], dim=2)
        raw = _ThroughCritics.apply(first, self.weights["second.weight"], self)  # type: ignore[no-untyped-call]
        between = (raw + self.weights["second.bias"][..., None]).sigmoid().view(count, steps, batch).transpose(0, 1)
        least, most = (end.view(count, batch) for end in episodes.reward_bounds.unbind(dim=1))
        return steps_left(steps, discount)[:, None, None] * (least + (most - least) * between)


class _ThroughCritics(torch.autograd.Function):
    """Two layers with a rectifier between them; one network at a time, which fits into a processor's cache."""

    @staticmethod
    def forward(ctx: Any, first: Tensor, second: Tensor, critics: _Critics) -> Tensor:
        ctx.critics = critics
        ctx.save_for_backward(second)
        rows = []
        for into, out, seen, hidden in zip(first, second, critics.seen.flatten(2), critics.hidden, strict=True):
            rows.append(out @ torch.mm(into, seen, out=hidden).relu_())
        return torch.stack(rows)

    @staticmethod
    def backward(ctx: Any, *given: Tensor) -> tuple[Tensor, Tensor, None]:
        (second,), critics = ctx.saved_tensors, ctx.critics
        at_first, at_second = [], []
        for at, out, seen, hidden in zip(given[0], second, critics.seen.flatten(2), critics.hidden, strict=True):
            at_second.append(at @ hidden.T)
            at_hidden = out.T * at
            torch.ops.aten.threshold_backward.grad_input(at_hidden, hidden, 0, grad_input=at_hidden)
            at_first.append(at_hidden @ seen.T)
        return torch.stack(at_first), torch.stack(at_second), None


def chosen(
    actions: Int[Tensor, "time run batch"], table: Float[Tensor, "time run action batch"]
) -> Float[Tensor, "time run batch"]:
    """The numbers of a table that belong to the actions taken."""
    return table.gather(2, actions[:, :, None])[:, :, 0]


def _joined(drawn: Sequence[Any]) -> Any:
    """Batches of episodes of worlds that are played alike as one."""
    tensors = [field.name for field in fields(drawn[0]) if isinstance(getattr(drawn[0], field.name), Tensor)]
    return replace(drawn[0], **{name: torch.cat([getattr(each, name) for each in drawn]) for name in tensors})
