"""What is trained where runs look at the same walkers in grid worlds, at each size.

One set of hyperparameters serves every lifetime. It is ours, since the source's is not given; only that the discount is
annealed from 0.8 to 1 is (Lange and Sprekeler 2020, supplement A.2). Ours begins at 0.9, for half of training.
"""

from dataclasses import replace

from experiments.prediction.specs_order import fresh_seeds
from lib.agents.lstm import LSTM
from lib.runner import profiles
from lib.tasks.gridworld import EARLY, STAGED, GridWorld
from lib.training.actor_critic import ActorCritic
from lib.training.schedules import Linear
from lib.training.two_cycles import TwoCycles

WORLD = STAGED  # in which walkers of every lifetime grow up
OTHER = EARLY  # with other rewards, to see what they decide
SECOND_LUCK = 1_000_000  # added to the seed, for the luck of the second cycle


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


def in_two_cycles(lifetime: int, seed: int, updates: tuple[int, int] = (1_500, 1_000), width: int = 64) -> TwoCycles:
    """One network that grows up where little goals are worth less, and then with the rewards of `WORLD`.

    By the recipe above, networks of long lives settle for the medium goal while they are still paid to wander. In the
    first cycle, with the rewards of `OTHER`, they learn to look for the high one. In the second they are paid to wander
    again, less than at first, and look ahead to the end of life from the start.

    Raises:
        ValueError: if the lifetime, the seed, the updates or the width is too small.
    """
    first = replace(walker(OTHER, lifetime, seed, updates[0], width), batch=64)
    second = replace(
        first,
        task=WORLD,
        seed=seed + SECOND_LUCK,
        updates=updates[1],
        entropy=Linear(0.08, 0.003, 0.8),
        discount=Linear(1.0, 1.0),
    )
    return TwoCycles(first, second)


def cold(spec: TwoCycles) -> TwoCycles:
    """The same with a second cycle that pays little for wandering and takes small steps: what a network does already
    can hardly be unlearned in it.
    """
    second = replace(spec.second, peak_learning_rate=2e-3, entropy=Linear(0.02, 0.003, 0.8))
    return replace(spec, second=second)


def walkers_again(profile: str) -> list[TwoCycles]:
    """Walkers of every lifetime, trained in two cycles, with seeds that no other run has; all networks of a lifetime
    together.

    Raises:
        ValueError: if there is no such profile.
    """
    seeds = fresh_seeds(profile, profiles.choose(profile, smoke=2, laptop=5, paper=10))
    updates = profiles.choose(profile, smoke=(3, 3), laptop=(1_500, 1_000), paper=(7_500, 5_000))
    width = profiles.choose(profile, smoke=8, laptop=64, paper=64)
    return [in_two_cycles(lifetime, seed, updates, width) for lifetime in lifetimes(profile) for seed in seeds]


def walkers_cold(profile: str) -> list[TwoCycles]:
    """Of the same networks those in whose lifetimes the two sets of rewards ask for different goals, with a cold second
    cycle.

    Raises:
        ValueError: if there is no such profile.
    """
    asked = profiles.choose(profile, smoke=(6,), laptop=(10, 20), paper=(10, 20))
    return [cold(spec) for spec in walkers_again(profile) if spec.steps in asked]
