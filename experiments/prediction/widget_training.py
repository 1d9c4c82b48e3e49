"""The training scrubber: a slider over the checkpoints of one training.

On the page it is a script (`book/_static/live/scrubber.js`) that needs no kernel and no network. Where it does not run,
it is a table.
"""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from lib.widgets.page_part import PagePart, live
from lib.widgets.weights import rounded, significant

SMALLEST = 1e-5  # nats at a step: what is below lies on the bottom of the chart
ROWS = 6  # of the table


@dataclass(frozen=True, eq=False, repr=False)
class Scrubber(PagePart):
    """How a network's predictions of a three-sided die become Bayes-optimal.

    Time index as everywhere: what is said at a step is said before the throw of that step.

    Attributes:
        title: whose training this is.
        episodes_seen: episodes of training before each checkpoint; 0 is the untrained network.
        kl: divergence of the network from Bayes at each step of an episode, in nats, averaged over held-out episodes.
        says: what the network says at each checkpoint along one example episode, the probability of each side.
        bayes: what the Bayesian says along it.
        throws: the side that came up at each step of the example, from 0.
        kl_low: lower end of a band around `kl`, such as the 5th percentile over independently trained networks.
        kl_high: its upper end.

    Raises:
        ValueError: if shapes do not agree, checkpoints are out of order, or the die does not have three sides.
    """

    title: str
    episodes_seen: Int[np.ndarray, " checkpoint"]
    kl: Float[np.ndarray, "checkpoint step"]
    says: Float[np.ndarray, "checkpoint episode_step side"]
    bayes: Float[np.ndarray, "episode_step side"]
    throws: Int[np.ndarray, " episode_step"]
    kl_low: Float[np.ndarray, "checkpoint step"] | None = None
    kl_high: Float[np.ndarray, "checkpoint step"] | None = None

    def __post_init__(self) -> None:
        checkpoints, steps = self.kl.shape
        shapes = {
            "episodes_seen": (checkpoints,),
            "says": (checkpoints, len(self.throws), 3),
            "bayes": (len(self.throws), 3),
            "kl_low": (checkpoints, steps),
            "kl_high": (checkpoints, steps),
        }
        for name, shape in shapes.items():
            values = getattr(self, name)
            if values is not None and values.shape != shape:
                raise ValueError(f"{name} has shape {values.shape}; with the other arrays it should be {shape}")
        if (self.kl_low is None) != (self.kl_high is None):
            raise ValueError("a band has two ends: give both kl_low and kl_high, or neither")
        if checkpoints < 2 or not (np.diff(self.episodes_seen) > 0).all():
            raise ValueError("episodes_seen must grow over at least 2 checkpoints")
        if not set(self.throws.tolist()) <= {0, 1, 2}:
            raise ValueError(f"throws are sides 0, 1 and 2; got {sorted(set(self.throws.tolist()))}")

    @property
    def nats(self) -> list[str]:
        """Divergence over a whole episode at each checkpoint, ready to print."""
        return [f"{total:.3f}" for total in self.kl.sum(axis=1)]

    def table(self) -> list[list[str]]:
        """Divergence over an episode at a few checkpoints, evenly spread; the first row and column are headings."""
        some = np.unique(np.linspace(0, len(self.kl) - 1, ROWS).round().astype(int))
        rows = [[_named(int(self.episodes_seen[i])), self.nats[i]] for i in some]
        return [["training", "nats from Bayes over an episode"], *rows]

    def _repr_html_(self) -> str:
        shown = [each for each in (self.kl, self.kl_low, self.kl_high) if each is not None]
        powers = np.log10(np.clip(np.stack(shown), SMALLEST, None))
        data = {
            "title": self.title,
            "episodes_seen": self.episodes_seen.tolist(),
            "nats": self.nats,
            "kl": significant(self.kl),
            "low": None if self.kl_low is None else significant(self.kl_low),
            "high": None if self.kl_high is None else significant(self.kl_high),
            "floor": math.floor(powers.min()),
            "ceiling": max(math.ceil(powers.max()), math.floor(powers.min()) + 1),
            "says": rounded(self.says, 3),
            "bayes": rounded(self.bayes, 3),
            "throws": (self.throws + 1).tolist(),
        }
        return live("scrubber", self.table(), self.title, data)


def _named(episodes: int) -> str:
    return f"{episodes:,} episodes" if episodes else "untrained"
