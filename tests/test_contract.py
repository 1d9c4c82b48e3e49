"""What every world and every machine owes to the rest of the book."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from scipy import stats

from lib.agents.recurrent import RecurrentAgent
from lib.machines import Machine, unroll
from lib.optimal.conjugate import BetaBernoulli
from lib.seeding import generator
from lib.tasks.bernoulli import Bernoulli
from lib.tasks.prediction import PredictionTask


@dataclass(frozen=True)
class Case:
    """A world and the machines that can live in it."""

    task: PredictionTask
    machines: tuple[Machine, ...]


def network(task: PredictionTask) -> RecurrentAgent:
    return RecurrentAgent(task.input_size, task.output_size, 7, generator("contract", 0))


WORLDS: dict[str, PredictionTask] = {
    "uniform coins": Bernoulli(1, 1),
    "bent coins": Bernoulli(0.5, 0.5),
    "lopsided coins": Bernoulli(2, 5),
}
MACHINES = [
    pytest.param(task, make(task), id=f"{name}-{kind}")
    for name, task in WORLDS.items()
    for kind, make in {"recurrent": network, "Bayes": BetaBernoulli}.items()
]
TASKS = [pytest.param(task, id=name) for name, task in WORLDS.items()]


@pytest.mark.parametrize("task", TASKS)
def test_episodes_have_the_shapes_they_promise(task: PredictionTask) -> None:
    episodes = task.sample(5, 11, generator("contract", 1))
    assert episodes.observations.shape == (5, 11)
    assert episodes.inputs.shape == (5, 11, task.input_size)
    assert episodes.parameters.shape[0] == 5
    assert {episodes.observations.dtype, episodes.inputs.dtype, episodes.parameters.dtype} == {torch.float32}


@pytest.mark.parametrize("task", TASKS)
def test_inputs_say_nothing_at_first_and_are_one_step_late(task: PredictionTask) -> None:
    episodes = task.sample(6, 9, generator("contract", 2))
    assert (episodes.inputs[:, 0] == 0).all()
    last_changed = episodes.observations.clone()
    last_changed[:, -1] = 1 - last_changed[:, -1]
    assert torch.equal(task.inputs(last_changed), episodes.inputs), "the last observation leaked into the inputs"
    first_changed = episodes.observations.clone()
    first_changed[:, 0] = 1 - first_changed[:, 0]
    differs = (task.inputs(first_changed) != episodes.inputs).any(dim=-1)
    assert differs[:, 1].all()
    assert not differs[:, 2:].any()


@pytest.mark.parametrize("task", TASKS)
def test_the_generator_decides_everything(task: PredictionTask) -> None:
    torch.manual_seed(0)
    one = task.sample(4, 8, generator("contract", 3))
    torch.manual_seed(1)
    same = task.sample(4, 8, generator("contract", 3))
    other = task.sample(4, 8, generator("contract", 4))
    assert torch.equal(one.parameters, same.parameters)
    assert torch.equal(one.observations, same.observations)
    assert not torch.equal(one.parameters, other.parameters)


@pytest.mark.parametrize("name", WORLDS)
def test_coins_follow_their_prior_and_flips_their_coin(name: str) -> None:
    task = WORLDS[name]
    assert isinstance(task, Bernoulli)
    episodes = task.sample(20_000, 20, generator("contract", 5))
    bias = episodes.parameters[:, 0].numpy()
    assert stats.kstest(bias, stats.beta(task.a, task.b).cdf).pvalue > 0.001
    heads = episodes.observations.sum(dim=1).numpy()
    seen = np.bincount(heads.astype(int), minlength=21)
    expected = 20_000 * stats.betabinom(20, task.a, task.b).pmf(np.arange(21))
    common = expected > 5
    assert stats.chisquare(seen[common], expected[common] * seen[common].sum() / expected[common].sum()).pvalue > 0.001


@pytest.mark.parametrize(("task", "machine"), MACHINES)
def test_a_trace_has_the_shapes_it_promises(task: PredictionTask, machine: Machine) -> None:
    trace = unroll(machine, task.sample(3, 6, generator("contract", 6)).inputs)
    assert trace.states.shape == (3, 6, machine.state_size)
    assert trace.outputs.shape == (3, 6, machine.output_size)
    assert trace.outputs.shape[-1] == task.output_size
    assert trace.states.dtype == trace.outputs.dtype == torch.float32
    assert torch.isfinite(trace.outputs).all()


@pytest.mark.parametrize(("task", "machine"), MACHINES)
def test_unroll_is_one_step_after_another(task: PredictionTask, machine: Machine) -> None:
    inputs = task.sample(3, 6, generator("contract", 7)).inputs
    trace = unroll(machine, inputs)
    state = machine.initial_state(3)
    for t in range(6):
        state, output = machine.step(state, inputs[:, t])
        assert torch.equal(state, trace.states[:, t])
        assert torch.equal(output, trace.outputs[:, t])


@pytest.mark.parametrize(("task", "machine"), MACHINES)
def test_a_machine_is_the_same_twice_and_does_not_mix_episodes(task: PredictionTask, machine: Machine) -> None:
    inputs = task.sample(5, 6, generator("contract", 8)).inputs
    together = unroll(machine, inputs)
    assert torch.equal(unroll(machine, inputs).outputs, together.outputs)
    alone = unroll(machine, inputs[2:3])
    torch.testing.assert_close(alone.outputs[0], together.outputs[2])


@pytest.mark.parametrize(("task", "machine"), MACHINES)
def test_a_machine_says_nothing_of_the_future(task: PredictionTask, machine: Machine) -> None:
    inputs = task.sample(4, 8, generator("contract", 9)).inputs
    other = inputs.clone()
    other[:, 5:] = task.sample(4, 8, generator("contract", 10)).inputs[:, 5:]
    assert torch.equal(unroll(machine, inputs).outputs[:, :5], unroll(machine, other).outputs[:, :5])


@pytest.mark.parametrize(("task", "machine"), MACHINES)
def test_wrong_inputs_are_named(task: PredictionTask, machine: Machine) -> None:
    with pytest.raises(ValueError, match=f"3 features; this machine takes {machine.input_size}"):
        unroll(machine, torch.zeros(2, 4, 3))
    with pytest.raises(ValueError, match="0 steps"):
        unroll(machine, torch.zeros(2, 0, task.input_size))


def test_steps_and_episodes_must_be_positive() -> None:
    with pytest.raises(ValueError, match="0 episodes of 20 steps"):
        Bernoulli(1, 1).sample(0, 20, generator("contract", 0))


@pytest.mark.parametrize("bad", [0, -1, float("nan"), float("inf")])
def test_prior_parameters_must_be_positive(bad: float) -> None:
    with pytest.raises(ValueError, match=r"Beta prior has b=.*positive and finite"):
        Bernoulli(1, bad)
