"""Meta-training by the reader: a small LSTM learns to predict coins, in the page, and becomes Bayes-optimal.

On the page it is a script (`book/_static/live/trainer.js`) that needs no kernel and no network; its gradient is
torch's. Where it does not run, it is a table of the same training in torch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor

from lib.agents.lstm import LSTM
from lib.checkpoints import kept, log_spaced
from lib.optimal.conjugate import BetaBernoulli
from lib.probes.behaviour import dissimilarity, predict
from lib.random import generator
from lib.tasks.bernoulli import BernoulliTask
from lib.training.loop import ONE_CYCLE
from lib.training.supervised import Supervised, trained
from lib.widgets.page_part import PagePart, live
from lib.widgets.weights import significant

PRIORS = (0.5, 1, 2, 3, 5, 10, 20)  # what a reader may choose for a and b
MOMENTS = 60  # at which the page measures the divergence
HELD_OUT = 256  # episodes on which the page measures it
ROWS = 6  # of the table


@dataclass(frozen=True, eq=False, repr=False)
class MetaTrainer(PagePart):
    """One meta-training of a plain LSTM on coins, done in torch, for a reader to do again.

    Attributes:
        spec: what is trained: a `BernoulliTask`, an `LSTM` without encoder and decoder, one cycle of learning rates.
        record: what `lib.training.supervised.train` made of it.

    Raises:
        ValueError: if the page could not do this training.
    """

    spec: Supervised
    record: Mapping[str, Tensor]

    def __post_init__(self) -> None:
        task, agent = self.spec.task, self.spec.agent
        if not isinstance(task, BernoulliTask) or not {task.a, task.b} <= set(PRIORS):
            raise ValueError(f"task is {task}; it must be a BernoulliTask with a and b among {PRIORS}")
        if not isinstance(agent, LSTM) or agent != LSTM(agent.width, forget_bias=agent.forget_bias):
            raise ValueError(f"agent is {agent}; it must be an LSTM, with torch's own weights but for the forget bias")
        if self.spec.schedule != ONE_CYCLE:
            raise ValueError(f"schedule is {self.spec.schedule!r}; it must be {ONE_CYCLE!r}")

    def divergence(self) -> dict[int, float]:
        """KL divergence from Bayes over an episode, in nats, on 1,000 held-out episodes: by checkpoint."""
        task = self.spec.task
        assert isinstance(task, BernoulliTask)
        held_out = task.sample(1_000, self.spec.steps, generator("evaluate a training in the page", 0))
        optimal = predict(BetaBernoulli(task), task, held_out)
        return {
            update: dissimilarity(optimal, predict(trained(self.spec, self.record, update), task, held_out))
            for update in kept(self.record)
        }

    def table(self) -> list[list[str]]:
        """The divergence at a few checkpoints, evenly spread; the first row and column are headings."""
        found = list(self.divergence().items())
        some = np.unique(np.linspace(0, len(found) - 1, ROWS).round().astype(int))
        rows = [[f"{found[i][0] * self.spec.batch:,}", f"{found[i][1]:.3f}"] for i in some]
        return [["episodes of training", "nats from Bayes over an episode"], *rows]

    def settings(self) -> dict[str, Any]:
        """What determines a training, for the page."""
        spec = self.spec
        assert isinstance(spec.task, BernoulliTask)
        assert isinstance(spec.agent, LSTM)
        return {
            "a": spec.task.a,
            "b": spec.task.b,
            "width": spec.agent.width,
            "forget_bias": spec.agent.forget_bias,
            "steps": spec.steps,
            "batch": spec.batch,
            "updates": spec.updates,
            "peak": spec.peak_learning_rate,
            "held_out": HELD_OUT,
        }

    def _repr_html_(self) -> str:
        data = {
            **self.settings(),
            "priors": PRIORS,
            "moments": log_spaced(self.spec.updates, MOMENTS),
            "reference": [[update, significant(nats)] for update, nats in self.divergence().items()],
        }
        caption = "The same training in torch: a network becomes Bayesian"
        return live("trainer", self.table(), caption, data)
