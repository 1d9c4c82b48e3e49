"""A predictor's training continued on episodes of many lengths.

A network trained on episodes of 20 steps stays Bayesian a few times as long, and forgets beyond. Ours, after the blog
post of DeepMind Safety Research 2020, which speaks of thousands of steps: a short second training on other lengths.
"""

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from lib.random import generator
from lib.spec import tagged, versioned
from lib.tasks.prediction import Episodes
from lib.training.checks import check_at_least, check_learning_rate
from lib.training.loop import Objective, Optimiser, clip_each, fit
from lib.training.supervised import Supervised, log_loss


@tagged("Lengthened")
@dataclass(frozen=True)
class Lengthened:
    """Everything that determines the continued training of one predictor.

    Adam with gradients clipped to norm 1 and a learning rate that falls by a cosine. The length of an update's episodes
    is drawn log-uniformly; the longer they are, the fewer of them make a batch.

    Attributes:
        begun: the training that goes on.
        updates: of this part of the training.
        shortest: steps of the shortest episodes.
        longest: steps of the longest episodes.
        batch_steps: of all episodes of a batch together.
        smallest_batch: episodes that a batch has at least, however long they are.
        learning_rate: in the beginning.
        last_learning_rate: at the end.
        checkpoints: about how many sets of weights are kept, from the first update to the last.

    Raises:
        ValueError: if a number is outside its range.
    """

    begun: Supervised
    updates: int = 800
    shortest: int = 20
    longest: int = 400
    batch_steps: int = 2_560
    smallest_batch: int = 16
    learning_rate: float = 2e-3
    last_learning_rate: float = 2e-5
    checkpoints: int = 8

    def __post_init__(self) -> None:
        check_at_least(self, updates=1, shortest=1, batch_steps=1, smallest_batch=1, checkpoints=2)
        check_at_least(self, longest=self.shortest)
        for name in ("learning_rate", "last_learning_rate"):
            check_learning_rate(name, getattr(self, name))

    @property
    def seed(self) -> int:
        """That of the network."""
        return self.begun.seed

    @property
    def lengths(self) -> list[int]:
        """How many steps the episodes of each update have."""
        drawn = torch.rand(self.updates, generator=generator("lengths", self.seed), dtype=torch.float64)
        low, high = math.log(self.shortest), math.log(self.longest)
        return (low + (high - low) * drawn).exp().round().int().tolist()

    def batch(self, length: int) -> int:
        """How many episodes of such a length make a batch."""
        return max(self.smallest_batch, self.batch_steps // length)

    @property
    def episodes(self) -> int:
        """How many episodes the network sees, in both parts of its training."""
        return self.begun.episodes + self.episodes_after(self.updates)

    def episodes_after(self, updates: int) -> int:
        """How many of them in the first updates of this part."""
        return sum(self.batch(length) for length in self.lengths[:updates])


def cosine(parameters: list[Tensor], spec: Lengthened) -> Optimiser:
    """Adam whose learning rate falls along half a cosine (Loshchilov and Hutter 2017), without restarts."""
    adam = torch.optim.Adam(parameters, lr=spec.learning_rate, fused=True)
    fall = torch.optim.lr_scheduler.CosineAnnealingLR(adam, spec.updates, spec.last_learning_rate)
    return Optimiser(adam, fall, clip_each(parameters))


@versioned("lengthened", 1)
def train(spec: Lengthened, agent: Any, progress: bool = False) -> dict[str, Tensor]:
    """Go on with the training of a predictor.

    Args:
        spec: of the training.
        agent: the network that the first part ended with; it is changed.
        progress: whether to show a bar.

    Returns:
        `loss`, the log-loss of each update's batch in nats a step, and the weights at each checkpoint as
        `<updates of this part so far>/<parameter>`.

    Raises:
        FloatingPointError: if the loss stops being a finite number.
    """
    task, rng, lengths = spec.begun.task, generator("train on many lengths", spec.seed), iter(spec.lengths)

    def draw() -> Episodes:
        length = next(lengths)
        return task.sample(spec.batch(length), length, rng)

    objective = Objective[Episodes](
        curve="loss",
        draw=draw,
        loss=lambda episodes, _: log_loss(task, agent, episodes) / episodes.observations.shape[1],
        measure=lambda _, loss: loss,
        shown="log-loss {:.3f} nats a step",
    )
    return fit(agent, objective, cosine(list(agent.parameters()), spec), spec, progress)
