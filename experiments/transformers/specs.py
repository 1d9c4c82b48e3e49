"""What is trained in the place of LSTMs, at each size: transformers, and GRUs beside them."""

from dataclasses import replace

from experiments.bandits.specs import players as lstm_players
from experiments.fourier.specs import WORLDS, meta_learners
from experiments.prediction.specs import ensemble
from lib.agents.gru import GRU
from lib.agents.transformer import Transformer
from lib.probes.benchmark import BANDITS, PREDICTION, STEPS
from lib.runner import profiles
from lib.tasks.linear import LinearMap
from lib.training.actor_critic import ActorCritic
from lib.training.regression import Regressor
from lib.training.supervised import Supervised

FIRST_SEED = 30_000  # no network that a recipe was tried on has these
LINES = 20  # steps of an episode about a linear function, as for LSTMs
LINE = LinearMap(2)
WIGGLE = WORLDS["all"]


def predictors(profile: str) -> list[Supervised]:
    """Transformers on the ten prediction tasks, the first network of every task before the second of any. `laptop` has
    half of the LSTM's episodes, in batches of half the size.

    Raises:
        ValueError: if there is no such profile.
    """
    networks, updates = profiles.choose(profile, smoke=(2, 4), laptop=(5, 2_000), paper=(10, 100_000))
    batch, width = profiles.choose(profile, smoke=(8, 8), laptop=(64, 32), paper=(128, 32))
    return [
        Supervised(
            row.task,
            FIRST_SEED + run,
            Transformer(width),
            steps=STEPS,
            batch=batch,
            updates=updates,
            peak_learning_rate=2e-3,
            checkpoints=8,
        )
        for run in range(networks)
        for row in PREDICTION
    ]


def gated(profile: str) -> list[Supervised]:
    """GRUs on the ten prediction tasks, trained as the LSTMs were: as wide, with as many episodes, in the same batches
    and at the same learning rate. The first network of every task comes before the second of any.

    Raises:
        ValueError: if there is no such profile.
    """
    networks, width = profiles.choose(profile, smoke=(2, 8), laptop=(3, 32), paper=(10, 32))
    return _gated(profile, width, range(networks))


def gated_again(profile: str) -> list[Supervised]:
    """GRUs of the next seeds, trained as those of `gated`.

    Raises:
        ValueError: if there is no such profile.
    """
    networks, width = profiles.choose(profile, smoke=(1, 8), laptop=(2, 32), paper=(10, 32))
    known = len(gated(profile)) // len(PREDICTION)
    return _gated(profile, width, range(known, known + networks))


def _gated(profile: str, width: int, runs: range) -> list[Supervised]:
    updates = ensemble(profile).updates
    return [
        Supervised(row.task, FIRST_SEED + 1_000 + run, GRU(width), steps=STEPS, updates=updates, checkpoints=2)
        for run in runs
        for row in PREDICTION
    ]


def players(profile: str) -> list[ActorCritic]:
    """Transformers that play the four bandits, trained as the LSTMs were: by the same actor-critic, with as many
    episodes, in the same batches, at the same learning rate and price of entropy. The first network of every bandit
    comes before the second of any.

    Raises:
        ValueError: if there is no such profile.
    """
    networks, width = profiles.choose(profile, smoke=(2, 8), laptop=(5, 32), paper=(10, 32))
    agent = Transformer(width, context=STEPS)
    return [
        replace(lstm_players(profile, (row,))[0], seed=FIRST_SEED + 2_000 + run, agent=agent, checkpoints=2)
        for run in range(networks)
        for row in BANDITS
    ]


def regressors(profile: str) -> list[Regressor]:
    """Transformers on linear functions in two dimensions. `laptop` has a little more than a hundredth of the source's
    episodes.

    Raises:
        ValueError: if there is no such profile.
    """
    networks, updates = profiles.choose(profile, smoke=(2, 4), laptop=(5, 4_000), paper=(10, 60_000))
    batch, width = profiles.choose(profile, smoke=(8, 8), laptop=(32, 32), paper=(128, 32))
    agent = Transformer(width, heads=4)
    return [
        Regressor(LINE, FIRST_SEED + 500 + run, agent, LINES, batch, updates, learning_rate=3e-3, checkpoints=24)
        for run in range(networks)
    ]


def wigglers(profile: str) -> list[Regressor]:
    """Transformers on sums of sines, with as many episodes as the LSTMs had, in the same batches. Their encoders begin
    as these LSTMs' units, by tiling the interval of x, less steeply.

    Raises:
        ValueError: if there is no such profile.
    """
    networks, width = profiles.choose(profile, smoke=(2, 8), laptop=(3, 32), paper=(10, 32))
    lstm = meta_learners(profile, "all", 1)[0]
    agent = Transformer(width, heads=4, context=lstm.steps, steepness=8.0)
    return [replace(lstm, seed=FIRST_SEED + 700 + run, agent=agent, learning_rate=3e-3) for run in range(networks)]
