"""What is trained on hidden Markov models, at each size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lib.agents.agent import AgentSpec
from lib.agents.gru import GRU
from lib.agents.lstm import LSTM
from lib.agents.transformer import Transformer
from lib.runner import profiles
from lib.tasks.hidden_markov import HiddenMarkovTask, mess3
from lib.training.supervised import Supervised

STEPS = 40
CHAINS: Mapping[str, HiddenMarkovTask] = {"Mess3": mess3(0.15, 0.6), "long memory": mess3(0.02, 0.6)}
FIRST_SEED = 20_000  # no network that a recipe was tried on has these
FRESH = 20_100  # of transformers: one of the seeds before had been trained by an earlier recipe, and looked at


@dataclass(frozen=True)
class Recipe:
    """An agent, the peak of its learning rate, for how many updates of how many episodes it is trained at laptop size,
    and the seed of the first such network.
    """

    agent: AgentSpec
    peak: float
    updates: int
    batch: int = 64
    first_seed: int = FIRST_SEED


RECIPES: Mapping[str, Recipe] = {
    "LSTM": Recipe(LSTM(32), 1e-2, 1_200),
    "GRU": Recipe(GRU(32), 1e-2, 1_200),
    "transformer": Recipe(Transformer(32, heads=4), 2e-3, 7_500, 32, FRESH),
}


def predictors(profile: str, agents: Sequence[str]) -> dict[tuple[str, str], list[Supervised]]:
    """The networks of each chain and agent.

    Raises:
        ValueError: if there is no such profile.
        KeyError: if there is no such agent.
    """
    networks = profiles.choose(profile, smoke=2, laptop=5, paper=10)
    steps = profiles.choose(profile, smoke=6, laptop=STEPS, paper=STEPS)
    return {
        (chain, agent): [
            Supervised(
                task,
                RECIPES[agent].first_seed + run,
                RECIPES[agent].agent,
                steps=steps,
                batch=profiles.choose(profile, smoke=8, laptop=RECIPES[agent].batch, paper=128),
                updates=profiles.choose(profile, smoke=4, laptop=RECIPES[agent].updates, paper=20_000),
                peak_learning_rate=RECIPES[agent].peak,
                checkpoints=8,
            )
            for run in range(networks)
        ]
        for chain, task in CHAINS.items()
        for agent in agents
    }
