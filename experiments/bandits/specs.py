"""What is trained where several runs look at the same players of bandits, at each size."""

from dataclasses import replace

from experiments.prediction.specs import Ensemble
from lib.agents.lstm import DeepLSTM
from lib.probes.benchmark import BANDITS, STEPS, Row
from lib.runner import profiles
from lib.tasks.bandits import GaussianBandit
from lib.training.actor_critic import ActorCritic
from lib.training.schedules import Linear


def ensemble(profile: str) -> Ensemble:
    """How many networks a bandit gets, and for how many updates of 256 episodes each is trained.

    The source's budget is not known. `paper` takes ten times the episodes of `laptop`.

    Raises:
        ValueError: if there is no such profile.
    """
    return profiles.choose(profile, smoke=Ensemble(2, 10), laptop=Ensemble(10, 1_500), paper=Ensemble(10, 15_000))


THIRD_SEEDS = 200  # the first of a third ensemble; no other run has them
TIGHT, LONGER = "arms 2, 1", 3  # where greed misses least, and how many times as many updates its players get there


def third_players(profile: str) -> dict[Row, list[ActorCritic]]:
    """A third ensemble: players of all bandits by the recipe of the first, on other seeds; of one bandit for longer.

    Raises:
        ValueError: if there is no such profile.
    """
    networks = profiles.choose(profile, smoke=2, laptop=5, paper=10)
    first = {row: players(profile, (row,))[0] for row in BANDITS}
    return {
        row: [
            replace(spec, seed=THIRD_SEEDS + run, updates=spec.updates * (LONGER if row.name == TIGHT else 1))
            for run in range(networks)
        ]
        for row, spec in first.items()
    }


FOURTH_SEEDS = 300  # the first of a fourth ensemble; no other run has them


def gaussian_players(profile: str) -> dict[Row, list[ActorCritic]]:
    """A fourth ensemble: players of the bandits with Gaussian arms by the recipe of the first, on other seeds.

    Raises:
        ValueError: if there is no such profile.
    """
    rows = [row for row in BANDITS if isinstance(row.task, GaussianBandit)]
    networks = len(next(iter(third_players(profile).values())))
    return {
        row: [replace(players(profile, (row,))[0], seed=FOURTH_SEEDS + run) for run in range(networks)] for row in rows
    }


def width(profile: str) -> int:
    """Units in each layer. The source has 256; `laptop` takes a quarter of that.

    Raises:
        ValueError: if there is no such profile.
    """
    return profiles.choose(profile, smoke=8, laptop=64, paper=256)


def players(
    profile: str, rows: tuple[Row, ...] = BANDITS, discount: float = 1.0, units: int | None = None
) -> list[ActorCritic]:
    """The players of these bandits, all networks of a bandit together.

    Args:
        profile: the size.
        rows: the bandits.
        discount: of a reward one step later, in what they are trained to collect.
        units: in each layer, if not what the profile has.

    Raises:
        ValueError: if there is no such profile.
    """
    size = ensemble(profile)
    return [
        ActorCritic(
            row.task,
            seed,
            agent=DeepLSTM(units or width(profile)),
            steps=STEPS,
            updates=size.updates,
            discount=Linear(discount, discount),
        )
        for row in rows
        for seed in range(size.networks)
    ]
