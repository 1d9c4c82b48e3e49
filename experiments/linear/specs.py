"""What is trained where several runs look at the same Meta-Learners of linear functions, at each size.

Networks begin in three ways: with torch's weights; with Sonnet's, which the source is likely to have used, though it
does not say so; and with ours, which learn in a fraction of its episodes. What is learned first may depend on that.
"""

from experiments.prediction.specs_order import fresh_seeds
from lib.agents.lstm import LSTM
from lib.runner import profiles
from lib.tasks.linear import LinearMap
from lib.tasks.random_matrices import MatrixNormal, OneMatrix, UniformSpectrum
from lib.training.regression import Regressor

LINES = 20  # steps of an episode: the source's
PAIR = (2.5, 0.05)  # singular values of a target: fifty to one, both within the prior
WITHIN = (PAIR, (2.2, 0.1), (1.8, 0.2), (1.4, 0.4), (1.0, 0.7))
BEYOND = ((3.0, 0.5), (4.0, 0.5), (5.0, 0.5), (7.0, 0.5), (10.0, 0.5), (16.0, 0.5))
TWO = WITHIN + BEYOND
TEN = tuple((10 * large, 10 * small) for large, small in TWO)
EVEN = (*WITHIN, (1.6, 1.2), (2.0, 1.3), (2.9, 2.4), (3.0, 0.5))  # for a prior from 1 to 3
ON_THE_WAY = ((2.4, 0.2), (1.775, 0.519), (1.2, 0.8))  # of those that are looked at during training
ONE = ((2.5, 0.5), (1.5, 0.75))  # singular values of worlds with a single function in them
MEAN = (3.644, 2.587, 1.737, 0.979, 0.307)  # the mean spectrum of 5 x 5 matrices of standard normal numbers
FIVE = (MEAN, (4.0, 2.0, 1.0, 0.4, 0.08), tuple(value / 2 for value in MEAN))
LINEAR = {
    "2D": LinearMap(2),
    "5D": LinearMap(5),
    "2D, alpha 10": LinearMap(2, MatrixNormal(10.0)),
    "2D, uniform": LinearMap(2, UniformSpectrum(1.0, 3.0)),
}


def linear(profile: str, world: str, networks: int) -> list[Regressor]:
    """Meta-Learners of linear functions, begun our way.

    Where matrices are ten times as large, weights of the inputs are a tenth: else they drive the gates to their ends
    from the first update on, and networks never quite learn the world that they grow up in.

    Raises:
        KeyError: if there is no such world.
        ValueError: if there is no such profile.
    """
    task = LINEAR[world]
    batches = profiles.choose(profile, smoke=3, laptop=12_500, paper=60_000)
    narrow = profiles.choose(profile, smoke=8, laptop=64, paper=64)
    if task.size == 2:
        gain = 0.3 if task.prior == MatrixNormal(10.0) else 3.0
        agent, batch, updates, rate = LSTM(narrow, gain, True, 1.0), 64, 2 * batches, 4e-2
    else:
        agent, batch, updates, rate = LSTM(2 * narrow, 2.0, True, 1.0), 128, batches, 1.5e-2
    return [
        Regressor(task, seed, agent, LINES, batch, updates, learning_rate=rate)
        for seed in range(_at(profile, networks))
    ]


def plain_linear(profile: str, optimiser: str, networks: int) -> list[Regressor]:
    """Meta-Learners of linear functions in two dimensions with torch's first weights and the source's optimisers, on
    fewer episodes.

    Raises:
        KeyError: if there is no such optimiser.
        ValueError: if there is no such profile.
    """
    updates = profiles.choose(profile, smoke=6, laptop=6_000, paper=40_000 if optimiser == "adam" else 400_000)
    rate = {"adam": 1e-3, "sgd": 1e-2}[optimiser]
    width = profiles.choose(profile, smoke=8, laptop=64, paper=64)
    return [
        Regressor(LINEAR["2D"], seed, LSTM(width), LINES, 200, updates, optimiser, rate)
        for seed in range(_at(profile, networks))
    ]


