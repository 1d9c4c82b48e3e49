"""The belief bench: a reader types symbols of a hidden Markov model; the exact belief moves over the simplex, and
beside it the belief that is read from a trained network.

On the page it is a script (`book/_static/live/belief.js`) that needs no kernel and no network. Where it does not run,
it is a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from experiments.belief.figures import on_the_plane
from experiments.belief.measure import Moments
from lib.agents.lstm import LSTMAgent
from lib.machine import unroll
from lib.optimal.forward_algorithm import ForwardAlgorithm
from lib.probes.belief_geometry import Readout
from lib.tasks.hidden_markov import HiddenMarkovTask
from lib.widgets import weights as machine
from lib.widgets.page_part import PagePart, live

SHOWN = ("", "1", "11", "113", "1123")  # where no script runs
DOTS = 1_200  # of each cloud
Array = np.ndarray


def observation(task: HiddenMarkovTask, symbols: str) -> Float[Tensor, "1 time symbol"]:
    """The inputs that tell a machine of symbols such as `113`, counted from 1, from nothing seen to all of them seen.

    Raises:
        ValueError: if there is anything else in it than numbers of symbols.
    """
    known = "".join(map(str, range(1, task.symbols + 1)))
    if not set(symbols) <= set(known):
        raise ValueError(f"symbols {symbols!r} hold more than {', '.join(known)}")
    return task.inputs(torch.tensor([[*(float(each) - 1 for each in symbols), 0.0]]))  # the last is not told


@dataclass(frozen=True, repr=False)
class BeliefBench(PagePart):
    """A hidden Markov model of three states and symbols, a network that predicts it, and a linear readout of it.

    Attributes:
        task: the model.
        network: that predicts it.
        readout: from its hidden vector to the belief.
        moments: from which the clouds of both triangles are taken.
        played: symbols that the bench begins with.

    Raises:
        ValueError: if there are not three states and symbols, the network is deep, or the readout is not for it.
    """

    task: HiddenMarkovTask
    network: LSTMAgent
    readout: Readout
    moments: Moments
    played: str = ""

    def __post_init__(self) -> None:
        if (self.task.states, self.task.symbols) != (3, 3):
            raise ValueError(f"{self.task.states} states and {self.task.symbols} symbols; the page is made for 3 and 3")
        machine.must_fit(self.network, 3, 3)
        if self.network.deep:
            raise ValueError("the network is deep; the page reads the belief of one without encoder and decoder")
        if self.readout.weight.shape != (self.network.width, 3):
            raise ValueError(
                f"the readout has shape {self.readout.weight.shape}; the network needs {(self.network.width, 3)}"
            )
        observation(self.task, self.played)

    def beliefs(self, symbols: str) -> tuple[Float[Array, " state"], Float[Array, " state"]]:
        """The exact belief after some symbols, and the one that is read from the network."""
        inputs = observation(self.task, symbols)
        with torch.inference_mode():
            exact = unroll(ForwardAlgorithm(self.task), inputs.double()).states[0, -1].numpy()
            hidden = unroll(self.network, inputs).states[0, -1, : self.network.width].double().numpy()
        return exact, self.readout(hidden)

    def predictions(self, symbols: str) -> tuple[Float[Array, " symbol"], Float[Array, " symbol"]]:
        """What the network says of the next symbol, and what the forward algorithm says."""
        inputs = observation(self.task, symbols)
        machines = (self.network, ForwardAlgorithm(self.task))
        with torch.inference_mode():
            says = [unroll(each, inputs).outputs[0, -1].double().softmax(dim=0).numpy() for each in machines]
        return says[0], says[1]

    def table(self, histories: Sequence[str] = SHOWN) -> list[list[str]]:
        """Beliefs and predictions after each history, ready to print; the first row and column are headings."""

        def cell(values: Array) -> str:
            return " ".join(f"{value:.3f}" for value in values)

        rows = [
            [each or "nothing", *map(cell, self.beliefs(each)), *map(cell, self.predictions(each))]
            for each in histories
        ]
        return [["after", "exact belief", "read from the LSTM", "LSTM expects", "filter expects"], *rows]

    def _repr_html_(self) -> str:
        exact = self.moments.beliefs.reshape(-1, 3)
        read = self.readout(self.moments.features(self.network)).reshape(-1, 3)
        every = max(1, len(exact) // DOTS)
        data = {
            "transitions": self.task.transitions,
            "emissions": self.task.emissions,
            "stationary": self.task.stationary,
            "weights": machine.weights(self.network),
            "readout": {
                "weight": machine.packed(self.readout.weight.T),
                "constant": machine.packed(self.readout.constant),
            },
            "clouds": [
                machine.rounded(np.column_stack([on_the_plane(own), exact])[::every], 3) for own in (exact, read)
            ],
            "played": self.played,
        }
        return live("belief", self.table(), "Beliefs about three hidden states, and what is expected next", data)
