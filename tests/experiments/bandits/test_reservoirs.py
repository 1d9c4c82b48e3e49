"""Untrained memories, and what may be read from them."""

from dataclasses import replace

import pytest
import torch

from experiments import shipped
from experiments.bandits import specs as players
from experiments.bandits.measure_reservoir import Reservoir, measure_reservoir
from experiments.prediction import specs as predictors
from lib.agents.frozen import FrozenLSTM
from lib.agents.lstm import DeepLSTM
from lib.agents.sonnet import SonnetLSTM
from lib.checkpoints import weights_at
from lib.probes.benchmark import BANDITS, PREDICTION
from lib.random import generator
from lib.runner import store
from lib.tasks.bandits import BernoulliBandit
from lib.tasks.bernoulli import BernoulliTask
from lib.training import actor_critic, supervised
from lib.training.actor_critic import ActorCritic
from lib.training.supervised import Supervised


def test_sonnet_draws_truncated_normal_weights_by_fan_in_and_zero_biases() -> None:
    agent = SonnetLSTM(100).build(4, 2, generator("test", 0))
    for name, parameter in agent.named_parameters():
        values = parameter.detach()
        if values.dim() == 2:
            deviation = values.shape[1] ** -0.5
            assert values.abs().max() <= 2 * deviation, name
            if values.numel() > 1_000:  # a normal deviate within two standard deviations varies by 0.8796 of them
                assert values.std().item() == pytest.approx(0.8796 * deviation, rel=0.03), name
        elif name != "memory.bias_ih_l0":
            assert not values.any(), name
    gates = agent.memory.bias_ih_l0.detach().chunk(4)
    assert torch.equal(gates[1], torch.ones(100))
    assert not torch.cat([gates[0], gates[2], gates[3]]).any()
    again = SonnetLSTM(100).build(4, 2, generator("test", 0))
    assert torch.equal(again.readout.weight, agent.readout.weight)


@pytest.mark.parametrize(
    ("spec", "train"),
    [
        (Supervised(BernoulliTask(1, 1), 3, FrozenLSTM(8), batch=16, updates=5, checkpoints=2), supervised.train),
        (ActorCritic(BernoulliBandit(1, 1), 3, FrozenLSTM(8), batch=16, updates=5, checkpoints=2), actor_critic.train),
    ],
    ids=["predictor", "player"],
)
def test_a_frozen_memory_stays_while_its_reading_is_learned(spec, train) -> None:  # type: ignore[no-untyped-def]
    record = train(spec)
    before, after = weights_at(record, 0), weights_at(record, 5)
    for name, values in before.items():
        moved = not torch.equal(values, after[name])
        assert moved == name.startswith(("decoder", "readout")), name
    same = weights_at(train(replace(spec, agent=DeepLSTM(8))), 0)
    assert all(torch.equal(values, same[name]) for name, values in before.items())


def test_an_untrained_network_is_read_on_the_trained_ones_play_or_on_its_own() -> None:
    player = players.players("laptop", BANDITS[:1])[0]
    fed = Reservoir(player, SonnetLSTM(8), 3, fitted=40, held_out=20)
    one, again, own = (measure_reservoir(each) for each in (fed, fed, replace(fed, own_play=True)))
    assert one == again
    assert one["state"] != own["state"]
    assert fed.episodes == 60
    trained = measure_reservoir(replace(fed, agent=None, fitted=120))
    assert trained["reward"] < one["reward"]
    with pytest.raises(ValueError, match="own_play is True and agent None"):
        replace(fed, agent=None, own_play=True)
    with pytest.raises(ValueError, match="seed is -1; it must be at least 0"):
        replace(fed, seed=-1)


def test_weights_that_ship_are_found_and_others_are_missed() -> None:
    spec = predictors.predictors("laptop", PREDICTION[:1])[2]
    assert shipped.ships("prediction", spec)
    assert not shipped.ships("bandits", spec)
    assert not shipped.ships("prediction", replace(spec, seed=9_999))
    kept = store.load("prediction").weights_of(spec, spec.updates)
    found = shipped.weights_in_the_end("prediction", spec)
    assert all(torch.equal(found[name], kept[name]) for name in kept)
    with pytest.raises(store.Missing):
        shipped.weights_in_the_end("prediction", replace(spec, seed=9_999))
