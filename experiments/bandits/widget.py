"""The bandit bench: a reader pulls one of two arms; a network and the Bayes-optimal player pull the same arms, with the
same luck.

On the page it is a script (`book/_static/live/bandits.js`) that needs no kernel and no network. Where it does not run,
it is a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from lib.agents.lstm import LSTMAgent
from lib.machine import Machine, unroll
from lib.optimal.bandit_dp import optimum
from lib.optimal.bandit_dp_bernoulli import BernoulliOptimum
from lib.tasks.bandits import BernoulliBandit
from lib.widgets import weights
from lib.widgets.page_part import PagePart, check_letters, live

SHOWN = ("", "A1", "A0", "A1 A0", "A1 B1 A0", "A0 A0 B0")  # where no script runs
PULLS = ("A0", "A1", "B0", "B1")


def observation(task: BernoulliBandit, history: str) -> Float[Tensor, "1 time 4"]:
    """The inputs that tell a machine about pulls and what they paid, such as `A1 B0`, from none to all of them.

    >>> observation(BernoulliBandit(1, 1), "B1")[0]
    tensor([[0., 0., 0., 0.],
            [0., 0., 1., 0.]])

    Raises:
        ValueError: if there is anything else in it than pulls of A and B that paid 0 or 1.
    """
    pulls = history.split()
    if not set(pulls) <= set(PULLS):
        raise ValueError(f"{history!r} holds more than the pulls {', '.join(PULLS)}")
    arms = torch.tensor([0, *(int(pull[0] == "B") for pull in pulls)])
    inputs = task.observation(arms, torch.tensor([0.0, *(float(pull[1]) for pull in pulls)]))
    inputs[0] = 0  # before the first pull there is nothing to tell
    return inputs[None]


def chance_of_a(machine: Machine, task: BernoulliBandit, history: str) -> float:
    """The probability with which a machine pulls arm A after these pulls."""
    with torch.inference_mode():
        logits = unroll(machine, observation(task, history)).outputs[0, -1].double()
    return float(logits.softmax(dim=0)[0])


def two_armed(bandit: BernoulliBandit) -> None:
    """Refuse bandits for which the page has no buttons.

    Raises:
        ValueError: if there are not two arms.
    """
    if bandit.arms != 2:
        raise ValueError(f"this bandit has {bandit.arms} arms; the page is made for 2")


@dataclass(frozen=True)
class TaskAgent:
    """A world of two arms, and the network trained on it.

    Attributes:
        title: of the world, as the reader chooses it.
        world: where the arms come from.
        network: the player.

    Raises:
        ValueError: if there are not two arms, or the network plays something else.
    """

    title: str
    world: BernoulliBandit
    network: LSTMAgent

    def __post_init__(self) -> None:
        two_armed(self.world)
        weights.must_fit(self.network, self.world.input_size, self.world.output_size, f"{self.title}: the network")


@dataclass(frozen=True, repr=False)
class BanditBench(PagePart):
    """Worlds in which a reader plays against a network and against the optimum.

    Attributes:
        seats: the worlds.
        steps: pulls in a game.
        seed: of the arms and of everybody's luck on the page.
        played: pulls that the first game begins with, as in "AAB".

    Raises:
        ValueError: if there is no world, or no pull, or one of another arm than A and B.
    """

    seats: Sequence[TaskAgent]
    steps: int = 20
    seed: int = 0
    played: str = ""

    def __post_init__(self) -> None:
        check_letters(self.played, "pulls", "AB")
        if not self.seats:
            raise ValueError("seats is empty; there must be a world to play in")
        if self.steps < 1:
            raise ValueError(f"steps is {self.steps}; a game has at least 1")

    def best(self, seat: TaskAgent) -> BernoulliOptimum:
        """The Bayes-optimal player of a game in this world."""
        player = optimum(seat.world, self.steps)
        assert isinstance(player, BernoulliOptimum)
        return player

    def table(self, histories: Sequence[str] = SHOWN) -> list[list[str]]:
        """The probability of pulling A after each history, ready to print; the first row and column are headings."""
        fit = [history for history in histories if len(history.split()) < self.steps]
        players = [(seat.world, each) for seat in self.seats for each in (seat.network, self.best(seat))]
        heads = [f"{seat.title}, {who}" for seat in self.seats for who in ("network", "optimum")]
        rows = [[each or "nothing", *(f"{chance_of_a(m, task, each):.3f}" for task, m in players)] for each in fit]
        return [["after", *heads], *rows]

    def _repr_html_(self) -> str:
        data = {
            "seats": [
                {"title": each.title, "a": each.world.a, "b": each.world.b, "weights": weights.weights(each.network)}
                for each in self.seats
            ],
            "steps": self.steps,
            "seed": self.seed,
            "played": self.played,
        }
        caption = "Probability of pulling arm A, after pulls of A and B that paid 1 or 0"
        return live("bandits", self.table(), caption, data)
