"""How much players of one-armed worlds explore and earn, against what is known exactly."""

import pytest
import torch

from experiments.one_armed import specs
from experiments.one_armed.measure import ExplorationCourse, measure_course
from lib.optimal import explore_then_commit as fixed
from lib.optimal import stopping
from lib.optimal.one_armed import OneArmedProblem
from lib.optimal.stopping import StoppingAgent
from lib.probes import exploration
from lib.probes.exploration import mean_return, pulls
from lib.random import generator
from lib.tasks.bandits import BernoulliBandit
from lib.tasks.one_armed import OneArmed
from lib.training.actor_critic import ActorCritic

WORLD, NICHE = OneArmed(1.0, 1.0), OneArmedProblem(1.0, 1.0, 30)


def test_the_optimum_earns_and_pulls_what_theory_says() -> None:
    best = stopping.solve(1.0, 1.0, 30)
    agent = StoppingAgent.of(NICHE)
    found = mean_return(agent, WORLD, 30, 10_000, generator("exploration", 0))
    assert abs(found.value - float(best.value)) < 4 * found.standard_error
    likely = pulls(agent, WORLD, -1.0, 30, 10_000, generator("exploration", 1))
    assert likely.shape == (30,)
    assert likely.sum().item() == pytest.approx(float(best.pulls(-1.0)), abs=0.08)
    assert likely[0] == 1, "it explores, so it begins with a pull"
    assert (likely.diff() <= 0).all(), "it never comes back to an arm that it has left"


def test_the_standard_error_is_what_repeated_measurements_differ_by() -> None:
    agent = StoppingAgent.of(NICHE)
    found = [mean_return(agent, WORLD, 30, 400, generator("exploration", seed)) for seed in range(60)]
    spread = torch.tensor([each.value for each in found]).std().item()
    claimed = sum(each.standard_error for each in found) / len(found)
    assert claimed == pytest.approx(spread, rel=0.3)


def test_measuring_in_batches_is_measuring(monkeypatch: pytest.MonkeyPatch) -> None:
    agent = StoppingAgent.of(NICHE)
    sizes = []
    given = OneArmed.given

    def watched(self: OneArmed, mu: torch.Tensor, steps: int, rng: torch.Generator) -> object:
        sizes.append(len(mu))
        return given(self, mu, steps, rng)

    monkeypatch.setattr(exploration, "AT_ONCE", 150)
    monkeypatch.setattr(OneArmed, "given", watched)
    found = mean_return(agent, WORLD, 30, 400, generator("exploration", 2))
    assert sizes == [150, 150, 100]
    assert abs(found.value - float(stopping.value(1.0, 1.0, 30))) < 4 * found.standard_error


def test_bad_numbers_of_episodes_are_named() -> None:
    agent = StoppingAgent.of(OneArmedProblem(1.0, 1.0, 4))
    for count in (0, 1, 7):
        with pytest.raises(ValueError, match=f"asked for {count} episodes"):
            mean_return(agent, WORLD, 4, count, torch.Generator())
    with pytest.raises(ValueError, match="asked for 0 episodes"):
        pulls(agent, WORLD, -1, 4, 0, torch.Generator())


def test_an_explorer_is_measured_at_each_checkpoint() -> None:
    spec = ExplorationCourse(specs.explorer(1.0, 1.0, 6, 0, updates=60), 200, 20)
    record = measure_course(spec)
    moments = len(record["checkpoint"])
    assert record["checkpoint"][[0, -1]].tolist() == [0, 60]
    assert record["earned"].shape == record["error"].shape == (moments,)
    assert record["pulls"].shape == (moments, 6)
    assert record["better"].shape == (6,)
    assert record["seen"].shape == (2,)
    assert ((record["pulls"] > 0.2) & (record["pulls"] < 0.8)).all(dim=1)[0], "an untrained network tosses a coin"
    assert record["error"][-1] < record["error"][0], "the end is measured with ten times the episodes"
    again = measure_course(spec)
    assert all(torch.equal(record[name], again[name]) for name in record)


def test_only_explorers_are_measured_and_closely_enough() -> None:
    explorer = specs.explorer(1.0, 1.0, 6, 0)
    with pytest.raises(ValueError, match="explorers live in one-armed worlds"):
        ExplorationCourse(ActorCritic(BernoulliBandit(1, 1), 0))
    with pytest.raises(ValueError, match="precise is 30; it must be a multiple of 20"):
        ExplorationCourse(explorer, 30)
    with pytest.raises(ValueError, match="held_out is 0"):
        ExplorationCourse(explorer, 200, 0)


def test_a_map_holds_every_world_once_and_crowds_differ_in_their_seeds() -> None:
    grid = specs.grid("laptop")
    worlds = {(spec.explorer.task, spec.explorer.steps) for spec in grid}
    assert len(worlds) == len(grid) == 300
    assert {spec.explorer.steps for spec in grid} == {20, 50, 100}
    assert (min(specs.sides("laptop")), max(specs.sides("laptop"))) == (0.2, 2)
    crowds = specs.ensembles("laptop")
    assert len(crowds) == 300
    assert len({spec.own.task for spec in crowds}) == 3
    assert len({(spec.own.task, spec.own.seed) for spec in crowds}) == 300


def test_crowds_live_where_they_are_said_to() -> None:
    noise, lifetime = specs.NOISE, specs.LIFETIME
    at = specs.ENSEMBLES["at the fixed edge"]
    assert fixed.value(0.999 * at, noise, lifetime) == 0 < fixed.value(1.001 * at, noise, lifetime)
    assert specs.ENSEMBLES["outside"] == pytest.approx(0.5 * at, abs=1e-4)
    assert specs.ENSEMBLES["inside"] == pytest.approx(1.5 * at, abs=1e-4)
