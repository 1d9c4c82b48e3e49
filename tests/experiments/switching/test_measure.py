"""Comparisons with the exact filter, on machines of which it is known what they hold."""

import numpy as np
import pytest
import torch

from experiments.switching import measure, specs
from experiments.switching.widget import SwitchingBench
from lib.agents.lstm import DeepLSTM
from lib.machine import Delegating, Machine, unroll
from lib.optimal.run_length_filter import RunLengthFilter
from lib.random import generator
from lib.runner import store
from lib.spec import key_of
from lib.tasks.change_point_coin import ChangePointCoinTask
from lib.training.supervised import Supervised

KNOWN, HIDDEN = (world.task for world in specs.WORLDS.values())


def spec(task: ChangePointCoinTask) -> Supervised:
    return Supervised(task, 0, DeepLSTM(4), steps=8, updates=2)


def made_of(monkeypatch: pytest.MonkeyPatch, machine: Machine) -> None:
    """Let every comparison be with this machine in place of a network."""
    monkeypatch.setattr(measure.SwitchingComparison, "network", property(lambda _: machine))


def test_a_filter_simulates_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    made_of(monkeypatch, Delegating(specs.exact(KNOWN, 8)))
    found = measure.compare(measure.SwitchingComparison(spec(KNOWN), True, fitted=200, held_out=100))
    mlp, linear, constant = range(3)
    assert (found["state"][:, linear] < 0.05).all()
    assert (found["state"][:, mlp] < 0.3).all()
    assert np.allclose(found["state"][:, constant], 1, atol=0.2)
    assert found["recovered"][linear] < 0.05 * found["recovered"][constant]
    assert (found["output"][:, linear].mean(dim=1) < 0.05 * found["output"][:, constant].mean(dim=1)).all()


def test_the_exact_posterior_is_read_off_the_exact_filter_and_not_off_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    mixture = specs.exact(HIDDEN, 8)
    made_of(monkeypatch, mixture)
    reading = measure.SwitchingReading(spec(HIDDEN), True, fitted=80, held_out=60)
    found = measure.read(reading)
    assert found["read"].shape == (8,)
    assert found["read"].mean() < 0.2 * found["prior"].mean()
    made_of(monkeypatch, DeepLSTM(4).build(2, 1, generator("test", 0)))
    assert measure.read(reading)["read"].mean() > 3 * found["read"].mean()


def test_what_is_to_be_read_is_the_hazard_if_it_is_hidden_and_else_the_run_length() -> None:
    inputs = KNOWN.inputs(torch.ones(3, 6))
    of_hazards, of_runs = measure.posterior(HIDDEN, inputs), measure.posterior(KNOWN, inputs)
    assert (of_hazards.shape, of_runs.shape) == ((3, 6, 4), (3, 6, 7))
    for each in (of_hazards, of_runs):
        torch.testing.assert_close(each.sum(dim=-1), torch.ones(3, 6))
    assert (of_runs[:, 0].argmax(dim=1) == 0).all()
    assert (of_runs[:, -1].argmax(dim=1) == 5).all()


def test_components_are_counted_until_they_explain_enough() -> None:
    rng = np.random.default_rng(0)
    cloud = rng.normal(size=(4_000, 3)) * [10, 2, 0.1]
    assert measure.components(cloud) == 2


def test_a_comparison_and_a_reading_of_one_network_are_two_records() -> None:
    both = [kind(spec(KNOWN), True) for kind in (measure.SwitchingComparison, measure.SwitchingReading)]
    assert key_of(both[0]) != key_of(both[1])


def test_where_the_hazard_is_hidden_the_networks_are_those_that_ship() -> None:
    trained = next(each for each in specs.networks("laptop") if each.task == HIDDEN)
    shipped = measure.HiddenHazardComparison(trained, True, fitted=7).network
    fresh = measure.HiddenHazardComparison(trained, False).network
    assert measure.HiddenHazardComparison(trained, True, fitted=7).episodes == 7
    switching = store.load("switching")
    own = switching.data.sel(world="hidden")
    weights = switching.weights(own.network.values[0], int(own["last"]))
    for name, value in shipped.state_dict().items():
        torch.testing.assert_close(value, weights[name])
    assert not torch.equal(shipped.readout.weight, fresh.readout.weight)
    with pytest.raises(KeyError, match="knows no network of"):
        _ = measure.HiddenHazardComparison(spec(HIDDEN), True).network


def test_networks_of_a_world_are_alike_but_for_their_seeds_and_no_two_share_one() -> None:
    for profile in ("smoke", "laptop", "paper"):
        networks = specs.networks(profile)
        assert len({each.seed for each in networks}) == len(networks)
        assert [each.task for each in networks] == sorted([each.task for each in networks], key=(KNOWN, HIDDEN).index)
    assert [each.steps for each in specs.networks("laptop")] == [40] * 5 + [60] * 5


def test_the_exact_filter_of_a_world_is_exact_as_long_as_networks_are_followed() -> None:
    inputs = HIDDEN.sample(4, specs.LONGER, generator("test", 1)).inputs
    right = unroll(RunLengthFilter(HIDDEN, specs.LONGER), inputs).outputs
    torch.testing.assert_close(unroll(specs.exact(HIDDEN), inputs).outputs, right, atol=2e-5, rtol=0)


def test_the_bench_refuses_foreign_symbols_several_hazards_and_networks_of_other_worlds() -> None:
    network = DeepLSTM(4).build(2, 1, generator("test", 0))
    assert SwitchingBench(KNOWN, network).table()[1][2:] == ["0.500", "0.500"]
    with pytest.raises(ValueError, match="tosses are H or T, not X"):
        SwitchingBench(KNOWN, network, played="HXT")
    with pytest.raises(ValueError, match="the bench is for one"):
        SwitchingBench(HIDDEN, network)
    with pytest.raises(ValueError, match="takes 3 numbers and says 1; here it must be 2 and 1"):
        SwitchingBench(KNOWN, DeepLSTM(4).build(3, 1, generator("test", 0)))
