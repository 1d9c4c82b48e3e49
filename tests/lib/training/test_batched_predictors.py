"""Networks side by side in one program say, learn and keep what they would alone."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from lib.agents import batched as stacked_agents
from lib.agents.lstm import LSTM, DeepLSTM, LSTMAgent
from lib.probes.benchmark import PREDICTION
from lib.random import generator
from lib.runner.sweep import sweep
from lib.tasks.bernoulli import BernoulliTask
from lib.tasks.fixed import FixedCoins, FixedFunctions
from lib.tasks.prediction import PredictionTask
from lib.training import batched, regression
from lib.training.loop import SCHEDULES
from lib.training.supervised import Supervised, train

SHORT = Supervised(BernoulliTask(0.5, 0.5), seed=3, agent=DeepLSTM(12), batch=32, updates=60, checkpoints=4)
SPECS = [replace(SHORT, seed=seed) for seed in (3, 4, 5)]


def test_stacked_networks_say_what_each_says_alone() -> None:
    agents = [LSTMAgent(2, 1, 12, generator("stacked", seed)) for seed in range(3)]
    inputs = torch.randn(3, 5, 7, 2, generator=generator("stacked", 9))
    together = stacked_agents.outputs(stacked_agents.stack(agents), inputs)
    for agent, own, said in zip(agents, inputs, together, strict=True):
        torch.testing.assert_close(said, agent(own), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_networks_trained_together_become_what_they_become_alone(schedule: str) -> None:
    specs = [replace(spec, schedule=schedule) for spec in SPECS]
    together = batched.train_predictors(specs)
    for spec, record in zip(specs, together, strict=True):
        alone = train(spec)
        assert record.keys() == alone.keys()
        for name in alone:
            torch.testing.assert_close(record[name], alone[name], rtol=1e-3, atol=1e-4, msg=f"{name} of {spec}")
    assert not torch.equal(together[0]["60/readout.weight"], together[1]["60/readout.weight"])


@pytest.mark.parametrize("task", [row.task for row in PREDICTION[4:10:2]], ids=lambda task: type(task).__name__)
def test_networks_of_every_family_train_together(task: PredictionTask) -> None:
    wanted = [Supervised(task, seed, agent=DeepLSTM(6), steps=7, batch=16, updates=8, checkpoints=2) for seed in (0, 1)]
    for spec, record in zip(wanted, batched.train_predictors(wanted), strict=True):
        alone = train(spec)
        assert record.keys() == alone.keys()
        for name in alone:
            torch.testing.assert_close(record[name], alone[name], rtol=1e-3, atol=1e-4, msg=f"{name} of {spec}")


SHALLOW = LSTM(7, 2.0, True, 1.0)
COINS = [Supervised(FixedCoins(m, s), s, SHALLOW, 6, 16, 12, checkpoints=3) for m, s in ((1, 0), (8, 0), (8, 4))]
LINES = [
    regression.Regressor(FixedFunctions(m, s), s, SHALLOW, 6, 16, 12, checkpoints=3)
    for m, s in ((1, 0), (8, 0), (8, 4))
]
BY_SGD = [replace(spec, optimiser="sgd", learning_rate=0.1) for spec in LINES]
BY_ADAM = [replace(spec, optimiser="adam") for spec in LINES]


def test_shallow_networks_of_different_fixed_tasks_train_together() -> None:
    pairs = [
        *zip(COINS, batched.train_predictors(COINS), map(train, COINS), strict=True),
        *(
            pair
            for lines in (LINES, BY_SGD, BY_ADAM)
            for pair in zip(lines, batched.train_regressors(lines), map(regression.train, lines), strict=True)
        ),
    ]
    for spec, record, alone in pairs:
        assert record.keys() == alone.keys()
        for name in alone:
            torch.testing.assert_close(record[name], alone[name], rtol=1e-3, atol=1e-4, msg=f"{name} of {spec}")
    assert len({spec.alike for spec in COINS}) == len({spec.alike for spec in LINES}) == 1


def test_regressors_that_cannot_be_stacked_are_refused() -> None:
    with pytest.raises(ValueError, match=r"scale is 0\.5; only networks at a scale of 1 are stacked"):
        batched.train_regressors([replace(spec, scale=0.5) for spec in LINES])
    with pytest.raises(ValueError, match="device is 'cuda'; LSTMs that are not deep are stacked on a cpu"):
        batched.train_regressors(LINES, "cuda")
    with pytest.raises(ValueError, match="differ in their seeds alone"):
        batched.train_regressors([LINES[0], replace(LINES[1], batch=17)])


def test_each_network_is_clipped_by_its_own_norm() -> None:
    small, large = torch.full((1, 4), 0.1), torch.full((1, 4), 10.0)
    weight, bias = torch.zeros(2, 4), torch.zeros(2, 3)
    weight.grad, bias.grad = torch.cat([small, large]), torch.zeros(2, 3)
    batched.clip_by_run([weight, bias])
    torch.testing.assert_close(weight.grad[:1], small)
    assert weight.grad[1].norm().item() == pytest.approx(1, abs=1e-4)


def test_a_sweep_of_stacked_networks_leaves_the_records_of_a_plain_one(tmp_path: Path) -> None:
    other = replace(SHORT, task=BernoulliTask(10, 10))
    wanted = [*SPECS, other]
    plain = sweep(train, wanted, tmp_path / "plain", executor="serial", progress=False)
    packed = sweep(
        train, wanted, tmp_path / "packed", executor="stacked:2", together=batched.train_predictors, progress=False
    )
    for one, two in zip(plain, packed, strict=True):
        assert (one.key, one.manifest["specs"], one.manifest["trainer"]) == (
            two.key,
            two.manifest["specs"],
            two.manifest["trainer"],
        )
        assert one.arrays.keys() == two.arrays.keys()
        for name, value in one.arrays.items():
            torch.testing.assert_close(
                torch.from_numpy(two.arrays[name]), torch.from_numpy(value), rtol=1e-3, atol=1e-4
            )


def test_what_cannot_be_stacked_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="differ in their seeds alone"):
        batched.train_predictors([SHORT, replace(SHORT, agent=DeepLSTM(13))])
    with pytest.raises(ValueError, match="differ in their seeds alone"):
        batched.train_predictors([])
    with pytest.raises(ValueError, match="2 shapes"):
        stacked_agents.stack([LSTMAgent(2, 1, width, generator("stacked", 0)) for width in (3, 4)])
    with pytest.raises(ValueError, match="stacked:2 needs a trainer that stacks networks"):
        sweep(train, SPECS, tmp_path, executor="stacked:2")
