"""The bench of swapped coins: a reader tosses, a network, an exact filter and stationary Bayes answer; below, what the
filter knows of when the coin was swapped. The hazard that the filter assumes is the reader's.

On the page it is a script (`book/_static/live/switching.js`) that needs no kernel and no network. Where it does not
run, it is a table.
"""

from dataclasses import dataclass
from typing import Any

from lib.agents.lstm import LSTMAgent
from lib.optimal.conjugate import BetaBernoulli
from lib.optimal.run_length_filter import RunLengthFilter
from lib.probes.behaviour import probability_of_heads
from lib.tasks.bernoulli import BernoulliTask
from lib.tasks.change_point_coin import ChangePointCoinTask
from lib.widgets import weights
from lib.widgets.page_part import PagePart, check_letters, live

SHOWN = ("", "H", "HHH", "HHHHHHHH", "HHHHHHHHT", "HHHHHHHHTT", "HHHHHHHHTTTT")  # where no script runs


@dataclass(frozen=True, repr=False)
class SwitchingBench(PagePart):
    """A network and the world of one hazard in which it grew up.

    Attributes:
        played: tosses that the bench begins with, as in "HHHT".
        most: tosses that it takes.

    Raises:
        ValueError: if a toss is neither H nor T, the network does not fit the world, or that has several hazards.
    """

    world: ChangePointCoinTask
    network: LSTMAgent
    played: str = ""
    most: int = 60

    def __post_init__(self) -> None:
        check_letters(self.played, "tosses", "HT")
        if len(self.world.hazards) != 1:
            raise ValueError(f"the world has hazards {self.world.hazards}; the bench is for one")
        weights.must_fit(self.network, self.world.input_size, self.world.output_size)

    def _repr_html_(self) -> str:
        world = self.world
        data = {"a": world.a, "b": world.b, "hazard": world.hazards[0], "played": self.played, "most": self.most}
        data |= {"weights": weights.weights(self.network)}
        return live("switching", self.table(), "Probability of heads after some tosses", data)

    def table(self) -> list[list[str]]:
        """What each machine says of heads after some histories; the first row and column are headings."""
        machines: dict[str, Any] = {
            "network": self.network,
            "exact filter": RunLengthFilter(self.world, self.most),
            "stationary Bayes": BetaBernoulli(BernoulliTask(self.world.a, self.world.b)),
        }
        said = [probability_of_heads(machine, self.world, SHOWN) for machine in machines.values()]
        rows = [[h or "nothing", *(f"{p[i]:.3f}" for p in said)] for i, h in enumerate(SHOWN)]
        return [["after", *machines], *rows]
