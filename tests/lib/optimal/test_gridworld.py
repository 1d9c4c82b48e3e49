"""The best way to live in a grid world: against known numbers, against every possible life, and as a machine."""

from functools import cache
from itertools import product

import numpy as np
import pytest
import torch

from lib.machine import Machine, unroll
from lib.optimal.bandit_agent import CERTAIN_LOGIT
from lib.optimal.gridworld import GridAgent, devoted, optimum
from lib.optimal.gridworld_dp import Plan, plan
from lib.random import generator
from lib.tasks.environment import Rollout, rollout
from lib.tasks.gridworld import EARLY, STAGED, GridWorld

LIFETIME = 20
SMALL = GridWorld(0.1, 0.5, 1.0, safe=(1, 0), side=4)
FIVE = GridWorld(0.1, 0.5, 0.9, safe=(1, 1), side=5)


@cache
def planned(world: GridWorld = STAGED, lifetime: int = LIFETIME) -> Plan:
    return plan(world, lifetime)


class Decided:
    """The same machine, which takes the first of equally good moves."""

    def __init__(self, agent: GridAgent) -> None:
        self.agent = agent
        self.input_size, self.output_size, self.state_size = agent.input_size, agent.output_size, agent.state_size
        self.initial_state, self.nearest_state = agent.initial_state, agent.nearest_state

    def step(self, state: torch.Tensor, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        state, logits = self.agent.step(state, x)
        first = torch.nn.functional.one_hot((logits > 0).int().argmax(dim=1), 4)
        return state, CERTAIN_LOGIT * first.to(logits)


def lived(agent: GridAgent, world: GridWorld, steps: int, times: int = 1, decided: bool = True) -> Rollout:
    machine = Decided(agent) if decided else agent
    return rollout(machine, world, world.every(steps, times), generator("grid, test", 0))


def by_brute_force(world: GridWorld, lifetime: int) -> float:
    """Best expected return, over all ways to live: one tree of what could be seen, and no sets of cells."""
    pairs = frozenset(product(world.mediums, world.highs))

    @cache
    def best(at: tuple[int, int], possible: frozenset[tuple[tuple[int, int], tuple[int, int]]], left: int) -> float:
        return max(moved(at, move, possible, left) for move in ((1, 0), (-1, 0), (0, 1), (0, -1))) if left else 0.0

    def moved(at, move, possible, left) -> float:  # type: ignore[no-untyped-def]
        into = tuple(min(max(x + d, 0), world.side - 1) for x, d in zip(at, move, strict=True))
        seen: dict[float, set[object]] = {}
        for medium, high in possible:
            pays = {world.safe: world.safe_reward, medium: world.medium_reward, high: world.high_reward}
            seen.setdefault(pays.get(into, 0.0), set()).add((medium, high))
        return sum(
            len(those) / len(possible) * (reward + best((0, 0) if reward else into, frozenset(those), left - 1))
            for reward, those in seen.items()
        )

    return best((0, 0), pairs, lifetime)


@pytest.mark.parametrize(("world", "lifetimes"), [(SMALL, (1, 4, 7, 9)), (FIVE, (3, 6, 8))], ids=["4 by 4", "5 by 5"])
def test_no_way_to_live_is_better(world: GridWorld, lifetimes: tuple[int, ...]) -> None:
    values = planned(world, lifetimes[-1]).values
    for lifetime in lifetimes:
        assert values[lifetime] == pytest.approx(by_brute_force(world, lifetime), abs=1e-12)
    assert values[-1] > world.safe_reward * (lifetimes[-1] // sum(world.safe)), "the safe goal alone would have done"


def test_the_known_numbers() -> None:
    values = planned().values
    assert values[[0, 1, 5, 10, 20]] == pytest.approx([0, 0, 0.5, 1.25, 2.63])
    assert (np.diff(values) >= 0).all()
    assert planned(EARLY, 10).values[[4, 10]] == pytest.approx([0.2, 0.8])


@pytest.mark.slow
def test_the_known_numbers_of_long_lives() -> None:
    long = plan(STAGED, 100)  # some 240 MB: not to be kept
    assert long.values[[50, 100]] == pytest.approx([7.22, 15.15], abs=0.005)
    for lifetime, visits in {10: (5, 0, 0), 20: (2.2, 3.2, 0), 50: (1.3, 3.7, 4.5), 100: (2.8, 8.7, 8.8)}.items():
        agent = GridAgent(long, lifetime)
        rewards = lived(agent, STAGED, lifetime).rewards
        assert rewards.double().sum(dim=1).mean().item() == pytest.approx(agent.earns, abs=1e-5)
        seen = [(rewards - pays).abs().lt(1e-6).sum(dim=1).double().mean().item() for pays in STAGED.rewards]
        assert seen == pytest.approx(visits, abs=0.35 if lifetime > 20 else 0.05)


def test_the_machine_earns_what_its_plan_says() -> None:
    for lifetime in (1, 2, 5, 10, 13, 20):
        agent = GridAgent(planned(), lifetime)
        earned = lived(agent, STAGED, lifetime).rewards.double().sum(dim=1).mean().item()
        assert earned == pytest.approx(planned().values[lifetime], abs=1e-6)
        assert agent.earns == planned().values[lifetime]
    undecided = lived(GridAgent(planned(), 20), STAGED, 20, times=60, decided=False).rewards.double().sum(dim=1)
    assert undecided.mean().item() == pytest.approx(2.63, abs=4 * undecided.std().item() / 3300**0.5)


def test_it_follows_the_clock_that_it_is_told() -> None:
    short = GridAgent(planned(), 10)
    hurried = lived(short, STAGED, 20).rewards.double().sum(dim=1)
    assert hurried.mean() == pytest.approx(2.5), "it took twenty steps for ten, and went to the safe goal"
    longer = lived(GridAgent(planned(), 20), STAGED, 10).rewards.double().sum(dim=1)
    assert longer.mean() < 1.25


def test_it_is_a_machine_that_knows_what_may_be_where() -> None:
    agent = GridAgent(planned(), 12)
    assert isinstance(agent, Machine)
    assert (agent.input_size, agent.state_size, agent.output_size) == (42, 17, 4)
    grids = STAGED.given((2, 3), (0, 5), 12)
    place, observation = STAGED.reset(grids)
    inputs = [observation]
    for action in [0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0]:  # up to the third row, past (1, 3) into (2, 3); then up to (0, 5)
        place, outcome = STAGED.step(grids, place, torch.tensor([action]))
        inputs.append(outcome.observation)
    states = unroll(agent, torch.stack(inputs, dim=1)).states[0]
    assert states[:, 0].tolist() == [0, 6, 12, 18, 19, 0, 6, 12, 18, 24, 0, 6]
    mediums, highs = states[:, 1:6], states[:, 6:]
    assert mediums[3].tolist() == [1] * 5
    assert mediums[4].tolist() == [0, 1, 1, 1, 1]
    assert mediums[5:].tolist() == [[0, 1, 0, 0, 0]] * 7
    assert highs[9].tolist() == [1] * 11
    assert highs[10:].tolist() == [[1] + [0] * 10] * 2


def test_equals_have_equal_chances() -> None:
    agent = GridAgent(planned(), 10)
    _, observation = STAGED.reset(STAGED.every(10))
    _, logits = agent.step(agent.initial_state(55), observation)
    assert logits.softmax(dim=1)[0].tolist() == pytest.approx([0.5, 0.5, 0, 0], abs=1e-9)
    last = observation.clone()
    last[:, -1] = 1
    _, logits = agent.step(agent.initial_state(55), last)
    assert logits[0].tolist() == [CERTAIN_LOGIT] * 4, "with one step left nothing can be reached"


def test_the_nearest_state_is_one() -> None:
    agent = GridAgent(planned(), 12)
    drawn = torch.rand(50, 17, generator=torch.Generator().manual_seed(0))
    drawn[:, 0] = torch.linspace(-3, 40, 50)
    near = agent.nearest_state(drawn)
    assert torch.equal(near, agent.nearest_state(near))
    assert set(near[:, 1:].unique().tolist()) == {0.0, 1.0}
    assert (near[:, 1:6].sum(dim=1) >= 1).all()
    assert (near[:, 6:].sum(dim=1) >= 1).all()
    assert (near[0, 0], near[-1, 0]) == (0, 35)
    state = agent.initial_state(3)
    assert torch.equal(agent.nearest_state(state + 0.3), state)
    nothing = agent.nearest_state(state * 0)
    assert torch.isfinite(agent.step(nothing, torch.zeros(3, 42))[1]).all()


def test_landmarks_seek_one_goal() -> None:
    values = {}
    for goal, reward in zip(("safe", "medium", "high"), STAGED.rewards, strict=True):
        agent = devoted(STAGED, LIFETIME, goal)
        rewards = lived(agent, STAGED, LIFETIME).rewards
        visits = (rewards - reward).abs().lt(1e-6).double().sum(dim=1)
        assert visits.mean().item() * reward == pytest.approx(agent.earns, abs=1e-6)
        values[goal] = rewards.double().sum(dim=1).mean().item()
    assert values["safe"] == pytest.approx(2.5)
    assert values["high"] < values["medium"] < planned().values[-1]
    assert max(values.values()) <= planned().values[-1]


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="lifetime is 0; it must be at least 1"):
        plan(STAGED, 0)
    with pytest.raises(ValueError, match="lifetime is 0"):
        optimum(STAGED, 0)
    for worth in ((1, 2), (1, -1, 0), (1, 2, float("inf"))):
        with pytest.raises(ValueError, match="must be three numbers that are finite and not negative"):
            plan(STAGED, 3, worth)
    for lifetime in (0, 21):
        with pytest.raises(ValueError, match=f"lifetime is {lifetime}; this plan is made for 1 to 20 steps"):
            GridAgent(planned(), lifetime)
    with pytest.raises(ValueError, match="goal is 'golden'; it must be one of safe, medium, high"):
        devoted(STAGED, 3, "golden")