def hundredth(profile: str, world: str, networks: int, batch: int = 32, updates: int = 2_500) -> list[Regressor]:
    """Fresh Meta-Learners of linear functions in two dimensions, on a hundredth of the source's episodes with Adam, or
    as many as asked for. They are twice as wide as the source's.

    Args:
        profile: the size of the run.
        world: which.
        networks: how many.
        batch: episodes in an update.
        updates: in the laptop profile.

    Raises:
        KeyError: if there is no such world.
        ValueError: if there is no such profile.
    """
    task = LINEAR[world]
    scale = task.prior.alpha if isinstance(task.prior, MatrixNormal) else 1.0
    updates = profiles.choose(profile, smoke=6, laptop=updates, paper=10 * updates)
    agent = LSTM(profiles.choose(profile, smoke=8, laptop=128, paper=128), 3.0, True, 1.0)
    return [
        Regressor(task, seed, agent, LINES, batch, updates, learning_rate=2e-2, scale=scale, decay=0.99)
        for seed in fresh_seeds(profile, networks)
    ]


def fresh_five(profile: str, networks: int) -> list[Regressor]:
    """Fresh Meta-Learners of linear functions in five dimensions, on a twenty-fifth of the source's episodes with Adam.

    Raises:
        ValueError: if there is no such profile.
    """
    updates = profiles.choose(profile, smoke=6, laptop=5_000, paper=50_000)
    agent = LSTM(profiles.choose(profile, smoke=8, laptop=128, paper=128), 2.0, True, 1.0)
    return [
        Regressor(LINEAR["5D"], seed, agent, LINES, 64, updates, learning_rate=1.5e-2)
        for seed in fresh_seeds(profile, networks)
    ]


def sonnet_linear(profile: str, optimiser: str, networks: int) -> list[Regressor]:
    """Fresh Meta-Learners in two dimensions with Sonnet's first weights, at one learning rate throughout: ten times the
    source's with plain gradient descent ("sgd"), thirty times with Adam ("adam").

    Raises:
        KeyError: if there is no such optimiser.
        ValueError: if there is no such profile.
    """
    rate, batches = {"sgd": (0.1, 3_600), "adam": (3e-3, 2_500)}[optimiser]
    updates = profiles.choose(profile, smoke=6, laptop=batches, paper=10 * batches)
    agent = LSTM(profiles.choose(profile, smoke=8, laptop=64, paper=64), beginning="sonnet")
    return [
        Regressor(LINEAR["2D"], seed, agent, LINES, 32, updates, optimiser, rate, checkpoints=40)
        for seed in fresh_seeds(profile, networks)
    ]


def single_function(profile: str, networks: int) -> list[list[Regressor]]:
    """The Meta-Learner's network in worlds that hold one function each, where it is a Learner: torch's first weights,
    plain gradient descent.

    Raises:
        ValueError: if there is no such profile.
    """
    width = profiles.choose(profile, smoke=8, laptop=64, paper=64)
    updates = profiles.choose(profile, smoke=6, laptop=1_400, paper=10_000)

    def network(values: tuple[float, float], seed: int) -> Regressor:
        task = LinearMap(2, OneMatrix(values, seed))
        return Regressor(task, seed, LSTM(width), LINES, 200, updates, "sgd", 1e-2, 60)

    return [[network(values, seed) for seed in fresh_seeds(profile, networks)] for values in ONE]


def matched_single_function(profile: str, networks: int) -> list[list[Regressor]]:
    """The same with what our Meta-Learners in two dimensions have: width, first weights, optimiser and peak of the
    learning rate, on a hundredth of the source's episodes. The world differs: it holds one function.

    Raises:
        ValueError: if there is no such profile.
    """
    width = profiles.choose(profile, smoke=8, laptop=64, paper=64)
    updates = profiles.choose(profile, smoke=6, laptop=2_500, paper=25_000)
    agent = LSTM(width, 3.0, True, 1.0)

    def network(values: tuple[float, float], seed: int) -> Regressor:
        task = LinearMap(2, OneMatrix(values, seed))
        return Regressor(task, seed, agent, LINES, 32, updates, learning_rate=4e-2, checkpoints=120)

    return [[network(values, seed) for seed in fresh_seeds(profile, networks)] for values in ONE]


def _at(profile: str, networks: int) -> int:
    return profiles.choose(profile, smoke=2, laptop=networks, paper=networks)
