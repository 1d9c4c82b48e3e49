"""The best prompt for another world of coins: what a network is to be told first, if its weights are not to change.

A hard prefix is a sequence of tosses; a soft one a sequence of input vectors, which need not be tosses.

Source: Genewein et al. 2025, section 3 (prefix tuning of a frozen predictor).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Bernoulli
from torch.nn import functional

from lib.agents.lstm import LSTMAgent
from lib.probes.behaviour import step_kl
from lib.random import generator
from lib.runner import profiles, store
from lib.spec import tagged, versioned
from lib.tasks.bernoulli import BernoulliTask
from lib.training.checks import check_at_least
from lib.training.supervised import Supervised

HOME = BernoulliTask(0.5, 0.5)  # where the networks grew up
TARGETS: Mapping[str, tuple[float, ...]] = {"one coin": (0.7,), "two coins": (0.2, 0.8)}  # biases, equally likely
PROMPTS = ("none", "hard", "soft")
STEPS, AHEAD = 20, 10  # tosses that count; heads in a row that are shown
CHOSEN_ON = 64  # episodes on which the hard prefix is chosen


@tagged("PromptSearch")
@dataclass(frozen=True)
class PromptSearch:
    """A search for the best prompt of one network.

    Attributes:
        predictor: how the network was trained; the result `coins` must ship it.
        target: biases of the coins of the other world, equally likely.
        longest: tosses in a hard prefix at most, and vectors in a soft one.
        updates: of the soft prefix, by Adam.
        batch: episodes of the other world an update.
        held_out: others, on which prompts are judged.

    Raises:
        ValueError: if a number is too small, or a bias is not between 0 and 1.
    """

    predictor: Supervised
    target: tuple[float, ...]
    longest: int = 8
    updates: int = 300
    batch: int = 64
    held_out: int = 1_000

    def __post_init__(self) -> None:
        check_at_least(self, longest=1, updates=1, batch=1, held_out=1)
        if not self.target or not all(0 < bias < 1 for bias in self.target):
            raise ValueError(f"target is {self.target}; it must hold biases between 0 and 1")

    @property
    def seed(self) -> int:
        """That of the network."""
        return self.predictor.seed

    @property
    def episodes(self) -> int:
        """How many episodes of the other world the soft prefix is fitted to."""
        return self.updates * self.batch


def searches(profile: str) -> list[PromptSearch]:
    """Those of every network and target.

    Raises:
        ValueError: if there is no such profile.
    """
    runs = profiles.choose(profile, smoke=2, laptop=5, paper=10)
    rest = profiles.choose(profile, smoke=(2, 2, 4, 20), laptop=(8, 300, 64, 1_000), paper=(10, 3_000, 128, 20_000))
    home = [Supervised(HOME, seed, updates=5_000) for seed in range(runs)]
    return [PromptSearch(each, target, *rest) for target in TARGETS.values() for each in home]


def toss(target: tuple[float, ...], batch: int, rng: torch.Generator) -> Float[Tensor, "batch time"]:
    """Episodes of the other world."""
    drawn = torch.randint(len(target), (batch, 1), generator=rng)
    return torch.bernoulli(torch.tensor(target)[drawn].expand(-1, STEPS), generator=rng)


def bayesian(target: tuple[float, ...], tosses: Float[Tensor, "batch time"]) -> Float[Tensor, "batch time"]:
    """Log-odds of heads before each toss, of the Bayesian who knows the other world."""
    bias = torch.tensor(target, dtype=torch.float64)[:, None, None]
    heads = functional.pad(tosses.double().cumsum(dim=1), (1, 0))[:, :-1]
    tails = functional.pad((1 - tosses.double()).cumsum(dim=1), (1, 0))[:, :-1]
    likely = heads * bias.log() + tails * (1 - bias).log()
    sides = [(likely + each.log()).logsumexp(dim=0) for each in (bias, 1 - bias)]
    return sides[0] - sides[1]


def told(prefix: Float[Tensor, "length 2"], tosses: Float[Tensor, "batch time"]) -> Float[Tensor, "batch step 2"]:
    """What a network is told: nothing, the prefix, then the tosses, each one step late."""
    prompt = torch.cat([torch.zeros(1, 2), prefix]).expand(len(tosses), -1, -1)
    return torch.cat([prompt, torch.stack([tosses, 1 - tosses], dim=-1)[:, :-1]], dim=1)


def divergence(
    network: LSTMAgent,
    prefix: Float[Tensor, "length 2"],
    target: tuple[float, ...],
    tosses: Float[Tensor, "batch time"],
) -> Float[Tensor, ""]:
    """KL from the Bayesian of the other world to the prompted network, in nats an episode."""
    said = network(told(prefix, tosses))[:, len(prefix) :, 0].double()
    right, learned = (Bernoulli(logits=each) for each in (bayesian(target, tosses), said))
    return step_kl(right, learned).sum(dim=1).mean()


def vectors(history: str) -> Float[Tensor, "length 2"]:
    """A hard prefix as a network hears it.

    Raises:
        ValueError: if it holds anything but H and T.
    """
    if strange := set(history) - {"H", "T"}:
        raise ValueError(f"the prompt {history!r} holds {', '.join(sorted(strange))}; it must be made of H and T")
    heads = torch.tensor([float(symbol == "H") for symbol in history])
    return torch.stack([heads, 1 - heads], dim=-1)


def best_hard(network: LSTMAgent, target: tuple[float, ...], longest: int, tosses: Float[Tensor, "batch time"]) -> str:
    """The sequence of so many tosses at most after which the network is nearest to the target's Bayesian."""
    every = ["".join(each) for length in range(longest + 1) for each in product("HT", repeat=length)]
    with torch.inference_mode():
        found = [float(divergence(network, vectors(history), target, tosses)) for history in every]
    return every[int(np.argmin(found))]


