"""What is to be known in a contextual bandit whose contexts have nothing to do with each other, and two who act on it.

The right action of a context is one of a few. Each time that one of them was tried there, a reward speaks for it and
none against it, by the same factor each time. With chances of 0.8 and 0.2 both factors are 4: after n more rewards than
misses an action's odds are multiplied by 4^n.

Source: Rabinowitz 2019, section 5.2.3, speaks of such an algorithm and does not write it down.
"""

from dataclasses import dataclass
from math import log

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from lib.optimal.bandit_agent import greedy_logits
from lib.tasks.contextual import Contextual

NEVER = 1e-30  # chances of 0 are taken for this, so that their logarithm is a number


@dataclass(frozen=True)
class ContextualAgent:
    """Counts rewards and misses of each action in each context. Output: logits of the next action.

    State: the rewards of each action in each context, then the misses, then the context of the step before, one-hot:
    what a step pays is told one step late.

    Attributes:
        prior: the world that it believes to be in.

    Raises:
        ValueError: if contexts are in conflict: then each tells something about the others.
    """

    prior: Contextual

    def __post_init__(self) -> None:
        if self.prior.conflict:
            raise ValueError(f"{self.prior} has contexts in conflict; this player takes them for independent")

    @property
    def input_size(self) -> int:
        """As the world tells."""
        return self.prior.input_size

    @property
    def output_size(self) -> int:
        """A logit for each action."""
        return self.prior.output_size

    @property
    def state_size(self) -> int:
        """Two counts for each action in each context, and a context."""
        return (2 * self.prior.actions + 1) * self.prior.contexts

    def initial_state(self, batch: int) -> Float[Tensor, "batch state"]:
        """Nothing counted, and no step before."""
        return torch.zeros(batch, self.state_size)

    def nearest_state(self, state: Float[Tensor, "batch state"]) -> Float[Tensor, "batch state"]:
        """Counts are whole numbers and not negative; there was one context before, or none."""
        counts, before = state[:, : -self.prior.contexts], state[:, -self.prior.contexts :]
        most = before.max(dim=1, keepdim=True)
        one = functional.one_hot(most.indices[:, 0], self.prior.contexts) * (most.values > 0.5)
        return torch.cat([counts.round().clamp(min=0), one.to(state)], dim=1)

    def step(
        self, state: Float[Tensor, "batch state"], x: Float[Tensor, "batch feature"]
    ) -> tuple[Float[Tensor, "batch state"], Float[Tensor, "batch action"]]:
        """Count what came of the step before, then say what the counts imply for this step's context."""
        world = self.prior
        asked, acted, outcome = x[:, : world.contexts], x[:, world.contexts : -1], x[:, -1:]
        counts = state[:, : -world.contexts].reshape(-1, 2, world.contexts, world.actions)
        before = state[:, -world.contexts :]
        paid = torch.stack([1 + outcome, 1 - outcome], dim=1)[..., None] / 2
        counts = counts + paid * (before[:, :, None] * acted[:, None])[:, None]
        here = (counts * asked[:, None, :, None]).sum(dim=2)
        return torch.cat([counts.flatten(1), asked], dim=1), self.says(self.log_odds(here))

    def log_odds(self, counts: Float[Tensor, "batch 2 action"]) -> Float[Tensor, "batch action"]:
        """Logarithm of the posterior probability that each action is right, up to a constant of each row, in nats."""
        reward, miss = evidence(self.prior)
        rewards, misses = counts.double().unbind(dim=1)
        return (reward * rewards + miss * misses).to(counts)

    def says(self, log_odds: Float[Tensor, "batch action"]) -> Float[Tensor, "batch action"]:
        """Logits of the next action."""
        raise NotImplementedError


@dataclass(frozen=True)
class Greedy(ContextualAgent):
    """Greedy policy: the action that is most likely right; equals have equal chances.

    Nobody earns more at the next step.
    """

    def says(self, log_odds: Float[Tensor, "batch action"]) -> Float[Tensor, "batch action"]:
        """Logits of the next action."""
        return greedy_logits(log_odds.float())


@dataclass(frozen=True)
class Matching(ContextualAgent):
    """Probability matching: each action with the posterior probability that it is right."""

    def says(self, log_odds: Float[Tensor, "batch action"]) -> Float[Tensor, "batch action"]:
        """Logits of the next action."""
        return log_odds


def evidence(world: Contextual) -> tuple[float, float]:
    """Evidence of a reward, and of a miss: what it adds to the log-odds of the action that was taken, in nats.

    >>> [round(each / log(4), 6) for each in evidence(Contextual())]
    [1.0, -1.0]
    """
    right, wrong = world.p_correct, world.p_incorrect
    reward = log(max(right, NEVER)) - log(max(wrong, NEVER))
    miss = log(max(1 - right, NEVER)) - log(max(1 - wrong, NEVER))
    return reward, miss
