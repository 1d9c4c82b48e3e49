"""The best player of Bernoulli arms who remembers the last few pulls, and the time.

What a window says of the arms depends on how the player came to have it. So the best choice in a window depends on the
choices in all others, and there is no recursion as for the optimum. But given all other choices the best one is exact,
and a sweep from the last step to the first makes no player worse. It ends where no single choice can be bettered; of
several beginnings the best end is kept: a lower bound on what such a memory is worth.

What an episode pays is a polynomial in the arms' means, so a Gauss-Jacobi rule over them is exact.

Sources: Mikulik et al. 2020, section 4.1 and appendix D.7 (reduced-memory agents), which is not to be had;
person-by-person optimality, Radner 1962.
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from scipy.special import roots_jacobi
from torch import Tensor
from torch.nn import functional

from lib.optimal.bandit_agent import CERTAIN_LOGIT
from lib.tasks.bandits import BernoulliBandit

Array = np.ndarray
INPUTS = 4  # success and failure of the first arm, and of the second
Policy = list[Int[Array, "..."]]  # the arm pulled at each step, by the window before it
LEAST_BEGINNINGS, ALL_BEGINNINGS = 8, 1_600  # of the search; with short windows it has many ends, and is quick
GAIN = 1e-12  # reward; less is rounding


@dataclass(frozen=True)
class WindowedPlayer:
    """Pulls by the last few inputs and the time. State: the time, and the number that these inputs spell.

    Attributes:
        prior: the bandit.
        window: pulls remembered.
        policy: the arm pulled at each step, by window.
        earns: expected return of an episode, exact.
    """

    prior: BernoulliBandit
    window: int
    policy: tuple[Int[Array, "..."], ...]
    earns: float

    state_size = 2

    @property
    def input_size(self) -> int:
        """As the bandit's."""
        return self.prior.input_size

    @property
    def output_size(self) -> int:
        """As the bandit's."""
        return self.prior.output_size

    def initial_state(self, batch: int) -> Float[Tensor, "batch 2"]:
        """No time has passed: the first input is no pull."""
        return torch.tensor([[-1.0, 0.0]]).expand(batch, 2)

    def nearest_state(self, state: Float[Tensor, "batch 2"]) -> Float[Tensor, "batch 2"]:
        """Whole numbers, none beyond the episode."""
        time = state[:, :1].round().clamp(-1, len(self.policy) - 2)
        last = torch.tensor([[len(each) - 1 for each in self.policy]]).to(state)
        return torch.cat([time, state[:, 1:].round().clamp(min=0).minimum(last[0, time.long() + 1])], dim=1)

    def step(
        self, state: Float[Tensor, "batch 2"], x: Float[Tensor, "batch feature"]
    ) -> tuple[Float[Tensor, "batch 2"], Float[Tensor, "batch arm"]]:
        """Move the window on, then choose.

        Raises:
            ValueError: if the episode has ended.
        """
        time, window = state[:, 0].long() + 1, state[:, 1].long()
        if int(time.max()) >= len(self.policy):
            raise ValueError(f"step {int(time.max()) + 1} of an episode of {len(self.policy)}")
        pulled = x.sum(dim=1) > 0
        moved = torch.where(pulled, (INPUTS * window + x.argmax(dim=1)) % INPUTS**self.window, window)
        arms = torch.zeros_like(moved)
        for now in set(time.tolist()):
            arms[time == now] = torch.from_numpy(self.policy[now])[moved[time == now]]
        logits = CERTAIN_LOGIT * functional.one_hot(arms, self.output_size).to(x)
        return torch.stack([time, moved], dim=1).to(x), logits