def best_soft(
    network: LSTMAgent, target: tuple[float, ...], begin: Float[Tensor, "length 2"], search: PromptSearch
) -> Float[Tensor, "length 2"]:
    """A sequence of vectors, found by gradient descent on the divergence from a beginning."""
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    prefix = begin.clone().requires_grad_()
    optimiser = torch.optim.Adam([prefix], lr=0.05)
    rng = generator("prompts, soft", search.seed)
    for _ in range(search.updates):
        optimiser.zero_grad()
        divergence(network, prefix, target, toss(target, search.batch, rng)).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return prefix.detach()


@versioned("prompts", 1)
def measure(search: PromptSearch) -> dict[str, Tensor]:
    """Search for both kinds of prompt, and judge them on held-out episodes.

    Returns:
        `kl` (prompt), KL from the target's Bayesian without a prompt, with the best hard and with the best soft one;
        `hard`, heads and tails in the hard one; `soft`, the vectors of the soft one; `ahead` (prompt, heads in a row),
        probability of heads after each, then after heads in a row.

    Raises:
        store.Missing: if there is no result `coins`.
        KeyError: if that does not ship the network.
    """
    coins = store.load("coins")
    network = LSTMAgent.from_weights(coins.weights_of(search.predictor, coins.manifest["checkpoint"]))
    target = search.target
    hard = best_hard(network, target, search.longest, toss(target, CHOSEN_ON, generator("prompts, hard", search.seed)))
    begin = vectors(hard.ljust(search.longest, "H" if hard.count("H") >= hard.count("T") else "T"))
    soft = best_soft(network, target, begin, search)
    held_out = toss(target, search.held_out, generator("prompts, held out", search.seed))
    prompts = (vectors(""), vectors(hard), soft)
    heads = torch.ones(1, AHEAD + 1)
    with torch.inference_mode():
        kl = [divergence(network, each, target, held_out) for each in prompts]
        ahead = [network(told(each, heads))[0, len(each) :, 0].sigmoid() for each in prompts]
    return {
        "kl": torch.stack(kl).float(),
        "hard": torch.tensor([hard.count("H"), hard.count("T")]),
        "soft": soft,
        "ahead": torch.stack(ahead),
    }
