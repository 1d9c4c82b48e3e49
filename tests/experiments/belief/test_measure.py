"""What is measured of beliefs: a machine that filters has none to lose, one that counts loses more and more."""

import numpy as np
import pytest
import torch

from experiments.belief import claims, figures, specs
from experiments.belief.measure import Moments, read_beliefs, static
from lib.agents.lstm import LSTM
from lib.machine import unroll
from lib.optimal.forward_algorithm import ForwardAlgorithm
from lib.probes.belief_geometry import explained, predictive_kl
from lib.random import generator
from lib.tasks.hidden_markov import mess3
from tests.pictures import check_picture

TASK = mess3(0.05, 0.7)


@pytest.fixture(scope="module")
def moments() -> Moments:
    return Moments.drawn(TASK, 80, 12, "a test")


def test_the_forward_algorithm_is_nowhere_from_itself(moments: Moments) -> None:
    own = unroll(ForwardAlgorithm(TASK), moments.episodes.inputs.double()).outputs
    np.testing.assert_allclose(moments.apart(own), 0, atol=1e-12)


def test_counts_are_sufficient_until_something_moves(moments: Moments) -> None:
    still = static(TASK)
    says = unroll(ForwardAlgorithm(still), moments.episodes.inputs.double()).outputs
    off = moments.apart(says)
    assert off[0] == pytest.approx(0, abs=1e-12)
    assert off[-1] > 5 * off[1] > 0
    counts = torch.nn.functional.one_hot(moments.episodes.observations[:, :-1].long(), 3).double().sum(dim=1)
    posterior = (counts @ torch.tensor(TASK.emissions).double().log().T).softmax(dim=1)
    torch.testing.assert_close(says[:, -1].exp(), posterior @ torch.tensor(TASK.emissions).double(), atol=1e-3, rtol=0)


def test_shuffled_beliefs_leave_nothing_to_read(moments: Moments) -> None:
    network, fresh = (LSTM(6).build(3, 3, generator("belief measure", seed)) for seed in (0, 1))
    read = read_beliefs(network, fresh, Moments.drawn(TASK, 80, 12, "another"), moments)
    assert tuple(read) == claims.CONTROLS
    trained, untrained, mixed = (explained(moments.beliefs, each) for each in read.values())
    assert min(trained, untrained) > 0.8 > 0.1 > mixed
    assert not np.allclose(read[claims.TRAINED], read[claims.UNTRAINED])
    lost = [predictive_kl(ForwardAlgorithm(TASK), moments.beliefs, each).mean().item() for each in read.values()]
    assert lost[2] > 5 * max(lost[:2])


def by_case(shape: tuple[int, ...], low: float) -> dict[str, dict[str, np.ndarray]]:
    rng = np.random.default_rng(0)
    return {chain: {agent: low + rng.random(shape) / 100 for agent in specs.RECIPES} for chain in specs.CHAINS}


def test_pictures_say_what_their_numbers_say() -> None:
    never = dict.fromkeys(specs.CHAINS, 0.4)
    filtering = by_case((3, 4), 0.02)
    seen = np.array([0, 64, 640, 6400])
    check_picture(lambda: figures.filtering(seen, filtering, never, 0.01), 6, "Mess3, LSTM, 0.02")
    static_kl = {chain: np.linspace(1e-6, 0.5, 5) for chain in specs.CHAINS}
    check_picture(lambda: figures.transport(range(1, 6), by_case((3, 5), 0.001), static_kl), 8, r"Bayes, static: 1\.3")
    states = {
        chain: {a: dict(zip(claims.CONTROLS, own, strict=True)) for a, own in agents.items()}
        for chain, agents in by_case((3, 3), 0.01).items()
    }
    check_picture(lambda: figures.readouts(states, states, never, claims.CONTROLS), 6, "LSTM: 0.01.* nats trained")


def test_the_simplex_shows_each_chain_once_for_each_reading(moments: Moments) -> None:
    beliefs = moments.beliefs.reshape(-1, 3)
    readings = {"trained": beliefs, "untrained": beliefs * 0.9 + 0.1 / 3}
    exact, read = {"Mess3": beliefs}, {"Mess3": readings}
    check_picture(
        lambda: figures.simplices(exact, read, {"Mess3": {"trained": 1.0, "untrained": 0.5}}),
        2,
        r"untrained: 0\.5000 of",
    )
    np.testing.assert_allclose(figures.on_the_plane(np.eye(3)), figures.CORNERS)
    assert np.linalg.norm(figures.CORNERS[2] - figures.CORNERS[0]) == pytest.approx(1)
