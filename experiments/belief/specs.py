"""What is trained on hidden Markov models, at each size."""

from collections.abc import Mapping

from lib.agents.agent import AgentSpec
from lib.agents.gru import GRU
from lib.agents.lstm import LSTM
from lib.agents.transformer import Transformer
from lib.runner import profiles
from lib.tasks.hidden_markov import HiddenMarkovTask, mess3
from lib.training.supervised import Supervised

STEPS = 40
CHAINS: Mapping[str, HiddenMarkovTask] = {"Mess3": mess3(0.15, 0.6), "long memory": mess3(0.02, 0.6)}
AGENTS: Mapping[str, AgentSpec] = {"LSTM": LSTM(32), "GRU": GRU(32), "transformer": Transformer(32)}
PEAKS = {"LSTM": 1e-2, "GRU": 1e-2, "transformer": 3e-3}  # of the learning rate
FIRST_SEED = 20_000  # no network that a recipe was tried on has these


def predictors(profile: str) -> dict[tuple[str, str], list[Supervised]]:
    """The networks of each chain and agent.

    Raises:
        ValueError: if there is no such profile.
    """
    networks = profiles.choose(profile, smoke=2, laptop=5, paper=10)
    updates = profiles.choose(profile, smoke=4, laptop=1_200, paper=20_000)
    batch = profiles.choose(profile, smoke=8, laptop=64, paper=128)
    steps = profiles.choose(profile, smoke=6, laptop=STEPS, paper=STEPS)
    return {
        (chain, agent): [
            Supervised(
                task,
                FIRST_SEED + run,
                AGENTS[agent],
                steps=steps,
                batch=batch,
                updates=updates,
                peak_learning_rate=PEAKS[agent],
                checkpoints=8,
            )
            for run in range(networks)
        ]
        for chain, task in CHAINS.items()
        for agent in AGENTS
    }
