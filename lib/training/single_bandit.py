"""Learners of contextual bandits: softmax policies, one bandit each, by policy gradient. Many run as one program.

Source: Rabinowitz 2019, section 5.1, equations (11) to (13), and appendix A.5; after Schaul et al. 2019.

A policy has a logit for each action: W c + b, with c one-hot. The bias b couples contexts: what is learned in one is
done in all. Separate Learners have a bias for each context, and are alike otherwise.

How strongly it couples them is a matter of rates. Let plain gradient ascent move b at gamma times the rate of W. If s_c
is the slope of the return along the logits of context c, the logits of c move along s_c + gamma (s_1 + s_2 + ...). The
neural tangent kernel of the policy is thus 1 + gamma within a context and gamma between two, and their cosine in it,
gamma / (1 + gamma), is the interference of Schaul et al. 2019, section 2.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from lib.random import generator
from lib.spec import added, tagged, versioned
from lib.tasks.contextual import Contextual
from lib.training.checks import check_at_least, check_one_of

Array = np.ndarray
DECAY, DECAY_OF_SQUARES, TINY = 0.9, 0.999, 1e-8  # Adam's own


@tagged("PolicyLearners")
@dataclass(frozen=True)
class PolicyLearners:
    """Everything that determines a group of Learners, each with a bandit of its own.

    Attributes:
        task: the world from which their bandits are drawn, one each.
        seed: of the group.
        count: how many Learners.
        coupled: whether contexts share their biases.
        gradient: "sampled" is REINFORCE on batches, without a baseline; "exact" takes its expectation instead.
        optimiser: "adam" or "sgd".
        learning_rate: of the weights, throughout.
        batch: actions in a step, over all contexts.
        updates: steps at most.
        enough: a Learner is done when it is right with this probability, averaged over contexts.
        spread: standard deviation of the first weights, drawn from a normal distribution that is cut off at two of
            them; biases begin at 0.
        moments: how often a group is looked at, from the first step to the last, by a constant factor later each time.
        coupling: gamma, the rate of the biases over that of the weights.
        bias_spread: standard deviation of the first biases, drawn as the weights are.
        epsilon: Adam's.
        baseline: whether REINFORCE takes the mean reward of a batch off each of its rewards.
        one_context: whether all actions of a batch are taken in the same context, drawn anew for each batch.

    Raises:
        ValueError: if a number is outside its range, or there is no such gradient or optimiser.
    """

    task: Contextual = Contextual(conflict=True)  # noqa: RUF009 (frozen)
    seed: int = 0
    count: int = 50
    coupled: bool = True
    gradient: str = "sampled"
    optimiser: str = "adam"
    learning_rate: float = 1e-4
    batch: int = 200
    updates: int = 1_000_000
    enough: float = 0.98
    spread: float = 5**-0.5
    moments: int = 400
    coupling: float = added(1.0)
    bias_spread: float = added(0.0)
    epsilon: float = added(TINY)
    baseline: bool = added(False)
    one_context: bool = added(False)

    def __post_init__(self) -> None:
        check_at_least(self, seed=0, count=1, batch=1, updates=1, moments=2)
        for name in ("learning_rate", "spread", "epsilon"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be positive")
        for name in ("coupling", "bias_spread"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be 0 or more")
        if not 0 < self.enough < 1:
            raise ValueError(f"enough is {self.enough}; it must lie between 0 and 1")
        check_one_of("gradient", self.gradient, ("sampled", "exact"))
        check_one_of("optimiser", self.optimiser, ("adam", "sgd"))
        if self.gradient == "exact" and (self.baseline or self.one_context):
            raise ValueError("an exact gradient draws no batch; baseline and one_context are for sampled ones")

    @property
    def episodes(self) -> int:
        """Actions that each Learner takes at most: to it, every action is an episode."""
        return self.batch * self.updates


@dataclass(frozen=True)
class _Policies:
    """Weights and biases of a group; both are updated in place."""

    weights: Float[Array, "learner context action"]
    biases: Float[Array, "learner #context action"]

    def now(self) -> Float[Array, "learner context action"]:
        """Chances of each action: equation (11)."""
        logits = self.weights + self.biases
        odds = np.exp(logits - logits.max(axis=2, keepdims=True))
        return np.asarray(odds / odds.sum(axis=2, keepdims=True))


class _Climber:
    """Gradient ascent, plain or by Adam, on arrays."""

    def __init__(self, spec: PolicyLearners, where: tuple[Array, Array]) -> None:
        self.rates = spec.learning_rate, spec.learning_rate * spec.coupling  # of weights and of biases
        self.adam, self.epsilon, self.where, self.time = spec.optimiser == "adam", spec.epsilon, where, 0
        self.first, self.second = ([np.zeros_like(each) for each in where] for _ in range(2))

    def climb(self, slopes: tuple[Array, ...]) -> None:
        """One step up."""
        self.time += 1
        if not self.adam:
            for rate, values, slope in zip(self.rates, self.where, slopes, strict=True):
                values += rate * slope
            return
        whole = (1 - DECAY_OF_SQUARES**self.time) ** 0.5
        moments = zip(self.rates, self.where, slopes, self.first, self.second, strict=True)
        for rate, values, slope, mean, square in moments:
            mean += (1 - DECAY) * (slope - mean)
            square += (1 - DECAY_OF_SQUARES) * (slope * slope - square)
            values += rate * whole / (1 - DECAY**self.time) * mean / (np.sqrt(square) + self.epsilon * whole)


@dataclass(frozen=True)
class Moment:
    """A group of Learners somewhere on its way.

    Attributes:
        update: steps so far.
        q: how likely each is to take the right action in each context.
    """

    update: int
    q: Float[Array, "learner context"]


def learn(spec: PolicyLearners) -> Iterator[Moment]:
    """Let a group learn, and look at it now and then, until all are done or the steps are.

    Raises:
        FloatingPointError: if a policy stops being finite numbers.
    """
    task = spec.task
    correct = right_actions(spec)
    policies = _first(spec)
    climber = _Climber(spec, (policies.weights, policies.biases))
    pays = np.where(np.arange(task.actions) == correct[..., None], task.p_correct, task.p_incorrect)
    seed = torch.randint(2**62, (), generator=generator("learn", spec.seed)).item()
    luck = np.random.default_rng(int(seed))
    looks = set(looked_at(spec))
    for update in range(spec.updates + 1):
        now = policies.now()
        if update in looks:
            q = np.take_along_axis(now, correct[..., None], axis=2)[..., 0]
            if not np.isfinite(q).all():
                raise FloatingPointError(f"a policy is not finite after {update} updates of {spec}")
            yield Moment(update, q)
            if (q.mean(axis=1) >= spec.enough).all():
                return
        if update == spec.updates:
            return
        paid = now * pays / task.contexts  # the chance that one action of a batch is this one, here, and pays
        if spec.gradient == "sampled":
            paid = _credits(spec, now, paid, luck)
        slope = paid - now * paid.sum(axis=2, keepdims=True)
        climber.climb((slope, slope.sum(axis=1, keepdims=True) if spec.coupled else slope))


def right_actions(spec: PolicyLearners) -> Int[Array, "learner context"]:
    """The right action in each context of each Learner's bandit."""
    return np.asarray(spec.task.draw(spec.count, generator("what to learn", spec.seed)).numpy())


