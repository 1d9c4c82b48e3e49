"""The echo bench: a reader opens the forget gate of an untrained network, and sees how far back its state remembers and
how well counts are read from it.

On the page it is a script (`book/_static/live/echo.js`) that needs no kernel and no network. Where it does not run, it
is a table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from threadpoolctl import threadpool_limits
from torch import Tensor

from experiments.bandits.measure import streams
from lib.agents.lstm import LSTMAgent
from lib.optimal.bandit_agent import BanditAgent
from lib.probes import phi, simulation
from lib.probes.fading_memory import memory_of_inputs
from lib.random import generator
from lib.training.actor_critic import ActorCritic
from lib.widgets.page_part import PagePart, live
from lib.widgets.weights import rounded, significant

Array = np.ndarray
ADDED = (-1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0)
EPISODES = 500  # to fit a readout, and as many to judge it
DIGITS = 4  # of an echo; below lies rounding


@dataclass(frozen=True, eq=False, repr=False)
class EchoBench(PagePart):
    """Fading memory of an untrained LSTM by the bias of its forget gate, and what a readout makes of it.

    Attributes:
        added: to the bias of the forget gate, growing.
        echo: of an input in the state, by how many steps ago it came, relative to the last input; as
            `lib.probes.fading_memory.memory_of_inputs`.
        line: D_s of a linear map from state to the optimum's counts, on held-out episodes of the network's own.
        trained: echo in the trained network.
        measured: D_s of phi of several untrained networks, by what was added to their bias.
        low: the bound under which D_s is called low.
        start: what is added at first.

    Raises:
        ValueError: if shapes do not agree, what is added does not grow, or the start or what was measured is not on the
            slider.
    """

    added: Float[Array, " bias"]
    echo: Float[Array, "bias step"]
    line: Float[Array, " bias"]
    trained: Float[Array, " step"]
    measured: Mapping[float, Float[Array, " run"]]
    low: float
    start: float = 0.0

    def __post_init__(self) -> None:
        if not (np.diff(self.added) > 0).all():
            raise ValueError(f"added must grow; got {self.added.tolist()}")
        shapes = self.echo.shape, self.line.shape
        if shapes != ((len(self.added), len(self.trained)), self.added.shape):
            raise ValueError(
                f"echo and line have shapes {shapes[0]} and {shapes[1]}; there are {len(self.added)} biases and "
                f"{len(self.trained)} steps"
            )
        if strange := [each for each in (self.start, *self.measured) if each not in self.added]:
            raise ValueError(
                f"{strange[0]:g} is not on the slider, which has {', '.join(f'{b:g}' for b in self.added)}"
            )

    @classmethod
    def of(
        cls,
        spec: ActorCritic,
        fresh: LSTMAgent,
        trained: LSTMAgent,
        optimal: BanditAgent,
        inputs: Float[Tensor, "episode time feature"],
        measured: Mapping[float, Float[Array, " run"]],
        low: float,
        added: Sequence[float] = ADDED,
        episodes: int = EPISODES,
    ) -> "EchoBench":
        """What an untrained network remembers of these inputs, with each of these added to its bias."""
        networks = [fresh.with_forget_bias(each) for each in added]
        echoes = [memory_of_inputs(each, inputs)[:-1].numpy() for each in networks]  # at first, nothing is told
        errors = [_error_of_a_line(spec, each, optimal, episodes) for each in networks]
        late = memory_of_inputs(trained, inputs)[:-1].numpy()
        return cls(np.array(added), np.array(echoes), np.array(errors), late, measured, low)

    def table(self) -> list[list[str]]:
        """Echoes and errors by bias; the first row and column are headings."""
        middle = self.echo.shape[1] // 2
        rows = [
            [
                f"{bias:+g}" if bias else "0",
                f"{echo[1]:.2f}",
                f"{echo[middle]:.2f}",
                f"{line:.2f}",
                self._median(float(bias)),
            ]
            for bias, echo, line in zip(self.added, self.echo, self.line, strict=True)
        ]
        heads = ["added to the bias", "echo 1 step ago", f"echo {middle} steps ago", "D_s, line", "D_s, φ, median"]
        return [heads, *rows]

    def _median(self, bias: float) -> str:
        return f"{np.median(self.measured[bias]):.2f}" if bias in self.measured else ""

    def _repr_html_(self) -> str:
        data = {
            "added": self.added.tolist(),
            "echo": rounded(self.echo, DIGITS),
            "line": significant(self.line),
            "trained": rounded(self.trained, DIGITS),
            "measured": [
                [float(bias), *significant(np.quantile(own, (0.5, 0.05, 0.95)))] for bias, own in self.measured.items()
            ],
            "low": self.low,
            "start": self.start,
        }
        return live("echo", self.table(), "What an untrained network remembers, by the bias of its forget gate", data)


def _error_of_a_line(spec: ActorCritic, network: LSTMAgent, optimal: BanditAgent, episodes: int) -> float:
    """D_s, RNN to Opt, of a straight line, in episodes that the network plays itself."""
    fitted, held_out = (streams(spec, network, episodes, generator("a line", part)).inputs for part in (0, 1))
    with threadpool_limits(1):
        line = simulation.simulate(network, optimal, fitted, optimal.state_size, phi.linear)
    return float(simulation.state_dissimilarity(line, network, optimal, held_out))
