"""What is trained where several runs look at the same explorers of one-armed worlds, at each size.

One set of hyperparameters serves every world and every lifetime, as Lange and Sprekeler 2020 demand; which, is ours,
since theirs are not given.
"""

from lib.agents.blueprints import Lean
from lib.tasks.one_armed import OneArmed
from lib.training.actor_critic import ActorCritic
from lib.training.schedules import Linear


def explorer(sigma_p: float, sigma_l: float, lifetime: int, seed: int, updates: int = 1_500) -> ActorCritic:
    """One network that grows up in one world.

    The entropy bonus is in units of reward. It begins so large that a network pulls the unknown arm about as often as
    not, whatever that costs, and is nearly gone for the last fifth of training. Rewards are never discounted.

    Raises:
        ValueError: if there is no such world.
    """
    return ActorCritic(
        OneArmed(sigma_p, sigma_l),
        seed,
        agent=Lean(48, input_gain=2.0, orthogonal=True, forget=1.0),
        steps=lifetime,
        batch=128,
        updates=updates,
        peak_learning_rate=5e-3,
        entropy=Linear(1.0, 0.02, 0.8),
        discount=Linear(1.0, 1.0),
        checkpoints=12,
    )