def best_windowed(prior: BernoulliBandit, steps: int, window: int) -> WindowedPlayer:
    """The best player found with such a memory; the same search each time.

    >>> round(best_windowed(BernoulliBandit(1, 1), 4, 3).earns, 6) == 2.277778
    True

    Raises:
        ValueError: if there are not two arms, no step, or the window is negative.
    """
    if prior.arms != 2 or steps < 1 or window < 0:
        raise ValueError(
            f"arms is {prior.arms}, steps {steps}, window {window}; there must be 2, at least 1 and at least 0"
        )
    game = _Game.of(prior, steps, window)
    rng = np.random.default_rng(0)
    beginnings = max(LEAST_BEGINNINGS, ALL_BEGINNINGS // INPUTS**window) if window else 1
    found = [game.climb(game.beginning(rng, first=i == 0)) for i in range(beginnings)]
    earns, policy = max(found, key=lambda each: round(each[0] / GAIN))  # the first of equals, on any processor
    return WindowedPlayer(prior, window, tuple(policy), earns)


@dataclass(frozen=True)
class _Game:
    """Arms on a grid of means with exact weights, and windows by number."""

    means: Float[Array, "pair 2"]
    weights: Float[Array, " pair"]
    steps: int
    window: int

    @classmethod
    def of(cls, prior: BernoulliBandit, steps: int, window: int) -> "_Game":
        nodes, weights = roots_jacobi(steps // 2 + 1, prior.b - 1, prior.a - 1)
        p, w = (nodes + 1) / 2, weights / weights.sum()
        one, other = (each.ravel() for each in np.meshgrid(p, p, indexing="ij"))
        return cls(np.stack([one, other], axis=1), np.outer(w, w).ravel(), steps, window)

    def windows(self, step: int) -> int:
        """How many there are before a step."""
        return int(INPUTS ** min(step, self.window))

    def after(self, step: int) -> Int[Array, "window 4"]:
        """The window after each input at a step."""
        moved = INPUTS * np.arange(self.windows(step))[:, None] + np.arange(INPUTS)
        return moved % self.windows(step + 1)

    def beginning(self, rng: np.random.Generator, first: bool) -> Policy:
        """A policy to set out from: stay where the last pull won, else shift; or, later, that with errors."""
        policy = []
        for step in range(self.steps):
            last = np.arange(self.windows(step)) % INPUTS
            arm = np.array([0, 1, 1, 0])[last]
            wrong = rng.random(len(arm)) < (0 if first else rng.random())
            policy.append(np.where(wrong, 1 - arm, arm))
        return policy

    def climb(self, policy: Policy) -> tuple[float, Policy]:
        """Better single choices, from the last step to the first, until there are none."""
        best = -np.inf
        while True:
            before = self._forward(policy)
            value = np.zeros((len(self.means), self.windows(self.steps)))
            for step in reversed(range(self.steps)):
                after = self.after(step)
                worth = [self._worth(value, after, arm) for arm in (0, 1)]
                lead = (before[step] * (worth[1] - worth[0])).sum(axis=0)
                choice = np.where(abs(lead) > GAIN, lead > 0, policy[step]).astype(int)
                policy[step] = choice
                value = np.where(choice, worth[1], worth[0])
            earns = float(self.weights @ value[:, 0])
            if earns <= best + GAIN:
                return earns, policy
            best = earns

    def _worth(self, value: Array, after: Int[Array, "window 4"], arm: int) -> Float[Array, "pair window"]:
        p = self.means[:, arm, None]
        won, lost = (value[:, after[:, 2 * arm + failed]] for failed in (0, 1))
        return p * (1 + won) + (1 - p) * lost

    def _forward(self, policy: Policy) -> list[Float[Array, "pair ..."]]:
        """How likely each pair of arms is, together with each window, before each step."""
        reached = [self.weights[:, None]]
        for step, arm in enumerate(policy[:-1]):
            p = self.means[:, arm]
            onward = np.zeros((*p.shape, INPUTS))
            for failed, part in ((0, p), (1, 1 - p)):
                onward[:, np.arange(len(arm)), 2 * arm + failed] = reached[-1] * part
            # windows and inputs in a row, as `after` numbers them; what differs in the forgotten pull alone adds up
            reached.append(onward.reshape(len(p), -1, self.windows(step + 1)).sum(axis=1))
        return reached
