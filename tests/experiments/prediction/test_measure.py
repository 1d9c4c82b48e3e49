"""Comparisons that are swept, and the recipes that several runs share."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from experiments import networks
from experiments.prediction import specs as recipes
from experiments.prediction.measure import MAPS, Comparison, compare
from lib.agents.lstm import DeepLSTM
from lib.agents.mlp import MLP
from lib.machine import unroll
from lib.optimal.conjugate import bayes_optimal
from lib.probes import simulation
from lib.probes.behaviour import dissimilarity
from lib.probes.benchmark import PREDICTION, STEPS
from lib.probes.comparison import DIRECTIONS
from lib.probes.simulation import Embedding
from lib.random import generator
from lib.runner import store
from lib.runner.sweep import sweep
from lib.spec import key_of
from lib.tasks.bernoulli import BernoulliTask
from lib.training.supervised import Supervised, train, untrained

SPEC = Supervised(BernoulliTask(1, 1), seed=5, agent=DeepLSTM(4), steps=8, batch=16, updates=3, checkpoints=2)
FRESH = Comparison(SPEC, trained=False, fitted=40, held_out=30)


@pytest.fixture(scope="module")
def record() -> dict[str, torch.Tensor]:
    return compare(FRESH)


def embedding(record: dict[str, torch.Tensor], direction: str) -> Embedding:
    prefix = f"{direction}/"
    return Embedding.from_arrays(
        {name.removeprefix(prefix): a.numpy() for name, a in record.items() if name.startswith(prefix)}
    )


def test_a_comparison_holds_what_it_promises(record: dict[str, torch.Tensor]) -> None:
    assert record["state"].shape == record["output"].shape == (len(DIRECTIONS), len(MAPS))
    assert tuple(MAPS) == ("mlp", "linear", "constant")
    torch.testing.assert_close(record["state"][:, 2], torch.ones(2), rtol=0, atol=0.4)
    assert (record["state"][:, :2] < record["state"][:, 2:]).all()
    assert record["explained"].shape == (8,)
    assert record["explained"].sum().item() == pytest.approx(1, abs=1e-5)
    assert (record["explained"].diff() <= 0).all()
    assert 0 < record["order_kept"] < 2
    assert not {"projection", "whole_output"} & record.keys()
    assert all(torch.isfinite(value).all() for value in record.values())


def test_a_comparison_is_the_same_twice(record: dict[str, torch.Tensor]) -> None:
    again = compare(FRESH)
    assert again.keys() == record.keys()
    assert all(torch.equal(again[name], record[name]) for name in record)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_its_numbers_are_those_of_its_embeddings_with_opt_first(
    record: dict[str, torch.Tensor], direction: str
) -> None:
    network, bayes = untrained(SPEC), bayes_optimal(SPEC.task)
    source, target = (network, bayes) if direction == "RNN to Opt" else (bayes, network)
    place, found = DIRECTIONS.index(direction), embedding(record, direction)
    held_out = SPEC.task.sample(30, 8, generator("comparison, held out", 0)).inputs
    state = simulation.state_dissimilarity(found, source, target, held_out)
    assert record["state"][place, 0].item() == pytest.approx(state, rel=1e-3)
    said = simulation.outputs_before_and_after(found, source, target, held_out)
    own, embedded = (SPEC.task.predictive(outputs.double()) for outputs in said)
    opt_first = (embedded, own) if target is bayes else (own, embedded)
    assert record["output"][place, 0].item() == pytest.approx(dissimilarity(*opt_first), rel=1e-3)
    assert dissimilarity(*opt_first[::-1]) != pytest.approx(dissimilarity(*opt_first), rel=1e-2)


def test_a_trained_network_is_read_from_its_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "RECORDS", tmp_path)
    trained = replace(FRESH, trained=True)
    with pytest.raises(store.Missing, match=f"{key_of(SPEC)}.json is not in"):
        compare(trained)
    (training,) = sweep(train, [SPEC], tmp_path, executor="serial", progress=False)
    network, fresh = networks.after_training(SPEC), networks.before_training(SPEC)
    for name, value in network.named_parameters():
        np.testing.assert_array_equal(value.detach().numpy(), training.arrays[f"3/{name}"])
        np.testing.assert_array_equal(fresh.get_parameter(name).detach().numpy(), training.arrays[f"0/{name}"])


def test_of_a_trained_network_the_controls_are_measured_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "RECORDS", tmp_path)
    sweep(train, [SPEC], tmp_path, executor="serial", progress=False)
    trained = replace(FRESH, trained=True)
    record, network = compare(trained), networks.after_training(SPEC)
    held_out = SPEC.task.sample(30, 8, generator("comparison, held out", 0)).inputs
    target = embedding(record, "Opt to RNN").target
    states = unroll(network, held_out).states[:, :-1].detach().double().numpy()
    restored = torch.from_numpy(target.restore(target.whiten(states))).float()
    outputs = (
        simulation.says_from(network, restored, held_out[:, 1:]),
        unroll(network, held_out).outputs[:, 1:].detach(),
    )
    put_back, own = (SPEC.task.predictive(each.double()) for each in outputs)
    assert record["projection"].item() == pytest.approx(dissimilarity(own, put_back), rel=1e-3)
    assert record["whole_output"] > 0
    assert record["projection"] > 0


def test_a_comparison_trains_nothing_and_has_the_seed_of_its_network() -> None:
    assert (FRESH.episodes, FRESH.seed) == (0, 5)
    assert key_of(FRESH) != key_of(replace(FRESH, trained=True)) != key_of(SPEC)


def test_a_network_without_states_is_refused() -> None:
    with pytest.raises(ValueError, match=r"the agent is MLP\(width=4\); only LSTMs are compared"):
        compare(replace(FRESH, predictor=replace(SPEC, agent=MLP(4))))


@pytest.mark.parametrize(
    ("profile", "networks", "updates"), [("smoke", 2, 20), ("laptop", 10, 2_000), ("paper", 10, 100_000)]
)
def test_the_predictors_of_a_profile_are_all_networks_of_a_task_together(
    profile: str, networks: int, updates: int
) -> None:
    wanted = recipes.predictors(profile)
    assert [(spec.task, spec.seed) for spec in wanted] == [(row.task, s) for row in PREDICTION for s in range(networks)]
    assert {(spec.agent, spec.steps, spec.batch, spec.updates) for spec in wanted} == {
        (DeepLSTM(32), STEPS, 128, updates)
    }
    narrow = recipes.predictors(profile, PREDICTION[3:4], width=2)
    assert [spec.task for spec in narrow] == [PREDICTION[3].task] * networks
    assert {spec.agent for spec in narrow} == {DeepLSTM(2)}


def test_a_profile_that_is_not_there_has_no_recipe() -> None:
    with pytest.raises(ValueError, match="there is no profile 'huge'"):
        recipes.predictors("huge")
