"""How fast trainings are, each way beside a peer.

The page *How to run it bigger* and `benchmarks/` measure with this.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from experiments.one_armed.specs import explorer
from lib.agents.lstm import DeepLSTM
from lib.runner.sweep import sweep
from lib.tasks.bernoulli import BernoulliTask
from lib.training import actor_critic, batched, supervised
from lib.training.actor_critic import ActorCritic
from lib.training.supervised import Supervised

SPEC = Supervised(BernoulliTask(1, 1), seed=0, updates=300, checkpoints=2)
ACTING = explorer(1.0, 2.0, 100, seed=0, updates=300)


def bare_loop(spec: Supervised) -> None:
    """The peer: the same network, batch and optimiser, written as anyone would, with nothing around it."""
    encoder, memory = nn.Linear(2, spec.agent.width), nn.LSTM(spec.agent.width, spec.agent.width, batch_first=True)
    decoder, readout = nn.Linear(spec.agent.width, spec.agent.width), nn.Linear(spec.agent.width, 1)
    model = nn.ModuleList([encoder, memory, decoder, readout])
    adam = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _ in range(spec.updates):
        flips = torch.bernoulli(torch.rand(spec.batch, 1).expand(-1, spec.steps))
        inputs = nn.functional.pad(torch.stack([flips, 1 - flips], dim=-1), (0, 0, 1, 0))[:, :-1]
        logits = readout(torch.relu(decoder(memory(torch.relu(encoder(inputs)))[0])))[..., 0]
        loss = nn.functional.binary_cross_entropy_with_logits(logits, flips, reduction="sum") / spec.batch
        adam.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()


def bare_loops(wanted: Sequence[Supervised]) -> None:
    """One bare loop after another."""
    for spec in wanted:
        bare_loop(spec)


def updates_per_second(ways: Mapping[str, Callable[[], object]], updates: int, rounds: int) -> dict[str, float]:
    """The median of several rounds, after one that does not count.

    A machine's speed drifts. So every way has its turn in every round, and the order turns round each time.
    """
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, way in list(ways.items())[:: 1 if turn % 2 else -1]:
            began = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - began)
    return {name: updates / statistics.median(times[1:]) for name, times in seconds.items()}


def ways(spec: Supervised, networks: int) -> dict[str, Callable[[], object]]:
    """Ours and its peers, by name; each trains `networks` networks, one after another or side by side."""
    seeds: Sequence[Supervised] = [replace(spec, seed=seed) for seed in range(networks)]
    return {
        "lib.training.supervised": lambda: [supervised.train(each) for each in seeds],
        "a bare nn.LSTM loop": lambda: bare_loops(seeds),
        "lib.training.batched": lambda: batched.train_predictors(seeds),
    }


def ways_to_act(spec: ActorCritic, networks: int) -> dict[str, Callable[[], object]]:
    """The same for agents that act, without a bare loop."""
    seeds: Sequence[ActorCritic] = [replace(spec, seed=seed) for seed in range(networks)]
    return {
        "lib.training.actor_critic": lambda: [actor_critic.train(each) for each in seeds],
        "lib.training.batched": lambda: batched.train_actors(seeds),
    }


def sweep_seconds(executor: str, wanted: Sequence[Supervised]) -> float:
    """How long a sweep takes from nothing, the start of its workers included."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        sweep(supervised.train, wanted, Path(folder), executor=executor, progress=False)
        return time.perf_counter() - began


def overhead(executor: str, trainings: int) -> float:
    """Seconds a training that a sweep adds, over trainings of a single tiny update."""
    tiny = replace(SPEC, agent=DeepLSTM(1), batch=1, steps=1, updates=1)
    wanted = [replace(tiny, seed=seed) for seed in range(trainings)]
    supervised.train(tiny)
    began = time.perf_counter()
    for spec in wanted[:200]:
        supervised.train(spec)
    alone = (time.perf_counter() - began) / len(wanted[:200])
    return sweep_seconds(executor, wanted) / trainings - alone
