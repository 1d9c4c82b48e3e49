"""Explorers of one-armed worlds: one set of hyperparameters for all of them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from experiments.one_armed import specs
from experiments.one_armed.measure import BLOCK, ExplorationTraced, measure_traced, measure_traced_batched
from experiments.one_armed.specs import explorer, patient_explorer
from lib.agents.lstm import LSTM
from lib.runner.sweep import sweep
from lib.tasks.one_armed import OneArmed
from lib.training.actor_critic import train


def test_worlds_and_lifetimes_share_everything_else() -> None:
    one, other = explorer(1, 2, 100, 0), explorer(0.3, 0.5, 20, 7)
    assert (one.task, one.steps, one.seed) == (OneArmed(1, 2), 100, 0)
    assert replace(other, task=one.task, steps=100, seed=0) == one


def test_an_explorer_can_be_trained() -> None:
    spec = explorer(1, 1, 5, 0, updates=3)
    record = train(spec)
    assert record["earned"].shape == (3,)
    assert record["3/memory.weight_hh_l0"].shape == (4 * 48, 48)
    assert not torch.equal(record["3/readout.weight"], record["0/readout.weight"])


def test_a_world_must_make_sense() -> None:
    with pytest.raises(ValueError, match="sigma_l is 0"):
        explorer(1, 0, 5, 0)
    with pytest.raises(ValueError, match="steps is 0"):
        explorer(1, 1, 0, 0)


def test_no_two_worlds_share_a_seed() -> None:
    """Nor the maps, the crowds, those that are looked into, and those at the places of collapse."""
    own = specs.patient_grid("laptop")
    assert len(own) == 3 * 25 * 3
    assert len({spec.seed for spec in own}) == len(own)
    assert len({(spec.explorer.steps, spec.explorer.task) for spec in own}) == 3 * 25
    assert {replace(spec.explorer, task=OneArmed(1, 1), steps=1) for spec in own} == {patient_explorer(1, 1, 1, 0)}
    fresh = specs.collapse("paper")
    assert [spec.explorer.task for spec in fresh[:: len(fresh) // 2]] == [OneArmed(1, 1), OneArmed(1.0866, 2)]
    assert [spec.own for spec in specs.caught("laptop")] == [
        explorer(1.0866, 2, 100, seed) for seed in (4, 6, 10, 59, 64, 73)
    ]
    others = [specs.grid("paper"), specs.ensembles("paper"), specs.dynamics("paper"), specs.patient_grid("paper")]
    assert len({spec.seed for spec in fresh}) == len(fresh) == 200
    assert {spec.seed for spec in fresh}.isdisjoint(spec.seed for each in others for spec in each)
    assert {spec.seed for spec in own}.isdisjoint(spec.seed for each in others[:3] for spec in each)


def test_traces_say_what_happened_from_update_to_update() -> None:
    shared = replace(explorer(1, 1, 5, 0, updates=BLOCK + 2), agent=LSTM(8), batch=8, checkpoints=2)
    wanted = [ExplorationTraced(shared, seed, 20, 4) for seed in (1, 2)]
    alone, together = measure_traced(wanted[0]), measure_traced_batched(wanted)
    earned = train(wanted[0].own)["earned"]
    torch.testing.assert_close(alone["seen"], torch.stack([earned[:BLOCK].mean(), earned[BLOCK:].mean()]))
    for name, shape in {"pulls": (2,), "earned": (2,), "pulled": (2,), "gradient": (2,), "better": ()}.items():
        assert alone[name].shape == shape
        torch.testing.assert_close(together[0][name], alone[name], rtol=1e-3, atol=1e-4)
        assert not torch.equal(together[1][name], together[0][name])
    assert (alone["pulled"] > 0).all()
    assert (alone["pulled"] < 5).all()


def test_networks_of_several_worlds_train_as_one_program(tmp_path: Path) -> None:
    groups: list[list[int]] = []

    def together(wanted: Sequence[ExplorationTraced], device: str) -> list[dict[str, torch.Tensor]]:
        groups.append([spec.seed for spec in wanted])
        return measure_traced_batched(wanted, device)

    shared = [
        replace(explorer(sigma_p, 1, steps, 0, updates=2), agent=LSTM(8), batch=8, checkpoints=2)
        for steps in (5, 6)
        for sigma_p in (1, 2)
    ]
    wanted = [ExplorationTraced(each, seed, 20, 4) for seed, each in enumerate(shared)]
    sweep(measure_traced, wanted, tmp_path, executor="stacked:4", together=together, progress=False)
    assert groups == [[0, 1], [2, 3]]