def first_weights(spec: PolicyLearners) -> Float[Array, "learner context action"]:
    """The weights that a group begins with."""
    return _first(spec).weights


def _first(spec: PolicyLearners) -> _Policies:
    rng = generator("initialise learners", spec.seed)

    def drawn(spread: float, contexts: int) -> Array:
        values = torch.zeros(spec.count, contexts, spec.task.actions, dtype=torch.float64)
        if spread:
            nn.init.trunc_normal_(values, 0, spread, -2 * spread, 2 * spread, generator=rng)
        return np.asarray(values.numpy())

    weights = drawn(spec.spread, spec.task.contexts)
    return _Policies(weights, drawn(spec.bias_spread, 1 if spec.coupled else spec.task.contexts))


def _credits(
    spec: PolicyLearners,
    now: Float[Array, "learner context action"],
    paid: Float[Array, "learner context action"],
    luck: np.random.Generator,
) -> Float[Array, "learner context action"]:
    """What each action in each context is credited with in a batch: its rewards, less the baseline for each time that
    it was taken, over the size of the batch.

    Args:
        now: the policies.
        paid: the chance that an action of a batch is this one, here, and pays.
    """
    contexts = spec.task.contexts
    if spec.one_context:
        asked = luck.integers(contexts, size=len(now))[:, None, None] == np.arange(contexts)[:, None]
        now, paid = now * asked * contexts, paid * asked * contexts
    if not spec.baseline:
        return np.asarray(_counts(paid, spec.batch, luck) / spec.batch)
    drawn = _counts(np.concatenate([paid, now / contexts - paid], axis=1), spec.batch, luck)
    rewarded, missed = np.split(drawn, 2, axis=1)
    mean = rewarded.sum(axis=(1, 2), keepdims=True) / spec.batch
    return np.asarray((rewarded - mean * (rewarded + missed)) / spec.batch)


def _counts(
    chances: Float[Array, "learner *cell"], batch: int, luck: np.random.Generator
) -> Int[Array, "learner *cell"]:
    """How often each action was taken in each context and paid, in a batch: all that plain REINFORCE asks of it."""
    flat = chances.reshape(len(chances), -1)
    rest = np.maximum(1 - flat.sum(axis=1, keepdims=True), 0)
    drawn = luck.multinomial(batch, np.concatenate([flat, rest], axis=1))
    return np.asarray(drawn[:, :-1].reshape(chances.shape))


def looked_at(spec: PolicyLearners) -> list[int]:
    """After which steps a group is looked at.

    >>> looked_at(PolicyLearners(updates=100, moments=4))
    [0, 1, 10, 100]
    """
    return [0, *np.unique(np.geomspace(1, spec.updates, spec.moments - 1).round().astype(int)).tolist()]


@versioned("policy-learners", 1)
def train(spec: PolicyLearners) -> dict[str, Tensor]:
    """Let a group learn.

    Returns:
        `update`, the steps at which it was looked at, and `q`, by moment, Learner and context: how likely each was to
        take the right action. Where all are done early, later moments are left out.

    Raises:
        FloatingPointError: if a policy stops being finite numbers.
    """
    moments = list(learn(spec))
    return {
        "update": torch.tensor([moment.update for moment in moments]),
        "q": torch.from_numpy(np.stack([moment.q for moment in moments])),
    }
