"""The context bench: a reader plays a contextual bandit; a network and a Bayesian say, after every step, what they
would do in each context.

On the page it is a script (`book/_static/live/contexts.js`) that needs no kernel and no network. Where it does not run,
it is a table.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from lib.agents.lstm import LSTMAgent
from lib.machine import Machine, unroll
from lib.optimal.contextual import Matching
from lib.optimal.contextual import evidence as speaks
from lib.tasks.contextual import Contextual
from lib.widgets import weights
from lib.widgets.page_part import PagePart, live

SHOWN = ("", "A1+", "A1-", "A1+ A1+", "A1+ B1-", "A1+ B1- B2+")  # where no script runs
MOST = 9  # contexts and actions that have a letter and a key


def observation(world: Contextual, history: str) -> Float[Tensor, "1 time feature"]:
    """The inputs that tell a machine of steps such as `A1+ B2-`: context A, action 1, rewarded; context B, action 2,
    not. The context of the step to come is left at zeros.

    >>> observation(Contextual(contexts=2, actions=2), "B2-")[0]
    tensor([[ 0.,  1.,  0.,  0.,  0.],
            [ 0.,  0.,  0.,  1., -1.]])

    Raises:
        ValueError: if there is anything else in it than steps of this world.
    """
    steps = history.split()
    inputs = torch.zeros(1, len(steps) + 1, world.input_size)
    for t, step in enumerate(steps):
        found = re.fullmatch(r"([A-I])([1-9])([+-])", step)
        context, action = ("ABCDEFGHI".index(found[1]), int(found[2]) - 1) if found else (-1, -1)
        if not (0 <= context < world.contexts and 0 <= action < world.actions) or found is None:
            raise ValueError(f"{step!r} is not a step such as A1+ in a world of {world.contexts} contexts")
        inputs[0, t, context] = 1
        inputs[0, t + 1, world.contexts + action] = 1
        inputs[0, t + 1, -1] = 1 if found[3] == "+" else -1
    return inputs


def would_do(who: Machine, world: Contextual, history: str) -> Float[Tensor, "context action"]:
    """The chances with which a machine would take each action in each context, after these steps."""
    inputs = observation(world, history).expand(world.contexts, -1, -1).clone()
    inputs[:, -1, : world.contexts] = torch.eye(world.contexts)
    with torch.inference_mode():
        return unroll(who, inputs).outputs[:, -1].double().softmax(dim=1)


@dataclass(frozen=True, repr=False)
class ContextBench(PagePart):
    """A world, and who plays it.

    Attributes:
        network: trained on that world.
        world: of a few independent contexts.
        steps: of an episode.
        seed: of right actions, contexts and luck on the page.

    Raises:
        ValueError: if the network plays something else, there are too many contexts or actions for letters and keys, or
            no step.
    """

    network: LSTMAgent
    world: Contextual
    steps: int = 100
    seed: int = 0

    def __post_init__(self) -> None:
        weights.must_fit(self.network, self.world.input_size, self.world.output_size)
        if max(self.world.contexts, self.world.actions) > MOST:
            raise ValueError(f"the world is {self.world}; the page has room for {MOST} contexts and actions")
        if self.steps < 1:
            raise ValueError(f"steps is {self.steps}; an episode has at least 1")

    def table(self, histories: Sequence[str] = SHOWN) -> list[list[str]]:
        """The probability of action 1 in the first two contexts, ready to print; first row and column are headings."""
        names = "ABCDEFGHI"[: min(2, self.world.contexts)]
        players: dict[str, Machine] = {"network": self.network, "Bayes": Matching(self.world)}
        heads = [f"{name}, {who}" for name in names for who in players]
        rows = []
        for history in histories:
            chances = {who: would_do(player, self.world, history) for who, player in players.items()}
            said = [f"{float(chances[who][place, 0]):.3f}" for place in range(len(names)) for who in players]
            rows.append([history or "nothing", *said])
        return [["after", *heads], *rows]

    def _repr_html_(self) -> str:
        reward, miss = speaks(self.world)
        data = {
            "weights": weights.weights(self.network),
            "contexts": self.world.contexts,
            "actions": self.world.actions,
            "chances": [self.world.p_incorrect, self.world.p_correct],
            "evidence": [reward, miss],
            "steps": self.steps,
            "seed": self.seed,
        }
        caption = "Probability of action 1, after steps such as A1+: context A, action 1, rewarded"
        return live("contexts", self.table(), caption, data)
