"""Players of bandits compared with the best player, and what the comparison is made of."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from experiments import networks
from experiments.bandits import claims_simulation as rules
from experiments.bandits.measure import (
    BORROWED,
    CONDITIONS,
    MAPS,
    OWN,
    TRAINED,
    BanditComparison,
    Streams,
    compare,
    streams,
)
from experiments.prediction import measure as comparison
from lib.agents.lstm import DeepLSTM, LSTMAgent
from lib.agents.mlp import MLP
from lib.machine import Machine, unroll
from lib.optimal import bandit_dp_gaussian
from lib.optimal.bandit_dp import optimum
from lib.probes import phi, simulation
from lib.probes.behaviour import policy_js, return_difference
from lib.probes.comparison import CONTROLS, DIRECTIONS
from lib.probes.fading_memory import memory_of_inputs
from lib.probes.simulation import Embedding, simulate
from lib.probes.state_embedding import four_clouds
from lib.random import generator
from lib.runner import store
from lib.runner.sweep import sweep
from lib.spec import key_of
from lib.tasks.bandits import BernoulliBandit, GaussianBandit
from lib.tasks.one_armed import OneArmed
from lib.training.actor_critic import ActorCritic, train, untrained

COINS = BernoulliBandit(1, 1)
SPEC = ActorCritic(
    COINS, seed=5, agent=DeepLSTM(4), steps=8, batch=32, updates=60, peak_learning_rate=0.1, checkpoints=2
)
FRESH = BanditComparison(SPEC, OWN, fitted=120, held_out=90)
BEST = optimum(COINS, 8)


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One network, trained."""
    folder = tmp_path_factory.mktemp("records")
    sweep(train, [SPEC], folder, executor="serial", progress=False)
    return folder


