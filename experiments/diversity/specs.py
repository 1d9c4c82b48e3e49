"""What is trained on M fixed tasks, at each size, and what these networks are compared with."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from typing import TypeVar

from lib.agents.lstm import LSTM
from lib.agents.transformer import Transformer
from lib.machine import Machine
from lib.optimal.conjugate import BetaBernoulli
from lib.optimal.discrete_prior import DiscreteBernoulli, DiscreteRegression
from lib.optimal.ridge import RidgeAgent
from lib.runner import profiles
from lib.tasks.bernoulli import BernoulliTask
from lib.tasks.fixed import FixedCoins, FixedFunctions
from lib.tasks.linear import LinearFunction
from lib.training.regression import Regressor
from lib.training.supervised import Supervised

FLIPS, POINTS = 20, 16  # steps of an episode
COIN, LINE = BernoulliTask(1, 1), LinearFunction(4, 0.5)  # the worlds of the continuous priors
WHERE = ("old", "new")  # tasks of the set, or fresh ones of the prior
BAYESIANS = ("discrete", "continuous")  # by their prior
FIRST_SEED = 5_000  # no other network has these
LATER = 40_000  # by so much seeds of transformers are later than those of the LSTMs with their tasks

Spec = TypeVar("Spec")


@dataclass(frozen=True)
class Sizes:
    """How closely networks are looked at.

    Attributes:
        held_out: episodes behind a distance.
        networks: for each M.
        coins: M, how many coins there are.
        lines: M, how many linear functions there are.
    """

    held_out: int
    networks: int
    coins: tuple[int, ...] = (1, 4, 16, 64)
    lines: tuple[int, ...] = (4, 16, 32, 64, 256)


def sizes(profile: str) -> Sizes:
    """Of a profile.

    Raises:
        ValueError: if there is no such profile.
    """
    return profiles.choose(
        profile,
        smoke=Sizes(40, 2, (1, 16), (4, 64)),
        laptop=Sizes(2_000, 5),
        paper=Sizes(10_000, 20, (1, 4, 16, 64, 256), (1, 4, 16, 32, 64, 256, 1024, 4096)),
    )


def coins(profile: str) -> list[Supervised]:
    """Predictors of M coins: those of every M with a first set, then those with a second, and so on.

    Raises:
        ValueError: if there is no such profile.
    """
    size = sizes(profile)
    width, updates = profiles.choose(profile, smoke=(8, 6), laptop=(32, 800), paper=(32, 20_000))
    agent = LSTM(width, orthogonal=True, forget_bias=1.0)
    return [
        Supervised(FixedCoins(tasks, seed, COIN), seed, agent, FLIPS, 128, updates, checkpoints=16)
        for seed, tasks in enumerate(size.coins * size.networks, FIRST_SEED)
    ]


def lines(profile: str) -> list[Regressor]:
    """Regressors of M linear functions, in the same order.

    Raises:
        ValueError: if there is no such profile.
    """
    size = sizes(profile)
    width, updates = profiles.choose(profile, smoke=(8, 6), laptop=(64, 2_500), paper=(64, 50_000))
    agent = LSTM(width, 3.0, True, 1.0)
    return [
        Regressor(FixedFunctions(tasks, seed, LINE), seed, agent, POINTS, 32, updates, learning_rate=2e-2, decay=0.99)
        for seed, tasks in enumerate(size.lines * size.networks, FIRST_SEED + 500)
    ]


def transformer_sizes(profile: str) -> Sizes:
    """Of a profile, for transformers: no M that LSTMs lack.

    Raises:
        ValueError: if there is no such profile.
    """
    networks, of_coins, of_lines = profiles.choose(
        profile,
        smoke=(2, (1, 16), (4, 64)),
        laptop=(3, (4, 16, 64), (4, 16, 64)),
        paper=(20, (4, 16, 64), (4, 16, 64)),
    )
    return replace(sizes(profile), networks=networks, coins=of_coins, lines=of_lines)


def transformers(profile: str) -> list[Supervised]:
    """Transformers on the coins of the first LSTMs, with as many episodes in the same batches, in the same order. The
    learning rate is that of transformers on all coins.

    Raises:
        ValueError: if there is no such profile.
    """
    size = transformer_sizes(profile)
    agent = Transformer(profiles.choose(profile, smoke=8, laptop=32, paper=32), context=FLIPS)
    return [
        replace(each, seed=each.seed + LATER, agent=agent, peak_learning_rate=2e-3, checkpoints=2)
        for each in _first(coins(profile), sizes(profile).coins, size.coins, size.networks)
    ]


def transformers_of_lines(profile: str) -> list[Regressor]:
    """Transformers on the lines of the first LSTMs, with as many episodes in the same batches, in the same order. Heads
    and learning rate are those of transformers on linear functions in two dimensions.

    Raises:
        ValueError: if there is no such profile.
    """
    size = transformer_sizes(profile)
    agent = Transformer(profiles.choose(profile, smoke=8, laptop=32, paper=32), heads=4, context=POINTS)
    return [
        replace(each, seed=each.seed + LATER, agent=agent, learning_rate=3e-3, decay=0.999)
        for each in _first(lines(profile), sizes(profile).lines, size.lines, size.networks)
    ]


def _first(every: Sequence[Spec], diversities: Sequence[int], wanted: Sequence[int], networks: int) -> list[Spec]:
    found = [each for each, tasks in zip(every, cycle(diversities), strict=False) if tasks in wanted]
    return found[: networks * len(wanted)]


def bayesians(task: FixedCoins | FixedFunctions) -> dict[str, Machine]:
    """The two of a set of tasks, by their prior."""
    if isinstance(task, FixedCoins):
        return {"discrete": DiscreteBernoulli(task), "continuous": BetaBernoulli(task.prior)}
    return {"discrete": DiscreteRegression(task), "continuous": RidgeAgent.of(task.prior)}
