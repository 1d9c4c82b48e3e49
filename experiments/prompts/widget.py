"""The bench of prompts: a reader tosses in front of a frozen network, and sees the prior that is left to it and to its
Bayesian, beside the coins of two other worlds.

On the page it is a script (`book/_static/live/prompts.js`) that needs no kernel and no network. Where it does not run,
it is a table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.prompts import implied
from lib.agents.lstm import LSTMAgent
from lib.machine import Machine
from lib.optimal.conjugate import BetaBernoulli
from lib.tasks.bernoulli import BernoulliTask
from lib.widgets import weights
from lib.widgets.page_part import PagePart, check_letters, live

SHOWN = ("", "H", "HHT", "HT", "HHTHHTHHTH", "HHHHHHHH")  # where no script runs


@dataclass(frozen=True, repr=False)
class PromptBench(PagePart):
    """A network of one world of coins, and two other worlds that a prompt might move it to.

    Attributes:
        targets: by name, the biases of each other world's coins, equally likely.
        played: the prompt that the bench begins with, as in "HHT".
        most: tosses that it takes.

    Raises:
        ValueError: if a toss is neither H nor T, there are not two targets, or the network does not fit the world.
    """

    world: BernoulliTask
    network: LSTMAgent
    targets: Mapping[str, tuple[float, ...]]
    played: str = ""
    most: int = 40

    def __post_init__(self) -> None:
        check_letters(self.played, "tosses", "HT")
        if len(self.targets) != 2:
            raise ValueError(f"targets are {', '.join(self.targets) or 'none'}; the bench shows two")
        weights.must_fit(self.network, self.world.input_size, self.world.output_size)

    def _repr_html_(self) -> str:
        data: dict[str, Any] = {"a": self.world.a, "b": self.world.b, "played": self.played, "most": self.most}
        data |= {"targets": self.targets, "ahead": implied.AHEAD, "sure": implied.SURE}
        data |= {"weights": weights.weights(self.network)}
        return live("prompts", self.table(), "The prior that a prompt leaves", data)

    def left(self, prompt: str) -> dict[str, tuple[float, ...]]:
        """What a prompt leaves, of the network and of its Bayesian: a and b of the prior, then the divergence from the
        forecast of each target, in nats.
        """
        targets = [implied.forecast_of_coins(biases) for biases in self.targets.values()]
        machines: dict[str, Machine] = {"network": self.network, "Bayesian": BetaBernoulli(self.world)}
        forecasts = {name: implied.forecast(machine, self.world, prompt) for name, machine in machines.items()}
        return {
            name: (*implied.implied_beta(each), *(implied.divergence(target, each) for target in targets))
            for name, each in forecasts.items()
        }

    def table(self) -> list[list[str]]:
        """The prior that is left after some prompts; the first row and column are headings."""
        rows = []
        for prompt in SHOWN:
            left = self.left(prompt).values()
            rows.append([prompt or "nothing", *(f"Beta({a:.1f}, {b:.1f})" for a, b, *_ in left)])
        return [["prompt", "network", "Bayesian"], *rows]