@pytest.fixture(scope="module")
def record(records: Path) -> dict[str, dict[str, Tensor]]:
    """All that is found out about it, by condition."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(networks, "RECORDS", records)
        return {condition: compare(replace(FRESH, condition=condition)) for condition in CONDITIONS}


def embedding(record: dict[str, Tensor], direction: str) -> Embedding:
    prefix = f"{direction}/"
    return Embedding.from_arrays(
        {name.removeprefix(prefix): a.numpy() for name, a in record.items() if name.startswith(prefix)}
    )


def trained_network(records: Path) -> LSTMAgent:
    arrays, _ = store.read(records, key_of(SPEC))
    return LSTMAgent.from_weights(
        {name.removeprefix("60/"): torch.from_numpy(a) for name, a in arrays.items() if name.startswith("60/")}
    )


def machines(condition: str, records: Path) -> tuple[Machine, Streams]:
    """The network of a condition, and the held-out episodes that it is fed."""
    fresh, grown = untrained(SPEC), trained_network(records)
    plays = fresh if condition == OWN else grown
    held_out = streams(SPEC, plays, 90, generator("bandit comparison, held out", 0))
    return (grown if condition == TRAINED else fresh), held_out


def by_hand(before: Tensor, after: Tensor, means: Tensor) -> tuple[float, float]:
    """Both measures of D_o, written out."""
    one, other = (torch.softmax(outputs.double(), dim=-1) for outputs in (before, after))
    reward = abs(float(torch.einsum("bta,ba->b", one - other, means.double()).mean()))
    middle = (one + other) / 2
    nats = sum((p * (p / middle).log()).nan_to_num(0).sum(dim=(1, 2)).mean() / 2 for p in (one, other))
    return reward, float(nats)


def test_names_are_the_same_wherever_they_are_used() -> None:
    assert DIRECTIONS == (rules.THERE, rules.BACK)
    assert tuple(MAPS) == tuple(comparison.MAPS)
    assert (OWN, BORROWED, TRAINED) == (rules.OWN, rules.BORROWED, rules.TRAINED) == CONDITIONS


@pytest.mark.slow
@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_comparison_holds_what_it_promises(record: dict[str, dict[str, Tensor]], condition: str) -> None:
    found = record[condition]
    for measure in ("state", "reward", "policy"):
        assert found[measure].shape == (len(DIRECTIONS), len(MAPS))
    torch.testing.assert_close(found["state"][:, 2], torch.ones(2), rtol=0, atol=0.4)
    assert (found["state"][:, :2] < found["state"][:, 2:]).all()
    assert found["explained"].shape == (8,)
    assert found["explained"].sum().item() == pytest.approx(1, abs=1e-5)
    assert (found["explained"].diff() <= 0).all()
    assert ({"controls_reward", "controls_policy"} <= found.keys()) == (condition == TRAINED)
    assert all(torch.isfinite(value).all() for value in found.values())


def test_a_comparison_is_the_same_twice(record: dict[str, dict[str, Tensor]]) -> None:
    again = compare(FRESH)
    assert again.keys() == record[OWN].keys()
    assert all(torch.equal(again[name], record[OWN][name]) for name in again)


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_its_numbers_are_those_of_its_embeddings_on_the_streams_of_its_condition(
    record: dict[str, dict[str, Tensor]], records: Path, condition: str, direction: str
) -> None:
    network, held_out = machines(condition, records)
    source, target = (network, BEST) if direction == "RNN to Opt" else (BEST, network)
    place, found = DIRECTIONS.index(direction), embedding(record[condition], direction)
    state = simulation.state_dissimilarity(found, source, target, held_out.inputs)
    assert record[condition]["state"][place, 0].item() == pytest.approx(state, rel=1e-3)
    said = simulation.outputs_before_and_after(found, source, target, held_out.inputs)
    reward, policy = by_hand(*said, held_out.means)
    assert record[condition]["reward"][place, 0].item() == pytest.approx(reward, rel=1e-3, abs=1e-5)
    assert record[condition]["policy"][place, 0].item() == pytest.approx(policy, rel=1e-3)


def test_controls_are_side_by_side_then_the_projection_then_the_whole_state(
    record: dict[str, dict[str, Tensor]], records: Path
) -> None:
    assert CONTROLS == ("side by side", "projection alone", "into the whole state")
    network, held_out = machines(TRAINED, records)
    own, best = (unroll(machine, held_out.inputs).outputs[:, 1:].detach() for machine in (network, BEST))
    target = embedding(record[TRAINED], "Opt to RNN").target
    states = unroll(network, held_out.inputs).states[:, :-1].detach().double().numpy()
    restored = torch.from_numpy(target.restore(target.whiten(states))).float()
    put_back = simulation.says_from(network, restored, held_out.inputs[:, 1:])
    lived = streams(SPEC, network, 120, generator("bandit comparison, to fit", 5))
    whole = simulate(BEST, network, lived.inputs, 4, phi.wide, into_whole=True)
    in_whole = simulation.outputs_before_and_after(whole, BEST, network, held_out.inputs)
    for place, pair in enumerate([(own, best), (own, put_back), in_whole]):
        reward, policy = by_hand(*pair, held_out.means)
        assert record[TRAINED]["controls_reward"][place].item() == pytest.approx(reward, rel=1e-3, abs=1e-7)
        assert record[TRAINED]["controls_policy"][place].item() == pytest.approx(policy, rel=1e-3, abs=1e-9)


def test_everyone_plays_the_same_arms_and_lives_through_what_she_did() -> None:
    one, other = (streams(SPEC, m, 200, generator("arms", 0)) for m in (untrained(SPEC), BEST))
    assert torch.equal(one.means, other.means)
    assert not torch.equal(one.inputs, other.inputs)
    pulled = other.inputs.view(200, 8, 2, 2).sum(dim=(1, 3))
    better = other.means.argmax(dim=1)
    assert pulled.gather(1, better[:, None]).mean() > 4.5, "the best player pulls the better arm more often"
    assert (other.inputs[:, 0] == 0).all()


def test_a_network_that_was_not_trained_is_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "RECORDS", tmp_path)
    for condition in (TRAINED, BORROWED):
        with pytest.raises(store.Missing, match=f"{key_of(SPEC)}.json is not in"):
            compare(replace(FRESH, condition=condition))


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="condition is 'tired'; it must be one of: untrained; untrained, fed by"):
        BanditComparison(SPEC, "tired")
    with pytest.raises(ValueError, match="only players of bandits are compared here"):
        BanditComparison(replace(SPEC, task=OneArmed(1.0, 1.0)), OWN)
    with pytest.raises(ValueError, match=r"the agent is MLP\(width=4\); only LSTMs are compared"):
        compare(replace(FRESH, player=replace(SPEC, agent=MLP(4))))


def test_a_comparison_trains_nothing_and_has_the_seed_of_its_network() -> None:
    assert (FRESH.episodes, FRESH.seed, FRESH.prior) == (0, 5, COINS)
    keys = {key_of(each) for each in (SPEC, *(replace(FRESH, condition=c) for c in CONDITIONS))}
    assert len(keys) == 4


# phi


@pytest.mark.slow
def test_phi_has_three_hidden_layers_of_256_and_bends() -> None:
    chance = np.random.default_rng(0)
    x = chance.normal(size=(1_000, 2))
    y = np.stack([np.abs(x[:, 0]), x[:, 1]], axis=1)
    layers = phi.wide(x, y)
    assert [weight.shape for weight, _ in layers] == [(2, 256), (256, 256), (256, 256), (256, 2)]
    assert {a.dtype for pair in layers for a in pair} == {np.dtype(np.float32)}
    again = phi.wide(x, y)
    assert all(np.array_equal(layers[i][j], again[i][j]) for i in range(4) for j in range(2))
    same = simulation.Whitening(np.zeros(2), np.eye(2), np.ones(2), np.ones(2) / 2)
    fresh = chance.normal(size=(500, 2))
    wanted = np.stack([np.abs(fresh[:, 0]), fresh[:, 1]], axis=1)
    bent, straight = (
        np.square(Embedding(same, found, same).coordinates(fresh) - wanted).mean()
        for found in (layers, phi.linear(x, y))
    )
    assert bent < 0.02 < 0.1 < straight


# What policies differ by


def test_rewards_may_agree_where_policies_differ() -> None:
    means = torch.tensor([[0.7, 0.7], [0.9, 0.1]])
    first = torch.tensor([1.0, 0.0]).expand(2, 5, 2)
    second = torch.tensor([0.0, 1.0]).expand(2, 5, 2)
    assert return_difference(first[:1], second[:1], means[:1]) == 0
    assert (
        return_difference(first, second, means) == return_difference(second, first, means) == pytest.approx(5 * 0.8 / 2)
    )
    assert policy_js(first, second) == pytest.approx(5 * np.log(2))
    assert policy_js(first, first) == pytest.approx(0, abs=1e-12)


def test_gains_and_losses_cancel_in_the_mean_reward() -> None:
    """As in the source's equation: the absolute value is taken of the mean, not the mean of absolute values."""
    means = torch.tensor([[0.9, 0.1], [0.1, 0.9]])
    first = torch.tensor([1.0, 0.0]).expand(2, 5, 2)
    second = torch.tensor([0.0, 1.0]).expand(2, 5, 2)
    assert return_difference(first, second, means) == pytest.approx(0, abs=1e-6)


