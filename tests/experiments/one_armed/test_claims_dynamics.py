"""The insides of networks of one-armed worlds: probes on made-up clouds and lives, and the rule within and outside its
bounds.
"""

import numpy as np
import pytest
import torch
import xarray as xr

from experiments.one_armed import claims_dynamics as rules
from experiments.one_armed import specs as explorers
from lib.agents.lstm import LSTMAgent
from lib.machine import Trace, unroll
from lib.optimal import stopping
from lib.probes.attractors import autonomous_states, decided, gathered
from lib.probes.behaviour import entropy_by_step
from lib.probes.state_geometry import Frame, hidden_statistics, shared
from lib.runner import store
from lib.tasks.environment import rollout
from lib.tasks.one_armed import OneArmed

CHANCE = np.random.default_rng(0)
UNITS = 8


def around(*sizes: int, spread: float = 0.05) -> np.ndarray:
    """States around as many corners as there are sizes, so many around each, 1 a unit from the next."""
    corners = np.repeat(np.tril(np.ones((5, UNITS)))[: len(sizes)] * UNITS**0.5, sizes, axis=0)
    return np.asarray(corners + spread * CHANCE.normal(size=corners.shape))


LINE = np.outer(np.linspace(0, 1, 300), np.ones(UNITS))
THINNING = np.outer(-np.log1p(-np.linspace(0, 0.995, 300)), np.ones(UNITS))
CLOUDS = {
    "one ball": (around(300, spread=0.3), 1),
    "one small ball": (around(300, spread=1e-3), 1),
    "one point": (np.zeros((300, UNITS)), 1),
    "an even line": (LINE, 1),
    "a line that thins out": (THINNING, 1),
    "two": (around(150, 150), 2),
    "two points": (np.repeat(np.eye(2, UNITS), 150, axis=0), 2),
    "two, one small": (around(280, 20), 2),
    "two, one too small": (around(290, 10), 1),
    "two, hardly apart": (np.repeat([[0.0] * UNITS, [0.04] * UNITS], 150, axis=0), 1),
    "two, just apart": (np.repeat([[0.0] * UNITS, [0.06] * UNITS], 150, axis=0), 2),
    "a point and a line": (np.concatenate([np.zeros((150, UNITS)), LINE[::2] + 1]), 2),
    "three, of which two near": (np.outer(np.repeat([0, 1, 1.2], (150, 75, 75)), np.ones(UNITS)), 2),
    "three, of which two less near": (np.outer(np.repeat([0, 1, 1.3], (150, 75, 75)), np.ones(UNITS)), 3),
    "three": (around(100, 100, 100), 3),
    "four": (around(75, 75, 75, 75), 4),
}


@pytest.mark.parametrize("name", CLOUDS)
def test_places_are_counted(name: str) -> None:
    cloud, count = CLOUDS[name]
    found = gathered(cloud)
    assert found.count == count
    assert len(set(found.place.tolist())) == count
    assert (found.apart > 0) == (count > 1)
    assert (found.silhouette >= 0.7) == (count > 1)


