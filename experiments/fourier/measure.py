"""Recorded Learners of sums of sines: the training of a group, and what it had found on its way; the first part of the
training of an LSTM; and what two Bayesians find of single wiggles.
"""

from dataclasses import dataclass

from torch import Tensor, stack, tensor

from lib.checkpoints import log_spaced
from lib.machine import unroll
from lib.optimal.fourier_posterior import FourierPosterior, GaussianFourierPosterior, PhaseTable
from lib.probes.fourier import of_learners
from lib.probes.tangent_kernel import rank, tangent_kernel, wave_rates
from lib.random import generator
from lib.spec import tagged, versioned
from lib.tasks.fourier import Fourier
from lib.tasks.regression import Problems, RegressionTask
from lib.training.checks import check_at_least
from lib.training.loop import Objective, clip_each, fit, one_cycle
from lib.training.regression import RISE, Regressor, squared_error, untrained
from lib.training.single_task import Learners, learn

EVERY = 10  # updates between two looks at a Learner
KERNELS = 6  # looks at the kernel of a Learner, from the first step to the last
MODES = len(Fourier().amplitudes)


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


@versioned("fourier-learners-and-kernels", 1)
def record_with_kernel(spec: Learners) -> dict[str, Tensor]:
    """Let a group learn, look at it every few updates, and at its tangent kernel a few times.

    Returns:
        `update` and `q` as `record_learners` has them; `kernel_update`, at each look at the kernel; `rate`, of each
        wave by the kernel, by (look, learner, mode); `rank` of the kernel, by (look, learner).

    Raises:
        FloatingPointError: if a loss stops being a finite number.
    """
    kernel_looks = log_spaced(spec.updates, KERNELS)
    looks, projections, rates, ranks = [], [], [], []
    for moment in learn(spec):
        if moment.update % EVERY == 0:
            looks.append(moment.update)
            projections.append(of_learners(moment.networks, moment.functions, spec.task, MODES).q)
        if moment.update in kernel_looks:
            kernel = tangent_kernel(moment.networks)
            rates.append(wave_rates(kernel, MODES))
            ranks.append(rank(kernel))
    return {
        "update": tensor(looks),
        "q": stack(projections),
        "kernel_update": tensor(kernel_looks),
        "rate": stack(rates),
        "rank": stack(ranks),
    }


@tagged("FirstPart")
@dataclass(frozen=True)
class FirstPart:
    """The first updates of a training by one cycle, with the learning rates that they have in the whole. At one rate
    throughout the first part is no other than a shorter training.

    Raises:
        ValueError: if there is no update, or there are more than the whole has, or fewer than two checkpoints, or the
            whole is no cycle.
    """

    whole: Regressor
    updates: int
    checkpoints: int = 60

    def __post_init__(self) -> None:
        check_at_least(self, updates=1, checkpoints=2)
        if self.updates > self.whole.updates:
            raise ValueError(f"updates is {self.updates}; the whole has {self.whole.updates}")
        if self.whole.optimiser != "one-cycle":
            raise ValueError(f"optimiser is {self.whole.optimiser!r}; it must be one-cycle")

    @property
    def task(self) -> RegressionTask:
        """That of the whole."""
        return self.whole.task

    @property
    def steps(self) -> int:
        """Of an episode."""
        return self.whole.steps

    @property
    def episodes(self) -> int:
        """How many episodes the network sees."""
        return self.whole.batch * self.updates


@versioned("first-part", 1)
def train_first_part(spec: FirstPart, progress: bool = False) -> dict[str, Tensor]:
    """Train one network by squared error, and stop after the first part.

    Returns:
        `loss` and weights at checkpoints, as `lib.training.regression.train` returns them.

    Raises:
        FloatingPointError: if the loss stops being a finite number.
    """
    whole = spec.whole
    agent, rng = untrained(whole), generator("train", whole.seed)
    weights = list(agent.parameters())
    cycle = one_cycle(weights, whole.learning_rate, whole.updates, clip_each(weights), RISE, momentum=False)
    objective = Objective[Problems](
        curve="loss",
        draw=lambda: whole.task.sample(whole.batch, whole.steps, rng),
        loss=lambda problems, _: squared_error(agent, problems),
        measure=lambda _, loss: loss,
        shown="squared error {:.3f}",
    )
    return fit(agent, objective, cycle, spec, progress)


@tagged("AskedBayesians")
@dataclass(frozen=True)
class AskedBayesians:
    """Episodes in which both posteriors over wiggles are asked what they have found.

    Attributes:
        world: of the wiggles.
        episodes: each with a wiggle of its own.
        bins: phases of each frequency in the table.
        steps: of an episode, at each of which the linear posterior is asked.
        first: points seen when the table, which takes long to answer, is asked first.
        last: when it is asked last.

    Raises:
        ValueError: if there is no episode, or the table is asked at no step of it.
    """

    world: Fourier
    episodes: int
    bins: int = 16
    steps: int = 12
    first: int = 5
    last: int = 9

    def __post_init__(self) -> None:
        check_at_least(self, episodes=1, steps=1)
        if not 0 <= self.first <= self.last < self.steps:
            raise ValueError(
                f"first is {self.first}, last {self.last}; both must be among {self.steps} steps, in order"
            )


@versioned("asked-bayesians", 1)
def ask_bayesians(spec: AskedBayesians) -> dict[str, Tensor]:
    """What posteriors have found of each wave: q of equation (10).

    Returns:
        `points`, seen before the table was asked; `table`, by (wiggle, point, mode); `linear`, by (wiggle, step, mode).
    """
    linear, table = GaussianFourierPosterior(spec.world), PhaseTable(spec.world, spec.bins)
    wiggles = spec.world.sample(spec.episodes, spec.steps, generator("wiggles again", 0))
    states, truth = unroll(linear, wiggles.inputs).states, wiggles.functions[:, None]  # both have the same state

    def found(machine: FourierPosterior, moments: range) -> Tensor:
        believed = stack([machine.coefficients(states[:, moment]) for moment in moments], dim=1)
        return (believed * truth).sum(dim=-1) / truth.square().sum(dim=-1)

    points = range(spec.first, spec.last + 1)
    return {"points": tensor(points), "table": found(table, points), "linear": found(linear, range(spec.steps))}
