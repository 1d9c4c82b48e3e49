"""How contexts are learned, one after the other: the probability of the right action in each, whichever is asked.

Source: Rabinowitz 2019, sections 5.1.2 and 5.2.2.
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Real
from torch import Tensor
from torch.nn import functional

from lib.machine import Machine
from lib.probes.counterfactual import counterfactual
from lib.probes.crossing_time import crossing_time
from lib.tasks.contextual import Choices, Contextual
from lib.tasks.environment import rollout

Array = np.ndarray


@dataclass(frozen=True)
class IndependentCopies:
    """Copies of one machine, one for each context, of which none knows of the others.

    Each lives in a world of one context: it steps only where its own context comes up, and is told what its own last
    action paid. Together they are a machine that plays all contexts, and whose contexts cannot interfere.

    State: those of the copies, then what each is still to be told, then the context of the step before, one-hot.

    Attributes:
        alone: a player of one context.
        contexts: how many copies.

    Raises:
        ValueError: if there are no copies, or the machine is told of more contexts than one.
    """

    alone: Machine
    contexts: int

    def __post_init__(self) -> None:
        if self.contexts < 1:
            raise ValueError(f"contexts is {self.contexts}; it must be at least 1")
        if self.alone.input_size != self.alone.output_size + 2:
            raise ValueError(
                f"the machine takes {self.alone.input_size} inputs and says {self.alone.output_size}; "
                "a player of one context takes two more than it says"
            )

    @property
    def input_size(self) -> int:
        """Contexts, actions, reward."""
        return self.contexts + self._told

    @property
    def output_size(self) -> int:
        """A logit for each action."""
        return self.alone.output_size

    @property
    def state_size(self) -> int:
        """For each copy its state, what it is still to be told, and whether it was the one before."""
        return self.contexts * (self.alone.state_size + self._told + 1)

    @property
    def _told(self) -> int:
        return self.alone.output_size + 1

    def initial_state(self, batch: int) -> Float[Tensor, "batch state"]:
        """All copies at their beginning, with nothing to be told."""
        each = self.alone.initial_state(batch)
        rest = each.new_zeros(batch, self.contexts * (self._told + 1))
        return torch.cat([each.repeat(1, self.contexts), rest], dim=1)

    def nearest_state(self, state: Float[Tensor, "batch state"]) -> Float[Tensor, "batch state"]:
        """Each copy where it can be; the rest as it is, but for the context before, which is one or none."""
        copies, pending, before = self._split(state)
        near = self.alone.nearest_state(copies.flatten(0, 1)).reshape(copies.shape)
        most = before.max(dim=1, keepdim=True)
        one = functional.one_hot(most.indices[:, 0], self.contexts).to(state) * (most.values > 0.5)
        return torch.cat([near.flatten(1), pending.flatten(1), one], dim=1)

    def step(
        self, state: Float[Tensor, "batch state"], x: Float[Tensor, "batch feature"]
    ) -> tuple[Float[Tensor, "batch state"], Float[Tensor, "batch action"]]:
        """Keep what the copy of the step before is to be told, and let the one that is asked now take its step."""
        copies, pending, before = self._split(state)
        asked, observation = x[:, : self.contexts], x[:, self.contexts :]
        pending = torch.where(before[:, :, None] > 0.5, observation[:, None], pending)
        here, which = torch.arange(len(x), device=x.device), asked.argmax(dim=1)
        own = torch.cat([torch.ones_like(x[:, :1]), pending[here, which]], dim=1)
        after, said = self.alone.step(copies[here, which], own)
        copies = copies.index_put((here, which), after)
        return torch.cat([copies.flatten(1), pending.flatten(1), asked], dim=1), said

    def _split(self, state: Float[Tensor, "batch state"]) -> tuple[Tensor, Tensor, Tensor]:
        first, second = self.contexts * self.alone.state_size, -self.contexts
        shape = (len(state), self.contexts, -1)
        return state[:, :first].reshape(shape), state[:, first:second].reshape(shape), state[:, second:]


def policies(
    machine: Machine, task: Contextual, episodes: Choices, rng: torch.Generator
) -> Float[Array, "batch time context action"]:
    """What a machine would have done in each context, at each step of episodes that it plays.

    Its state at each step is forked once for each context, and each fork is asked that context.

    Raises:
        ValueError: if the machine and the task do not fit together.
    """
    lived = rollout(machine, task, episodes, rng).inputs
    every = torch.eye(task.contexts)[None]
    said = [logits.softmax(dim=2) for logits in counterfactual(machine, lived, every)]
    return np.asarray(torch.stack(said, dim=1).numpy())


def p_correct(
    chances: Float[Array, "batch time context action"], episodes: Choices
) -> Float[Array, "batch time context"]:
    """How likely the right action of each context is: q of equation (12)."""
    right = episodes.correct.numpy()[:, None, :, None]
    return np.take_along_axis(chances, right, axis=3)[..., 0]


def probed(
    machine: Machine, task: Contextual, episodes: Choices, rng: torch.Generator
) -> Float[Array, "batch time context"]:
    """How likely a machine was to take the right action in each context, at each step of episodes that it plays.

    Raises:
        ValueError: if the machine and the task do not fit together.
    """
    return p_correct(policies(machine, task, episodes, rng), episodes)


def context_tv(chances: Float[Array, "batch time context action"]) -> Float[Array, " time"]:
    """How differently a machine acts in two contexts, at each step: the probability with which it must act differently
    (total variation), averaged over pairs of contexts and over episodes. 0 is to play blind to the context.
    """
    count = chances.shape[2]
    apart = [
        np.abs(chances[:, :, one] - chances[:, :, other]).sum(axis=2).mean(axis=0) / 2
        for one in range(count)
        for other in range(one)
    ]
    return np.asarray(np.mean(apart, axis=0))


def in_order(
    q: Float[Array, "run time context"], moments: Real[Array, " time"] | None = None
) -> Float[Array, "run time k"]:
    """The same with contexts in the order in which they were learned, run by run: by their average over time, which
    orders them as their expected return does (equation 14).

    >>> in_order(np.array([[[0.2, 0.2], [0.3, 0.9]]]))[0, :, 0]
    array([0.2, 0.9])

    Args:
        moments: when the curves were looked at; left out, at equal distances.
    """
    average = q.mean(axis=1) if moments is None else np.trapezoid(q, moments, axis=1)
    order = np.argsort(-average, axis=1, kind="stable")
    return np.take_along_axis(q, order[:, None], axis=2)


def shuffled(q: Float[Array, "run time context"], rng: torch.Generator) -> Float[Array, "run time context"]:
    """Runs put together from contexts of different runs: what is learned in one has no bearing on the others.

    Whoever sorts contexts by when they were learned finds a first and a last, whatever the learner. What is left of
    that here is what sorting alone makes of a learner to whom contexts are alike and unrelated.
    """
    runs, _, contexts = q.shape
    order = torch.rand(runs, contexts, generator=rng).argsort(dim=0).numpy()
    return np.take_along_axis(q, order[:, None], axis=0)


def steps_to(
    curves: Float[Array, "*curve time k"], moments: Real[Array, " time"], height: float
) -> Float[Array, "*curve k"]:
    """The moment at which each context's curve first reaches a height; NaN where it never does."""
    return crossing_time(np.moveaxis(curves, -1, -2).astype(float), np.asarray(moments, dtype=float), height)


def last_over_first(times: Float[Array, "*curve k"]) -> Float[Array, "*curve"]:
    """How many times as long the last-learned context takes as the first; infinite if it is never learned."""
    last = np.where(np.isnan(times[..., -1]), np.inf, times[..., -1])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(np.isinf(last), np.inf, last / times[..., 0]))