def test_places_are_where_the_states_are() -> None:
    found = gathered(around(100, 50, spread=1e-4))
    assert len(set(found.place[:100])) == len(set(found.place[100:])) == 1
    assert found.place[0] != found.place[-1]
    assert found.apart == pytest.approx(1, abs=1e-3)
    assert found.silhouette == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("cloud", "finest", "message"),
    [
        (np.zeros((9, 2)), 0.1, "9 states"),
        (np.full((20, 2), np.nan), 0.1, "all finite"),
        (np.zeros((20, 2)), 0.0, "finest is 0"),
    ],
)
def test_a_cloud_must_be_one(cloud: np.ndarray, finest: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        gathered(cloud, finest)


def test_a_place_decides_as_far_as_it_goes_with_the_sign() -> None:
    sign = np.array([False] * 10 + [True] * 10)
    assert decided(sign.astype(int), sign) == 1
    assert decided(1 - sign.astype(int), sign) == 1
    assert decided(np.zeros(20, dtype=int), sign) == 0.5
    one_strays = np.array([0] * 10 + [1] * 9 + [0])
    assert decided(one_strays, sign) == pytest.approx(0.95)
    with pytest.raises(ValueError, match="all states are alike"):
        decided(np.zeros(20, dtype=int), np.ones(20, dtype=bool))


# Left alone


class Thermostat:
    """A machine whose state goes half of the way to what it was last paid; it pulls again what it likes."""

    input_size, output_size, state_size = 4, 2, 1

    def __init__(self) -> None:
        self.observation: list[torch.Tensor] = []

    def initial_state(self, batch: int) -> torch.Tensor:
        return torch.zeros(batch, 1)

    def nearest_state(self, state: torch.Tensor) -> torch.Tensor:
        return state

    def step(self, state: torch.Tensor, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        self.observation.append(x)
        state = (state + x[:, 3:]) / 2
        return state, torch.cat([0 * state, state], dim=1)


def test_a_machine_that_is_left_alone_settles_on_the_arm_it_likes() -> None:
    machine = Thermostat()
    ends = torch.tensor([[1.0], [1.0], [-1.0]])
    life = Trace(torch.zeros(3, 1, 4), ends[:, None], torch.cat([0 * ends, ends], dim=1)[:, None])
    states = autonomous_states(machine, life, torch.tensor([3.0, -1.0, 3.0]), 40)
    assert states.shape == (3, 40, 1)
    # Pays well: stays. Pays badly: leaves as soon as it is below 0, and comes back to 0. Never tried: rests at 0.
    torch.testing.assert_close(states[:, -1, 0], torch.tensor([3.0, 0.0, 0.0]), atol=1e-5, rtol=0)
    assert all((observation[:, 2] == 1).all() for observation in machine.observation)
    torch.testing.assert_close(machine.observation[0], torch.tensor([[0.0, 1, 1, 3], [0, 1, 1, -1], [1, 0, 1, 0]]))
    assert (machine.observation[-1][0] == torch.tensor([0.0, 1, 1, 3])).all()


def test_what_it_is_told_is_what_a_world_without_noise_tells_at_its_end() -> None:
    world, rng = OneArmed(1, 1e-6), torch.Generator().manual_seed(0)
    episodes = world.given(torch.tensor([2.0, 2.0]), 3, rng)
    place, observation = world.reset(episodes)
    for _ in range(2):
        place, outcome = world.step(episodes, place, torch.tensor([0, 1]))
    machine = Thermostat()
    life = Trace(observation[:, None], torch.zeros(2, 1, 1), torch.tensor([[[1.0, 0]], [[0.0, 1]]]))
    autonomous_states(machine, life, torch.tensor([2.0, 2.0]), 1)
    torch.testing.assert_close(machine.observation[0], outcome.observation, atol=1e-4, rtol=0)


def test_a_network_goes_on_from_where_its_life_ended() -> None:
    world, rng = OneArmed(1, 1), torch.Generator().manual_seed(0)
    machine = LSTMAgent(4, 2, 5, torch.Generator().manual_seed(1), deep=False)
    mu = torch.full((7,), -1.0)
    with torch.inference_mode():
        life = unroll(machine, rollout(machine, world, world.given(mu, 6, rng), rng).inputs)
        pulled = life.outputs[:, -1].argmax(dim=1).float()
        observation = torch.stack([1 - pulled, pulled, torch.ones(7), -pulled], dim=1)
        expected, _ = machine.step(life.states[:, -1], observation)
    torch.testing.assert_close(autonomous_states(machine, life, mu, 4)[:, 0], expected)
    with pytest.raises(ValueError, match="asked for 0 more steps"):
        autonomous_states(machine, life, mu, 0)
    with pytest.raises(ValueError, match="there are 6 means"):
        autonomous_states(machine, life, mu[:6], 4)


# Statistics and densities


def test_statistics_of_hidden_units_are_what_they_say() -> None:
    states = torch.tensor([[[1.0, 1.0], [1.0, 3.0]], [[1.0, 1.0], [1.0, 1.0]]])
    found = hidden_statistics(states, torch.zeros(2))
    assert found.mean.tolist() == [1.0, 1.5]
    assert found.spread.tolist() == pytest.approx([0.0, 1.0])  # one unit with variance 2, one with none
    assert found.change.tolist() == pytest.approx([1.0, 2**0.5 / 2])
    with pytest.raises(ValueError, match="1 episodes do not differ"):
        hidden_statistics(states[:1], torch.zeros(2))


def test_entropy_is_a_mean_over_episodes() -> None:
    policies = torch.tensor([[[0.5, 0.5], [1.0, 0.0]], [[1.0, 0.0], [1.0, 0.0]]])
    assert entropy_by_step(policies).tolist() == pytest.approx([np.log(2) / 2, 0])


def test_a_frame_counts_every_place_once() -> None:
    places = np.array([[0.0, 0.0], [0.0, 1.0], [3.0, 1.0], [3.0, 1.0]])
    frame = Frame.around(places, 2)
    assert frame.density(places).tolist() == [[0.25, 0.0], [0.25, 0.5]]
    assert frame.density(places[:2]).tolist() == [[0.5, 0.0], [0.5, 0.0]]
    with pytest.raises(ValueError, match="1 of 4 places are outside"):
        frame.density(places + np.outer([0, 0, 0, 1], [9, 0]))
    for wrong, cells in ((places, 1), (places * [1, 0], 2)):
        with pytest.raises(ValueError, match="no frame of cells"):
            Frame.around(wrong, cells)
    assert shared(frame.density(places), frame.density(places)) == 1
    assert shared(frame.density(places[:2]), frame.density(places[2:])) == 0


# The networks that are looked into


def test_networks_that_are_looked_into_are_in_no_crowd() -> None:
    specs = explorers.dynamics("laptop")
    assert len(specs) == len(set(specs)) == 20
    assert [spec.task.sigma_p for spec in specs[::10]] == [explorers.ENSEMBLES[world] for world in explorers.INNER]
    crowd = {each.own for each in explorers.ensembles("laptop")}
    assert not crowd & set(specs)
    assert {each.seed for each in crowd}.isdisjoint(spec.seed for spec in specs)
    assert {spec.steps for spec in specs} == {explorers.LIFETIME}
    with pytest.raises(ValueError, match="there is no profile 'huge'"):
        explorers.dynamics("huge")


def test_the_worlds_are_on_either_side_of_both_edges() -> None:
    for world, explores in (("outside", False), ("inside", True)):
        best = stopping.solve(explorers.ENSEMBLES[world], explorers.NOISE, explorers.LIFETIME)
        assert (float(best.value) > 0) == explores
        if explores:  # what the rule says of the adaptive optimum
            still = [float(best.survival(mu)[..., -1]) for mu in (-1.0, 1.0)]
            assert round((1 - still[0] + still[1]) / 2, 2) == 0.96


# L07


def result(inside: list[int], outside: list[int], alone: list[int], decides: float) -> store.Result:
    """Ten networks of each world: places at the end of lives, and, of those inside, left alone."""
    counts = np.array([[outside, outside, outside], [inside, [5] * 10, alone]]).swapaxes(1, 2)
    data = xr.Dataset(
        {
            "places": (("world", "run", "cloud"), counts),
            "decided": (("world", "run", "signed"), np.full((2, 10, 2), decides)),
        },
        {
            "world": ["outside", "inside"],
            "cloud": ["both signs", "prior", "left alone"],
            "signed": ["both signs", "left alone"],
        },
    )
    return store.Result("exploration-dynamics", data, {"profile": "laptop", "episodes": {"a": 7}}, {})


def of_ten(many: int, value: int, rest: int) -> list[int]:
    return [value] * many + [rest] * (10 - many)


@pytest.mark.parametrize(
    ("inside", "outside", "alone", "decides", "verdict"),
    [
        (10, 10, 10, 1.0, "reproduced"),
        (8, 8, 8, 0.9, "reproduced"),
        (7, 8, 8, 0.9, "partly"),
        (8, 7, 8, 0.9, "partly"),
        (8, 8, 7, 0.9, "partly"),
        (8, 8, 8, 0.89, "not"),
        (0, 10, 6, 1.0, "partly"),
        (0, 10, 5, 1.0, "not"),
        (10, 5, 10, 1.0, "not"),
        (6, 6, 0, 1.0, "partly"),
    ],
)
def test_l07_asks_both_worlds_and_both_clouds(
    inside: int, outside: int, alone: int, decides: float, verdict: str
) -> None:
    made = result(of_ten(inside, 2, 1), of_ten(outside, 1, 2), of_ten(alone, 2, 3), decides)
    found = rules.attractors(made)
    assert found.verdict == verdict
    assert (found.n, found.episodes, found.profile) == (10, 7, "laptop")
    assert found.figure == "learning-not-to-learn.html#fig-not-to-learn-dynamics"
    if decides >= 0.9:
        assert f"left alone, {alone / 10:.0%} of networks that should learn have two" in found.value
        assert f"at the end of lives, {inside / 10:.0%} of networks that should learn have two" in found.value


def test_three_places_are_not_two_and_two_are_not_one() -> None:
    assert rules.attractors(result([3] * 10, [1] * 10, [3] * 10, 1.0)).verdict == "not"
    assert rules.attractors(result([2] * 10, [2] * 10, [2] * 10, 1.0)).verdict == "not"
