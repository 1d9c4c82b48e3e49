"""Those that learn one wiggle over training: the source's deep networks, and an LSTM in their place, at each size."""

from torch import Tensor, stack, tensor

from lib.agents.lstm import LSTM
from lib.probes.fourier import of_learners
from lib.runner import profiles
from lib.spec import versioned
from lib.tasks.fourier import Fourier
from lib.training.regression import Regressor
from lib.training.single_task import Learners, learn

WORLD = Fourier()
EVERY = 10  # updates between two looks at a Learner
MODES = len(WORLD.amplitudes)


def learners(profile: str) -> list[Learners]:
    """Groups of Learners of one wiggle each: Rabinowitz 2019, appendix A.3.

    Raises:
        ValueError: if there is no such profile.
    """
    groups = profiles.choose(profile, smoke=2, laptop=2, paper=20)
    count = profiles.choose(profile, smoke=2, laptop=5, paper=5)
    hidden = profiles.choose(profile, smoke=(8,) * 2, laptop=(256,) * 5, paper=(256,) * 5)
    updates = profiles.choose(profile, smoke=40, laptop=5_000, paper=5_000)
    return [Learners(WORLD, seed, count, hidden, True, None, "adam", 1e-4, 40, updates) for seed in range(groups)]


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
        for number in range(profiles.choose(profile, smoke=2, laptop=networks, paper=networks))
    ]


@versioned("fourier-learners", 1)
def record_learners(spec: Learners) -> dict[str, Tensor]:
    """Let a group learn, and look at it every few updates.

    Returns:
        `update`, at each look; `q` of equation (10), by (look, learner, mode); `error`, the mean square distance from
        the truth on the grid, by (look, learner).

    Raises:
        FloatingPointError: if a loss stops being a finite number.
    """
    looks, projections, errors = [], [], []
    for moment in learn(spec):
        if moment.update % EVERY == 0:
            found = of_learners(moment.networks, moment.functions, spec.task, MODES)
            looks.append(moment.update)
            projections.append(found.q)
            errors.append(found.errors)
    return {"update": tensor(looks), "q": stack(projections), "error": stack(errors)}