# Clouds


def test_four_clouds_are_own_states_on_the_diagonal_and_embedded_ones_off_it() -> None:
    network = untrained(SPEC)
    lived = streams(SPEC, network, 60, generator("clouds", 0)).inputs
    there, back = (
        simulate(network, BEST, lived, 4, phi.linear),
        simulate(BEST, network, lived, 4, phi.linear),
    )
    fed = streams(SPEC, network, 7, generator("clouds", 1)).inputs
    opt, moved_there, moved_back, own = four_clouds(BEST, network, (there, back), fed)
    for cloud, machine, frame in ((opt, BEST, there.target), (own, network, back.target)):
        trace = unroll(machine, fed)
        np.testing.assert_allclose(cloud.places, frame.whiten(trace.states[:, 1:].detach().double().numpy())[..., :2])
        assert torch.equal(cloud.outputs, trace.outputs[:, 1:])
    counts, hidden = (unroll(machine, fed).states.detach() for machine in (BEST, network))
    np.testing.assert_allclose(moved_there.places, there.coordinates(hidden[:, 1:].double().numpy())[..., :2])
    np.testing.assert_allclose(moved_back.places, back.coordinates(counts[:, 1:].double().numpy())[..., :2])
    assert set(moved_there.outputs.unique().tolist()) <= {0.0, 50.0}, "an embedded network speaks with Opt's voice"
    assert moved_back.outputs.abs().max() < 5


# The echo


@dataclass(frozen=True)
class Leaky:
    """Adds up what it is told, and forgets a share of it at every step."""

    kept: float
    input_size: int = 4
    state_size: int = 4
    output_size: int = 2

    def initial_state(self, batch: int) -> Tensor:
        return torch.zeros(batch, 4)

    def nearest_state(self, state: Tensor) -> Tensor:
        return state

    def step(self, state: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        total = self.kept * state + x
        return total, total[:, :2]


def test_an_echo_fades_by_what_is_forgotten_at_a_step() -> None:
    fed = streams(SPEC, BEST, 50, generator("echo", 0)).inputs
    for kept in (1.0, 0.5):
        heard = memory_of_inputs(Leaky(kept), fed)
        torch.testing.assert_close(heard[:-1], kept ** torch.arange(7.0))
        assert heard[-1] == 0, "at the first step nothing is told"
    torch.testing.assert_close(memory_of_inputs(BEST, fed)[:-1], torch.ones(7))
    with pytest.raises(ValueError, match="the last input moves the state nowhere"):
        memory_of_inputs(BEST, torch.zeros(2, 3, 4))


def test_a_larger_forget_bias_makes_echoes_last() -> None:
    fed = streams(SPEC, BEST, 50, generator("echo", 1)).inputs
    fresh = untrained(replace(SPEC, agent=DeepLSTM(32)))
    assert isinstance(fresh, LSTMAgent)
    before = fresh.memory.get_parameter("bias_ih_l0").detach().clone()
    heard = [memory_of_inputs(fresh.with_forget_bias(added), fed)[5].item() for added in (0.0, 1.0, 2.0)]
    assert heard[0] < 0.15 < heard[1] < heard[2]
    assert torch.equal(fresh.memory.get_parameter("bias_ih_l0"), before), "the network itself stays as it was"


def test_gaussian_players_are_compared_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bandit_dp_gaussian, "POINTS", 200)
    found = compare(replace(FRESH, player=replace(SPEC, task=GaussianBandit(0, 1, 1), steps=7)))
    assert (found["state"][:, :2] < 1).all()
    assert found["reward"][1, 0] > 0
