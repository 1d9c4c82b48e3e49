"""A second ensemble of players of the source's bandit, for whom entropy has one low price throughout.

Ours: the first ensemble pays for entropy early on and then ever less, so that the price decides when a step is learned.
"""

from experiments.bandits import specs
from experiments.prediction.specs_order import CHECKPOINTS, CONSTANT_RATE, fresh_seeds
from lib.agents.lstm import DeepLSTM
from lib.probes.benchmark import SOURCES_BANDIT, STEPS
from lib.runner import profiles
from lib.training.actor_critic import ActorCritic
from lib.training.loop import CONSTANT
from lib.training.schedules import Linear

PRICE = 0.01  # of entropy, in reward a nat
BATCH = 128  # episodes
WIDTHS = (8, 32, 64, 128)  # units, of which the ensemble has 64


def constant_price_players(profile: str, networks: int = 10, units: int | None = None) -> list[ActorCritic]:
    """Players on fresh seeds: one price of entropy and one learning rate throughout.

    Args:
        profile: the size.
        networks: how many; two in a smoke run.
        units: in each layer, if not what the profile has.

    Raises:
        ValueError: if there is no such profile.
    """
    return [
        ActorCritic(
            SOURCES_BANDIT.task,
            seed,
            agent=DeepLSTM(units or specs.width(profile)),
            steps=STEPS,
            batch=BATCH,
            updates=specs.ensemble(profile).updates,
            peak_learning_rate=CONSTANT_RATE,
            entropy=Linear(PRICE, PRICE),
            checkpoints=CHECKPOINTS,
            schedule=CONSTANT,
        )
        for seed in fresh_seeds(profile, networks)
    ]


def players_by_width(profile: str) -> dict[int, list[ActorCritic]]:
    """The same for several widths, three networks of each.

    Raises:
        ValueError: if there is no such profile.
    """
    widths = profiles.choose(profile, smoke=(4, 8), laptop=WIDTHS, paper=(*WIDTHS, 256))
    return {units: constant_price_players(profile, 3, units) for units in widths}
