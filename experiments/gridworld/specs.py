"""What is trained where runs look at the same walkers in grid worlds, at each size.

One set of hyperparameters serves every lifetime. It is ours, since the source's is not given; only that the discount is
annealed from 0.8 to 1 is (Lange and Sprekeler 2020, supplement A.2). Ours begins at 0.9, for half of training.
"""

from lib.agents.lstm import LSTM
from lib.runner import profiles
from lib.tasks.gridworld import EARLY, STAGED, GridWorld
from lib.training.actor_critic import ActorCritic
from lib.training.schedules import Linear

WORLD = STAGED  # in which walkers of every lifetime grow up
OTHER = EARLY  # with other rewards, to see what they decide


def walker(world: GridWorld, lifetime: int, seed: int, updates: int = 2_500, width: int = 64) -> ActorCritic:
    """One network that grows up with lives of one length.

    The entropy bonus is in units of reward. It begins so large that a network walks at random, whatever that costs, and
    is nearly gone for the last fifth of training.

    Raises:
        ValueError: if the lifetime, the seed, the updates or the width is too small.
    """
    return ActorCritic(
        world,
        seed,
        agent=LSTM(width, input_gain=2.0, orthogonal=True, forget_bias=1.0),
        steps=lifetime,
        batch=128,
        updates=updates,
        peak_learning_rate=5e-3,
        entropy=Linear(0.3, 0.003, 0.8),
        discount=Linear(0.9, 1.0, 0.5),
        checkpoints=12,
    )


def lifetimes(profile: str) -> tuple[int, ...]:
    """For which networks are trained, in steps; the source's figures have these.

    Raises:
        ValueError: if there is no such profile.
    """
    return profiles.choose(profile, smoke=(3, 6, 9), laptop=(5, 10, 20, 50, 100), paper=(5, 10, 20, 50, 100))


def walkers(profile: str) -> list[ActorCritic]:
    """Walkers of every lifetime, all networks of a lifetime together.

    Raises:
        ValueError: if there is no such profile.
    """
    seeds = profiles.choose(profile, smoke=2, laptop=5, paper=10)
    return [_of(profile, WORLD, lifetime, seed) for lifetime in lifetimes(profile) for seed in range(seeds)]


def walkers_elsewhere(profile: str) -> list[ActorCritic]:
    """Walkers with other rewards, with which the optimum is past all three stages at 20 steps.

    Raises:
        ValueError: if there is no such profile.
    """
    some = profiles.choose(profile, smoke=(3, 6), laptop=(5, 10, 20, 50), paper=(5, 10, 20, 50))
    seeds = profiles.choose(profile, smoke=2, laptop=5, paper=10)
    return [_of(profile, OTHER, lifetime, seed) for lifetime in some for seed in range(seeds)]


def _of(profile: str, world: GridWorld, lifetime: int, seed: int) -> ActorCritic:
    updates = profiles.choose(profile, smoke=3, laptop=2_500, paper=12_500)
    width = profiles.choose(profile, smoke=8, laptop=64, paper=64)
    return walker(world, lifetime, seed, updates, width)
