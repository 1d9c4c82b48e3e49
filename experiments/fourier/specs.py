"""Learners and Meta-Learners of sums of sines, at each size; and LSTMs that learn one function over training.

Learners begin with torch's own weights or with those that Sonnet v1 gives (`lib.agents.init`), Meta-Learners with
torch's or with ours, which learn in a hundredth of the source's episodes. What is learned first may depend on that.
"""

from dataclasses import replace

from experiments.fourier.measure import AskedBayesians, FirstPart
from experiments.prediction.specs_order import fresh_seeds
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


def fresh_learners(profile: str, beginning: str) -> list[Learners]:
    """Groups of Learners on fresh seeds, with first weights of one of `lib.agents.init.BEGINNINGS`: many that begin as
    Sonnet's networks, fewer that begin as torch's.

    Raises:
        ValueError: if there is no such profile or beginning.
    """
    groups = {"sonnet": 8, "torch": 2}.get(beginning, 1) * profiles.choose(profile, smoke=1, laptop=1, paper=5)
    spec = replace(learners(profile)[0], beginning=beginning)
    return [replace(spec, seed=seed) for seed in fresh_seeds(profile, groups)]


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


def fresh_meta_learners(profile: str, world: str, networks: int) -> list[Regressor]:
    """Meta-Learners as `meta_learners` has them, on fresh seeds.

    Raises:
        KeyError: if there is no such world.
        ValueError: if there is no such profile.
    """
    spec = meta_learners(profile, world, 1)[0]
    return [replace(spec, seed=seed) for seed in fresh_seeds(profile, networks)]


def plain_meta_learners(profile: str, networks: int) -> list[Regressor]:
    """Meta-Learners of wiggles, begun with torch's own weights, with one learning rate throughout: larger than the
    source's, for fewer episodes.

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


def fresh_single(profile: str, networks: int) -> list[Regressor]:
    """LSTMs as `single` has them, on fresh wiggles and seeds.

    Raises:
        ValueError: if there is no such profile.
    """
    return [_of_one_wiggle(single(profile, 1)[0], number) for number in fresh_seeds(profile, networks)]


def matched_single(profile: str, networks: int) -> list[FirstPart]:
    """The control for `single`: LSTMs that see one wiggle, and in all else are Meta-Learners. First weights, optimiser,
    batch, length of an episode and course of the learning rate are those of `meta_learners`. One wiggle takes less
    than a world of them, so at laptop size only the first quarter of the updates is trained.

    Raises:
        ValueError: if there is no such profile.
    """
    spec = meta_learners(profile, "all", 1)[0]
    updates = profiles.choose(profile, smoke=6, laptop=1_500, paper=60_000)
    return [FirstPart(_of_one_wiggle(spec, number), updates) for number in fresh_seeds(profile, networks)]


def asked_bayesians(profile: str) -> AskedBayesians:
    """Wiggles for the table of phases and the linear posterior.

    Raises:
        ValueError: if there is no such profile.
    """
    episodes, bins = profiles.choose(profile, smoke=(4, 4), laptop=(120, 16), paper=(2_000, 16))
    return AskedBayesians(WORLDS["all"], episodes, bins)


def _of_one_wiggle(spec: Regressor, number: int) -> Regressor:
    return replace(spec, task=Fourier(only=number), seed=number)


def _at(profile: str, networks: int) -> int:
    return profiles.choose(profile, smoke=2, laptop=networks, paper=networks)
