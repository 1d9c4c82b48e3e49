"""Learners and Meta-Learners of sums of sines, at each size; and LSTMs that learn one function over training.

Meta-Learners begin in two ways: with torch's own weights, which is how we read the source, and with ours, which learn
in a hundredth of its episodes. What is learned first may depend on that.
"""

from lib.agents.lstm import LSTM, TiledLSTM
from lib.runner import profiles
from lib.tasks.fourier import Fourier
from lib.training.regression import Regressor
from lib.training.single_task import Learners

STEPS = 40  # of an episode: the source's
WORLDS = {
    "all": Fourier(),
    "band": Fourier((0.0, 0.0, 1.0, 1.0, 1.0)),
    "varied": Fourier(varied=True),
}


def learners(profile: str) -> list[Learners]:
    """Groups of Learners of one wiggle each: Rabinowitz 2019, appendix A.3.

    Raises:
        ValueError: if there is no such profile.
    """
    groups = profiles.choose(profile, smoke=2, laptop=2, paper=20)
    count = profiles.choose(profile, smoke=2, laptop=5, paper=5)
    hidden = profiles.choose(profile, smoke=(8,) * 2, laptop=(256,) * 5, paper=(256,) * 5)
    updates = profiles.choose(profile, smoke=40, laptop=5_000, paper=5_000)
    return [
        Learners(WORLDS["all"], seed, count, hidden, True, None, "adam", 1e-4, 40, updates) for seed in range(groups)
    ]


def meta_learners(profile: str, world: str, networks: int) -> list[Regressor]:
    """Meta-Learners of wiggles, begun our way.

    Raises:
        KeyError: if there is no such world.
        ValueError: if there is no such profile.
    """
    updates = profiles.choose(profile, smoke=6, laptop=6_000, paper=60_000)
    agent = TiledLSTM(profiles.choose(profile, smoke=8, laptop=64, paper=64))
    return [
        Regressor(WORLDS[world], seed, agent, STEPS, updates=updates, learning_rate=2e-2)
        for seed in range(_at(profile, networks))
    ]


def plain_meta_learners(profile: str, networks: int) -> list[Regressor]:
    """Meta-Learners of wiggles, begun the source's way, with fewer episodes and as much larger a learning rate.

    Raises:
        ValueError: if there is no such profile.
    """
    updates = profiles.choose(profile, smoke=6, laptop=6_000, paper=400_000)
    width = profiles.choose(profile, smoke=8, laptop=64, paper=64)
    return [
        Regressor(WORLDS["all"], seed, LSTM(width), STEPS, 200, updates, "adam", 3e-3)
        for seed in range(_at(profile, networks))
    ]


def single(profile: str, networks: int) -> list[Regressor]:
    """LSTMs that see one and the same wiggle in every episode, with torch's own weights to begin with.

    They have nothing to remember, so episodes may be short; and the source's learning rate would need more updates than
    we can pay for.

    Raises:
        ValueError: if there is no such profile.
    """
    width = profiles.choose(profile, smoke=8, laptop=64, paper=64)
    steps = profiles.choose(profile, smoke=4, laptop=10, paper=40)
    batch = profiles.choose(profile, smoke=8, laptop=64, paper=200)
    updates = profiles.choose(profile, smoke=6, laptop=6_000, paper=400_000)
    rate = profiles.choose(profile, smoke=1e-2, laptop=1e-2, paper=1e-4)
    return [
        Regressor(Fourier(only=number), number, LSTM(width), steps, batch, updates, "adam", rate, 60)
        for number in range(_at(profile, networks))
    ]


def _at(profile: str, networks: int) -> int:
    return profiles.choose(profile, smoke=2, laptop=networks, paper=networks)
