"""Training that goes on with longer episodes."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from experiments.prediction import lengthening
from lib.agents.lstm import DeepLSTM, LSTMAgent
from lib.checkpoints import kept, weights_at
from lib.optimal.conjugate import bayes_optimal
from lib.probes.benchmark import PREDICTION
from lib.probes.length_generalisation import step_kl_along
from lib.random import generator
from lib.runner import store
from lib.tasks.bernoulli import BernoulliTask
from lib.training import supervised
from lib.training.lengthened import Lengthened, cosine, train
from lib.training.supervised import Supervised

COIN = BernoulliTask(0.5, 0.5)
BEGUN = Supervised(COIN, seed=77, agent=DeepLSTM(12), steps=5, updates=150, checkpoints=2)
SPEC = Lengthened(BEGUN, updates=150, shortest=5, longest=80, batch_steps=640, checkpoints=3)


def test_lengths_are_drawn_evenly_on_a_logarithmic_scale_and_long_episodes_are_few() -> None:
    spec = replace(SPEC, updates=4_000)
    lengths = spec.lengths
    assert (min(lengths), max(lengths)) == (5, 80)
    assert np.mean([length <= 20 for length in lengths]) == pytest.approx(0.5, abs=0.03)
    assert [spec.batch(length) for length in (5, 20, 80)] == [128, 32, 16]
    assert spec.episodes == BEGUN.episodes + sum(spec.batch(length) for length in lengths)
    assert spec.episodes_after(2) == spec.batch(lengths[0]) + spec.batch(lengths[1])


def test_the_learning_rate_falls_by_half_a_cosine() -> None:
    weight = torch.zeros(1, requires_grad=True)
    optimiser = cosine([weight], replace(SPEC, updates=10))
    rates = []
    for _ in range(10):
        rates.append(optimiser.optimiser.param_groups[0]["lr"])
        optimiser.descend((weight**2).sum())
    assert rates[0] == pytest.approx(2e-3)
    assert rates[5] == pytest.approx((2e-3 + 2e-5) / 2)
    assert optimiser.optimiser.param_groups[0]["lr"] == pytest.approx(2e-5)


def test_a_network_goes_on_from_where_it_was_and_counts_longer() -> None:
    first = weights_at(supervised.train(BEGUN), BEGUN.updates)
    record = train(SPEC, LSTMAgent.from_weights(first))
    assert kept(record) == [0, 1, 150]
    assert all(torch.equal(weights_at(record, 0)[name], first[name]) for name in first)
    episodes = COIN.sample(400, 80, generator("test", 0))
    before, after = (
        step_kl_along(bayes_optimal(COIN), LSTMAgent.from_weights(weights), COIN, episodes)[40:].mean()
        for weights in (first, weights_at(record, 150))
    )
    assert after < before / 2


def test_what_ships_is_what_training_goes_on_from() -> None:
    spec = lengthening.lengthened_predictors("laptop", PREDICTION[:1])[3]
    assert lengthening.ships(spec.begun)
    shipped = store.load("prediction").weights_of(spec.begun, spec.begun.updates)
    own = lengthening.beginning(spec.begun)
    assert all(torch.equal(value, shipped[name]) for name, value in own.named_parameters())
    elsewhere = replace(spec.begun, seed=12_345)
    assert not lengthening.ships(elsewhere)
    with pytest.raises(store.Missing):
        lengthening.beginning(elsewhere)


def test_lengths_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="longest is 3; it must be at least 5"):
        replace(SPEC, longest=3)
    with pytest.raises(ValueError, match="learning_rate is 0; it must lie between 0 and 1"):
        replace(SPEC, learning_rate=0)
