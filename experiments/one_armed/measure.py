"""Exploration of an agent in a one-armed world, measured after training or on its way: what maps and crowds of hundreds
of networks need of each.

The weights are not kept. A map asks for a few numbers of each network, and those of one are a hundredth of its weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from lib.agents.lstm import LSTMAgent
from lib.checkpoints import kept, weights_at
from lib.probes.exploration import mean_return, pulls
from lib.random import generator
from lib.spec import tagged, versioned
from lib.tasks.one_armed import OneArmed
from lib.training import batched
from lib.training.actor_critic import ActorCritic, train
from lib.training.batched_actors import Learners, Played
from lib.training.checks import check_at_least

BLOCK = 25  # updates that a point of a trace stands for


@tagged("Explored")
@dataclass(frozen=True)
class ExplorationCourse:
    """One network of a map, measured at each checkpoint.

    Attributes:
        explorer: how it is trained, in a one-armed world.
        precise: episodes behind its mean return at the end; a tenth of that on the way.
        held_out: episodes, with an arm that pays the prior mean, behind its pulls at the end and on the way.

    Raises:
        ValueError: if the world has no unknown arm, or a number of episodes is too small.
    """

    explorer: ActorCritic
    precise: int = 16_000
    held_out: int = 500

    def __post_init__(self) -> None:
        if self.precise < 20 or self.precise % 20:
            raise ValueError(f"precise is {self.precise}; it must be a multiple of 20")
        _check(self)

    @property
    def seed(self) -> int:
        """That of the network."""
        return self.explorer.seed

    @property
    def episodes(self) -> int:
        """How many episodes the network sees in training."""
        return self.explorer.episodes


@tagged("Alike")
@dataclass(frozen=True)
class ExplorationAtEnd:
    """One network of a crowd that differs in its seeds alone, measured after training.

    Attributes:
        explorer: how all of the crowd are trained, in a one-armed world; its seed is 0 and stands for none.
        seed: that of the network.
        precise: episodes behind its mean return.
        held_out: episodes, with an arm that pays the prior mean, behind its pulls; as many with one that pays as much
            above zero.

    Raises:
        ValueError: if the world has no unknown arm, the explorer has a seed of its own, or a number is too small.
    """

    explorer: ActorCritic
    seed: int
    precise: int = 16_000
    held_out: int = 500

    def __post_init__(self) -> None:
        if self.explorer.seed != 0:
            raise ValueError(f"the explorer's seed is {self.explorer.seed}; one that stands for a crowd has seed 0")
        if self.precise < 2 or self.precise % 2:
            raise ValueError(f"precise is {self.precise}; it must be even, from 2 on")
        _check(self)

    @property
    def own(self) -> ActorCritic:
        """How this one is trained."""
        return replace(self.explorer, seed=self.seed)

    @property
    def episodes(self) -> int:
        """How many episodes the network sees in training."""
        return self.explorer.episodes


@tagged("Traced")
@dataclass(frozen=True)
class ExplorationTraced(ExplorationAtEnd):
    """The same, measured at each checkpoint, with traces of what happened in between."""

    @property
    def alike(self) -> "ExplorationTraced":
        """What it shares with those that can train side by side with it: all but its seed and its world."""
        task = self.explorer.task
        assert isinstance(task, OneArmed), "checked when the spec was made"
        return replace(self, seed=0, explorer=replace(self.explorer, task=task.as_played))


def _check(spec: ExplorationCourse | ExplorationAtEnd) -> None:
    if not isinstance(spec.explorer.task, OneArmed):
        raise ValueError(f"the world is {spec.explorer.task}; explorers live in one-armed worlds")
    check_at_least(spec, seed=0, held_out=1)


@versioned("explored", 1)
def measure_course(spec: ExplorationCourse) -> dict[str, Tensor]:
    """Train a network and measure it at each checkpoint.

    Returns:
        `checkpoint`, updates so far; `earned`, reward an episode, and its `error`, by checkpoint; `pulls`, the
        probability of pulling an arm that pays the prior mean, by checkpoint and step; `better`, the same at the end
        for an arm that pays as much above zero as that pays below; `seen`, the reward of each update's training batch,
        averaged over fifty updates.

    Raises:
        FloatingPointError: if the training fails.
    """
    record = train(spec.explorer)
    checkpoints = kept(record)
    return _measured(spec, record, checkpoints, "explored") | {
        "checkpoint": torch.tensor(checkpoints),
        "seen": torch.stack([some.mean() for some in torch.split(record["earned"], 50)]),
    }


@versioned("alike", 1)
def measure_end(spec: ExplorationAtEnd) -> dict[str, Tensor]:
    """Train a network and measure it.

    Returns:
        `earned`, reward an episode, and its `error`; `pulls`, the probability of pulling an arm that pays the prior
        mean, by step; `better`, the same for an arm that pays as much above zero as that pays below.

    Raises:
        FloatingPointError: if the training fails.
    """
    return _at_end(spec, train(spec.own))


def measure_end_batched(specs: Sequence[ExplorationAtEnd], device: str = "cpu") -> list[dict[str, Tensor]]:
    """Train the networks of one crowd side by side, and measure each.

    Returns:
        one record a spec, as `measure_end` makes it.

    Raises:
        ValueError: if they are not of one crowd, or the device is not the CPU.
        FloatingPointError: if a training fails.
    """
    must_be_cpu(device)
    records = batched.train_actors([spec.own for spec in specs])
    return [_at_end(spec, record) for spec, record in zip(specs, records, strict=True)]


@versioned("traced", 1)
def measure_traced(spec: ExplorationTraced) -> dict[str, Tensor]:
    """Train a network, measure it at each checkpoint, and trace its training.

    Returns:
        `checkpoint`, `earned` and `error`, as `measure_course` makes them; `pulls` of an episode with an arm that pays
        the prior mean, by checkpoint; `better`, the same at the end for an arm that pays as much above zero; and, of
        its training, averaged over `BLOCK` updates at a time: `seen`, the reward of an episode; `pulled`, pulls of the
        unknown arm in an episode; `gradient`, the norm of the network's gradient before it is clipped.

    Raises:
        FloatingPointError: if the training fails.
    """
    return measure_traced_batched([spec])[0]


def measure_traced_batched(specs: Sequence[ExplorationTraced], device: str = "cpu") -> list[dict[str, Tensor]]:
    """The same for networks of one crowd, side by side.

    Raises:
        ValueError: if they are not of one crowd, or the device is not the CPU.
        FloatingPointError: if a training fails.
    """
    must_be_cpu(device)
    pulled, gradient = [], []

    def watch(update: int, learners: Learners, played: Played) -> None:
        pulled.append(played.actions.float().sum(dim=0).mean(dim=1))
        gradient.append(learners.gradient_norms)

    records = batched.train_actors([spec.own for spec in specs], watch)
    found = []
    for spec, record, pulls_seen, norms in zip(
        specs, records, torch.stack(pulled, 1), torch.stack(gradient, 1), strict=True
    ):
        checkpoints = kept(record)
        measured = _measured(spec, record, checkpoints, "traced")
        totals = {name: measured[name].sum(dim=-1) for name in ("pulls", "better")}
        traces = {"seen": record["earned"], "pulled": pulls_seen, "gradient": norms}
        blocks = {name: torch.stack([some.mean() for some in torch.split(of, BLOCK)]) for name, of in traces.items()}
        found.append({"checkpoint": torch.tensor(checkpoints), **measured, **totals, **blocks})
    return found


def must_be_cpu(device: str) -> None:
    """Networks of one-armed worlds grow up side by side on the CPU.

    Raises:
        ValueError: if the device is another.
    """
    if device != "cpu":
        raise ValueError(f"the device is {device!r}; explorers grow together on 'cpu' only (CUDA_VISIBLE_DEVICES=)")


def _at_end(spec: ExplorationAtEnd, record: dict[str, Tensor]) -> dict[str, Tensor]:
    found = _measured(spec, record, [spec.explorer.updates], "alike")
    return {name: value if name == "better" else value[0].clone() for name, value in found.items()}


def _measured(
    spec: ExplorationCourse | ExplorationAtEnd, record: dict[str, Tensor], checkpoints: Sequence[int], purpose: str
) -> dict[str, Tensor]:
    """Mean return and pulls by checkpoint, each with the same random numbers, and pulls of a better arm at the last."""
    task, steps = spec.explorer.task, spec.explorer.steps
    assert isinstance(task, OneArmed), "checked when the spec was made"
    estimates, likely = [], []
    for checkpoint in checkpoints:
        agent, rng = LSTMAgent.from_weights(weights_at(record, checkpoint)), generator(purpose, spec.seed)
        precise = spec.precise if checkpoint == checkpoints[-1] else spec.precise // 10
        estimates.append(mean_return(agent, task, steps, precise, rng))
        likely.append(pulls(agent, task, task.mean, steps, spec.held_out, rng))
    return {
        "earned": torch.tensor([each.value for each in estimates]),
        "error": torch.tensor([each.standard_error for each in estimates]),
        "pulls": torch.stack(likely).float(),
        "better": pulls(agent, task, -task.mean, steps, spec.held_out, rng).float(),
    }
