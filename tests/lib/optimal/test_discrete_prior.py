"""Bayesians with a discrete prior, against sums over every task written out; and ridge regression for one y."""

import numpy as np
import pytest
import torch

from lib.machine import Machine, unroll
from lib.optimal.conjugate import BetaBernoulli, bayes_optimal
from lib.optimal.discrete_prior import DiscreteBernoulli, DiscreteRegression
from lib.optimal.ridge import RidgeAgent
from lib.probes import behaviour
from lib.random import generator
from lib.tasks.bernoulli import BernoulliTask
from lib.tasks.fixed import FixedCoins, FixedFunctions
from lib.tasks.linear import LinearFunction


@pytest.mark.parametrize("tasks", [1, 3, 40])
def test_the_predictor_of_a_box_of_coins_weighs_every_coin(tasks: int) -> None:
    box = FixedCoins(tasks, 2)
    flips = box.prior.sample(30, 12, generator("discrete", 0)).observations.double()
    said = unroll(DiscreteBernoulli(box), box.inputs(flips.float())).outputs[..., 0].double().sigmoid()
    biases = box.biases.double()
    for t in range(12):
        heads = flips[:, :t].sum(dim=1, keepdim=True)
        likelihood = biases**heads * (1 - biases) ** (t - heads)
        expected = (likelihood * biases).sum(dim=1) / likelihood.sum(dim=1)
        torch.testing.assert_close(said[:, t], expected, atol=1e-5, rtol=1e-5)
    assert isinstance(bayes_optimal(box), DiscreteBernoulli)


@pytest.mark.parametrize("tasks", [1, 3, 200])
def test_the_predictor_of_a_list_of_functions_weighs_every_function(tasks: int) -> None:
    listed = FixedFunctions(tasks, 2)
    problems = listed.prior.sample(20, 9, generator("discrete", 1))
    trace = unroll(DiscreteRegression(listed), problems.inputs)
    values = problems.x.double() @ listed.functions[:, 0].double().T  # what each function is at each point
    misfit = (values - problems.y.double()).square() / (2 * listed.noise**2)
    for t in range(9):
        weights = (-misfit[:, :t].sum(dim=1)).softmax(dim=1)
        torch.testing.assert_close(
            trace.outputs[:, t, 0].double(), (weights * values[:, t]).sum(dim=1), atol=1e-4, rtol=1e-4
        )


def test_with_many_tasks_both_discrete_predictors_come_to_the_continuous_ones() -> None:
    coins = BernoulliTask(1, 1).sample(300, 20, generator("discrete", 2))
    problems = LinearFunction(2).sample(200, 8, generator("discrete", 3))
    apart: dict[str, list[float]] = {"coins": [], "lines": []}
    for tasks in (3, 30, 3_000):
        box, listed = FixedCoins(tasks, 1), FixedFunctions(tasks, 1, LinearFunction(2))
        best = behaviour.predict(BetaBernoulli(box.prior), box, coins)
        apart["coins"].append(behaviour.dissimilarity(best, behaviour.predict(DiscreteBernoulli(box), box, coins)))
        said = [unroll(each, problems.inputs).outputs for each in (DiscreteRegression(listed), ridge(listed.prior))]
        apart["lines"].append((said[0] - said[1]).square().mean().item())
    for values in apart.values():
        assert values[0] > 3 * values[1] > 9 * values[2]


def ridge(task: LinearFunction) -> Machine:
    return RidgeAgent.of(task)


def test_ridge_regression_of_one_y_is_the_posterior_mean() -> None:
    task = LinearFunction(3, 0.5)
    problems = task.sample(10, 7, generator("discrete", 4))
    agent = RidgeAgent.of(task)
    assert (agent.input_size, agent.output_size, agent.state_size) == (4, 1, 3 + 3 + 9)
    said = unroll(agent, problems.inputs).outputs[..., 0]
    x, y = problems.x.double().numpy(), problems.y.double().numpy()[..., 0]
    for t in range(7):
        for episode in range(10):
            seen, values = x[episode, :t], y[episode, :t]
            w = np.linalg.solve(seen.T @ seen + 0.25 * np.eye(3), seen.T @ values)
            assert said[episode, t].item() == pytest.approx(w @ x[episode, t], abs=1e-4)
    with pytest.raises(ValueError, match="outputs is 0; it must be at least 1"):
        RidgeAgent(3, 1.0, 0.5, 0)


def test_each_is_the_best_in_its_own_world_and_not_in_the_other() -> None:
    listed = FixedFunctions(6, 4)
    machines = {"old": DiscreteRegression(listed), "new": ridge(listed.prior)}
    for where, world in (("old", listed), ("new", listed.prior)):
        problems = world.sample(400, 16, generator("discrete", 5))
        error = {
            who: (unroll(each, problems.inputs).outputs - problems.y).square().mean().item()
            for who, each in machines.items()
        }
        assert min(error, key=lambda who: error[who]) == where
        assert max(error.values()) > 1.2 * min(error.values())


def test_a_list_is_a_machine_whose_states_are_sums() -> None:
    listed = FixedFunctions(5, 0)
    machine = DiscreteRegression(listed)
    assert isinstance(machine, Machine)
    problems = listed.sample(3, 6, generator("discrete", 6))
    states = unroll(machine, problems.inputs).states
    x, y = problems.x, problems.y
    _, squares, products = machine.read(states[:, -1])
    torch.testing.assert_close(squares, x[:, :-1].mT @ x[:, :-1])
    torch.testing.assert_close(products, y[:, :-1].mT @ x[:, :-1])
    weights = machine.weights(states[:, -1])
    torch.testing.assert_close(weights.sum(dim=1), torch.ones(3, dtype=torch.float64))
    assert torch.equal(machine.nearest_state(states[:, -1]), states[:, -1])
    strange = torch.randn(4, machine.state_size, generator=generator("discrete", 7))
    near = machine.nearest_state(strange)
    assert torch.linalg.eigvalsh(machine.read(near)[1]).min() > -1e-5
    torch.testing.assert_close(machine.nearest_state(near), near)


def test_without_noise_no_list_is_weighed() -> None:
    with pytest.raises(ValueError, match="noise is 0; it must be positive"):
        DiscreteRegression(FixedFunctions(2, 0, LinearFunction(2, 0)))
