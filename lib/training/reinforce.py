"""REINFORCE with a learned baseline: meta-training of an agent whose every step is judged by its own reward.

What an action teaches may pay later, and a return would credit it with that. In a contextual bandit it need not:
whoever always takes the action that is most likely right learns as much as is worth learning
(`lib.optimal.contextual_dp` finds no better player). So each action is credited with its own reward, and later luck
adds no noise.

Source: Rabinowitz 2019, section 5.2.1 and appendix A.6 (REINFORCE, Adam). Baseline, entropy and schedule are ours.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from jaxtyping import Float
from torch import Tensor, nn

from lib.agents.agent import AgentSpec
from lib.agents.lstm import LSTM
from lib.random import generator
from lib.spec import added, tagged, versioned
from lib.tasks.contextual import Choices, Contextual
from lib.tasks.environment import Rollout, rollout
from lib.training.checks import check_at_least, check_learning_rate, check_one_of
from lib.training.loop import ONE_CYCLE, SCHEDULES, Objective, Optimiser, adam, clip_each, fit
from lib.training.schedules import Linear

RISE = 0.02  # the part of training in which the learning rate rises


@tagged("Reinforce")
@dataclass(frozen=True)
class Reinforce:
    """Everything that determines the training of one Meta-Learner of contextual bandits.

    Adam with gradients clipped to norm 1.

    Attributes:
        task: the environment.
        seed: of the first weights and of the episodes.
        agent: architecture and initialisation.
        steps: of an episode in training.
        batch: episodes in an update.
        updates: steps of gradient descent.
        gradient: "sampled" credits the action taken with the reward that it got, less a baseline; "expected" credits
            each action with what it pays on average, as if all had been tried.
        peak_learning_rate: the learning rate's highest value.
        entropy: weight of the policy's entropy, in reward a nat.
        checkpoints: about how many sets of weights are kept, from the first update to the last.
        schedule: of the learning rate: one cycle, or constant.

    Raises:
        ValueError: if a number is outside its range, or there is no such gradient or schedule.
    """

    task: Contextual
    seed: int
    agent: AgentSpec = LSTM(64)  # noqa: RUF009 (frozen)
    steps: int = 100
    batch: int = 128
    updates: int = 4_000
    gradient: str = "sampled"
    peak_learning_rate: float = 1e-2
    entropy: Linear = Linear(0.03, 0.0)  # noqa: RUF009
    checkpoints: int = 24
    schedule: str = added(ONE_CYCLE)

    def __post_init__(self) -> None:
        check_at_least(self, seed=0, steps=1, batch=1, updates=1, checkpoints=2)
        check_learning_rate("peak_learning_rate", self.peak_learning_rate)
        check_one_of("gradient", self.gradient, ("sampled", "expected"))
        check_one_of("schedule", self.schedule, SCHEDULES)

    @property
    def episodes(self) -> int:
        """How many episodes the network sees."""
        return self.batch * self.updates


def untrained(spec: Reinforce) -> Any:
    """The network that a training begins with."""
    return spec.agent.build(spec.task.input_size, spec.task.output_size, generator("initialise", spec.seed))


def optimiser_of(spec: Reinforce, weights: Sequence[Tensor], clip: Callable[[], object]) -> Optimiser:
    """Adam with the learning rate that a spec asks for."""
    return adam(spec.schedule, weights, spec.peak_learning_rate, spec.updates, clip, RISE)


@versioned("reinforce", 1)
def train(spec: Reinforce, progress: bool = False) -> dict[str, Tensor]:
    """Train one Meta-Learner.

    Returns:
        `earned`, the mean reward a step that each update's batch can expect, and the weights at each checkpoint as
        `<updates so far>/<parameter>`.

    Raises:
        FloatingPointError: if the loss stops being a finite number.
    """
    agent = untrained(spec)
    baseline = nn.Linear(spec.agent.width, 1)
    for parameter in baseline.parameters():
        nn.init.zeros_(parameter)
    rng = generator("train", spec.seed)

    def draw() -> tuple[Choices, Rollout]:
        episodes = spec.task.sample(spec.batch, spec.steps, rng)
        return episodes, rollout(agent, spec.task, episodes, rng)

    objective = Objective[tuple[Choices, Rollout]](
        curve="earned",
        draw=draw,
        loss=lambda batch, done: policy_gradient_loss(agent, baseline, batch[1], batch[0], spec, spec.entropy.at(done)),
        measure=lambda batch, _: batch[1].expected.mean(),
        shown="earned {:.3f} a step",
    )
    weights = [*agent.parameters(), *baseline.parameters()]
    return fit(agent, objective, optimiser_of(spec, weights, clip_each(weights)), spec, progress)


def policy_gradient_loss(
    agent: Any, baseline: nn.Linear, played: Rollout, episodes: Choices, spec: Reinforce, price: float
) -> Float[Tensor, ""]:
    """Policy gradient, squared error of the baseline, and entropy; in units of what it is worth to be right."""
    features = agent.features(played.inputs)
    log_policy = agent.outputs(features).log_softmax(dim=-1)
    wrong, right = episodes.chances
    entropy = -(log_policy.exp() * log_policy).sum(dim=-1).mean()
    if spec.gradient == "expected":
        q = log_policy.gather(2, episodes.right()[..., None]).exp()
        return -q.mean() - price * entropy / (right - wrong)
    # What the baseline learns shapes the memory too: to foresee rewards one must remember what was right.
    foreseen = baseline(features)[..., 0]
    taken = log_policy.gather(2, played.actions[..., None])[..., 0]
    actor = -((played.rewards - foreseen.detach()) * taken).mean()
    critic = (played.rewards - foreseen).square().mean() / 2
    return (actor - price * entropy) / (right - wrong) + critic
