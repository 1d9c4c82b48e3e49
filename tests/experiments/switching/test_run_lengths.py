"""Run lengths read off machines of which it is known what they hold, with the time and without it."""

import numpy as np
import pytest
import torch

from experiments.switching import figures_run_lengths, measure, run_lengths, specs
from lib.agents.lstm import DeepLSTM
from lib.machine import Machine
from lib.optimal.run_length_filter import RunLengthFilter
from lib.runner import store
from lib.spec import key_of
from lib.training.supervised import Supervised
from tests.pictures import check_picture

STEPS = 8
KNOWN, HIDDEN = (world.task for world in specs.WORLDS.values())


def reading(shuffled: bool = False) -> run_lengths.RunLengthReading:
    predictor = Supervised(HIDDEN, 0, DeepLSTM(4), steps=STEPS, updates=2)
    return run_lengths.RunLengthReading(predictor, True, 120, 120, shuffled)


def made_of(monkeypatch: pytest.MonkeyPatch, machine: Machine) -> None:
    """Let every reading be of this machine in place of a network."""
    monkeypatch.setattr(run_lengths.RunLengthReading, "network", property(lambda _: machine))


def test_run_lengths_are_read_off_their_filter_and_shuffled_ones_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    made_of(monkeypatch, RunLengthFilter(HIDDEN, STEPS))
    found, shuffled = (run_lengths.read_run_lengths(reading(each)) for each in (False, True))
    assert found["read"].shape == (len(run_lengths.GIVEN), STEPS)
    assert found["read"][1].mean() < 0.4 * found["prior"].mean()
    assert shuffled["read"][1].mean() > 0.9 * found["prior"].mean()
    torch.testing.assert_close(shuffled["prior"], found["prior"])


def test_with_the_time_a_state_that_tells_nothing_is_as_good_as_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    class Mute(RunLengthFilter):
        def step(self, state: torch.Tensor, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            return state, torch.zeros(len(state), 1)

    made_of(monkeypatch, Mute(HIDDEN, STEPS))
    alone, with_time = run_lengths.read_run_lengths(reading())["read"].mean(dim=1)
    prior = run_lengths.read_run_lengths(reading())["prior"].mean()
    assert abs(with_time - prior) < 0.05 * prior
    assert alone > 2 * prior


def test_the_posterior_does_not_know_a_hidden_hazard_and_is_of_run_lengths_before_each_toss() -> None:
    found = measure.of_run_lengths(HIDDEN, HIDDEN.inputs(torch.ones(3, 6)))
    assert found.shape == (3, 6, 7)
    torch.testing.assert_close(found.sum(dim=-1), torch.ones(3, 6))
    assert found[0, 0].tolist() == [1, 0, 0, 0, 0, 0, 0]
    assert found[0, 1, 0].item() == pytest.approx(np.mean(HIDDEN.hazards))


def test_the_time_stands_beside_each_state() -> None:
    states = torch.arange(12.0).view(2, 3, 2)
    both = run_lengths.with_time(states)
    torch.testing.assert_close(both[..., :2], states)
    assert both[1, 2, 2:].tolist() == [0, 0, 1]


def test_every_network_that_ships_is_read_thrice_in_both_worlds() -> None:
    every = run_lengths.readings("laptop")
    assert len({key_of(each) for each in every}) == len(every) == 2 * 3 * 5
    assert key_of(every[0]) != key_of(measure.HiddenHazardComparison(every[0].predictor, True, 300, 300))
    switching = store.load("switching")
    for place, world in enumerate(switching.data.world.values):
        weights = switching.weights(
            switching.data.network.sel(world=world).values[0], int(switching.data["last"][place])
        )
        first = every[place * 15].network
        for name, value in first.state_dict().items():
            torch.testing.assert_close(value, weights[name])


def test_the_picture_says_what_it_shows() -> None:
    read = {name: np.full((5, 4), nats) for name, nats in (("trained", 0.1), ("untrained", 0.3), ("shuffled", 0.5))}
    both = {"hidden": read | {"the time alone": np.full((5, 4), 0.4)}}
    check_picture(
        lambda: figures_run_lengths.run_lengths(both, {"hidden": read}),
        4,
        r"hidden hazard, trained: 0\.1 nats; hidden hazard, untrained: 0\.3 nats; .* the time alone: 0\.4 nats\.",
    )
