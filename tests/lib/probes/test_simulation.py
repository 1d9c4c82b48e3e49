"""Does one machine simulate another? Asked of machines of which the answer is known."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from sklearn.neural_network import MLPRegressor
from threadpoolctl import threadpool_limits
from torch import Tensor

from lib.agents.lstm import LSTMAgent
from lib.agents.mlp import MLPAgent
from lib.machine import Delegating, Machine, unroll
from lib.optimal.conjugate import BetaBernoulli, Conjugate, DirichletCategorical, GammaExponential, NormalNormal
from lib.optimal.limited_memory import Windowed
from lib.probes import phi, simulation
from lib.probes.behaviour import dissimilarity
from lib.probes.order_sensitivity import order_kept, order_said
from lib.probes.simulation import Embedding, simulate, whitening, whole
from lib.random import generator
from lib.tasks.bernoulli import BernoulliTask
from lib.tasks.categorical import CategoricalTask
from lib.tasks.exponential import ExponentialTask
from lib.tasks.gaussian import GaussianTask

COIN = BetaBernoulli(BernoulliTask(1, 1))
DIE = DirichletCategorical(CategoricalTask((1, 1, 1)))
ALL = [COIN, DIE, GammaExponential(ExponentialTask(3, 2)), NormalNormal(GaussianTask(1, 0.25, 1))]


def named(machine: Conjugate) -> str:
    return type(machine.prior).__name__


@dataclass(frozen=True)
class Recoded(Delegating):
    """A Bayesian who writes her counts down in other coordinates: state times an invertible matrix, plus a constant."""

    matrix: Tensor
    constant: float = 0.0

    def initial_state(self, batch: int) -> Tensor:
        return torch.full((batch, self.state_size), self.constant)

    def nearest_state(self, state: Tensor) -> Tensor:
        return self._written(self.machine.nearest_state(self._read(state)))

    def step(self, state: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        counts, output = self.machine.step(self._read(state), x)
        return self._written(counts), output

    def _read(self, state: Tensor) -> Tensor:
        return (state - self.constant) @ torch.linalg.inv(self.matrix)

    def _written(self, counts: Tensor) -> Tensor:
        return counts @ self.matrix + self.constant


class Sentimental(BetaBernoulli):
    """A Bayesian who cannot forget the first flip: her count of heads is negative where it was tails."""

    def step(self, state: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        heads, tails = state[:, :1].abs(), state[:, 1:]
        began_with_tails = (state[:, :1] < 0) | ((heads == 0) & (tails > 0))
        counts = torch.cat([heads, tails], dim=1) + x
        signs = torch.cat([torch.where(began_with_tails, -1.0, 1.0), torch.ones_like(heads)], dim=1)
        return counts * signs, self.says(counts)

    def nearest_state(self, state: Tensor) -> Tensor:
        return torch.cat([state[:, :1], state[:, 1:].clamp(min=0)], dim=1)


MIX = torch.tensor([[2.0, 1, 0], [0, -1, 3], [1, 1, 1]])


def inputs(machine: Conjugate, batch: int, steps: int, seed: int) -> Tensor:
    return machine.prior.sample(batch, steps, generator("simulation", seed)).inputs


def output_dissimilarity(embedding: Embedding, source: Machine, target: Machine, task: Conjugate, fed: Tensor) -> float:
    own, embedded = simulation.outputs_before_and_after(embedding, source, target, fed)
    return dissimilarity(task.prior.predictive(own.double()), task.prior.predictive(embedded.double()))


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """More threads would only wait for each other in matrices this small."""
    with threadpool_limits(1):
        yield


def cloud(samples: int, spread: list[float]) -> np.ndarray:
    """States of six dimensions that vary along a few directions, by so much, around a middle that is not nought."""
    chance = np.random.default_rng(0)
    basis = np.linalg.qr(chance.normal(size=(6, len(spread))))[0]
    return chance.normal(size=(samples, len(spread))) * spread @ basis.T + 3


def test_whitened_states_have_no_mean_unit_variance_and_no_correlation() -> None:
    states = cloud(500, [5, 2, 0.1])
    found = whitening(states, 3)
    placed = found.whiten(states)
    np.testing.assert_allclose(placed.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(np.cov(placed.T), np.eye(3), atol=1e-9)
    assert found.explained == pytest.approx(np.array([25, 4, 0.01]) / 29.01, abs=0.03)
    assert np.linalg.norm(found.axes, axis=1) == pytest.approx(np.ones(3))


def test_restoring_undoes_whitening_on_the_plane_and_nowhere_else() -> None:
    flat = cloud(500, [5, 2])
    found = whitening(flat, 2)
    np.testing.assert_allclose(found.restore(found.whiten(flat)), flat, atol=1e-9)
    coordinates = np.random.default_rng(1).normal(size=(4, 7, 2))
    np.testing.assert_allclose(found.whiten(found.restore(coordinates)), coordinates, atol=1e-9)
    deep = cloud(500, [5, 2, 1])
    projection = whitening(deep, 2)
    lost = deep - projection.restore(projection.whiten(deep))
    assert np.square(lost).sum(axis=1).mean() == pytest.approx(1, abs=0.1)
    assert np.abs(lost @ projection.axes.T).max() < 1e-9


def test_clouds_that_cannot_be_whitened_are_refused_with_their_numbers() -> None:
    with pytest.raises(ValueError, match="6 states of 6 dimensions cannot be whitened; more states"):
        whitening(cloud(6, [5, 2]), 2)
    with pytest.raises(ValueError, match="vary along fewer than 3 directions"):
        whitening(cloud(50, [5, 2]), 3)
    with pytest.raises(ValueError, match="vary along fewer than 1 directions"), np.errstate(invalid="ignore"):
        whitening(np.ones((50, 6)), 1)
    for n in (0, 7):
        with pytest.raises(ValueError, match=f"asked for {n} principal components of states with 6 dimensions"):
            whitening(cloud(50, [5, 2]), n)


def test_a_whole_cloud_keeps_every_direction_on_one_scale() -> None:
    states = cloud(500, [5, 2])
    found = whole(states)
    np.testing.assert_allclose(found.restore(found.whiten(states)), states, atol=1e-12)
    assert np.square(found.whiten(states)).mean() == pytest.approx(1)
    assert len(set(found.scale)) == 1


@pytest.mark.parametrize("bayes", ALL, ids=named)
def test_a_machine_simulates_itself(bayes: Conjugate) -> None:
    fitted, held_out = inputs(bayes, 40, 12, 0), inputs(bayes, 30, 12, 1)
    embedding = simulate(bayes, bayes, fitted, bayes.state_size, phi.linear)
    assert simulation.state_dissimilarity(embedding, bayes, bayes, held_out) < 1e-9
    assert output_dissimilarity(embedding, bayes, bayes, bayes, held_out) < 1e-9


def test_a_machine_with_a_diary_simulates_itself_too() -> None:
    diary = Windowed(COIN, 3)
    fitted, held_out = inputs(COIN, 40, 12, 2), inputs(COIN, 30, 12, 3)
    embedding = simulate(diary, diary, fitted, diary.state_size, phi.linear)
    assert simulation.state_dissimilarity(embedding, diary, diary, held_out) < 1e-9
    assert output_dissimilarity(embedding, diary, diary, COIN, held_out) < 1e-9


@pytest.mark.parametrize("there", [True, False], ids=["into the code", "out of the code"])
def test_another_way_to_write_counts_down_is_found_exactly(there: bool) -> None:
    code = Recoded(DIE, MIX, 0.7)
    source, target = (DIE, code) if there else (code, DIE)
    fitted, held_out = inputs(DIE, 60, 12, 4), inputs(DIE, 30, 12, 5)
    embedding = simulate(source, target, fitted, 3, phi.linear)
    assert simulation.state_dissimilarity(embedding, source, target, held_out) < 1e-8
    assert output_dissimilarity(embedding, source, target, DIE, held_out) < 1e-8
    counts = torch.tensor([[2.0, 0, 5]])
    written = (counts @ MIX + 0.7).numpy()
    one, other = (counts.numpy(), written) if there else (written, counts.numpy())
    np.testing.assert_allclose(embedding.states(one), other, atol=1e-4)


def test_other_counts_are_not_the_counts() -> None:
    """A machine may live in the same states and say something else: then states fit and outputs do not."""
    fitted, held_out = inputs(COIN, 40, 12, 6), inputs(COIN, 30, 12, 7)
    other = BetaBernoulli(BernoulliTask(9, 1))
    embedding = simulate(COIN, other, fitted, 2, phi.linear)
    assert simulation.state_dissimilarity(embedding, COIN, other, held_out) < 1e-9
    assert output_dissimilarity(embedding, COIN, other, COIN, held_out) > 1


def test_who_keeps_more_is_simulated_by_who_keeps_less_and_not_the_other_way_round() -> None:
    diary = Sentimental(COIN.prior)
    fitted, held_out = inputs(COIN, 150, 12, 8), inputs(COIN, 100, 12, 9)
    torch.testing.assert_close(unroll(diary, held_out).outputs, unroll(COIN, held_out).outputs)
    into_bayes = simulate(diary, COIN, fitted, 2)
    assert simulation.state_dissimilarity(into_bayes, diary, COIN, held_out) < 0.02
    assert output_dissimilarity(into_bayes, diary, COIN, COIN, held_out) < 0.05
    into_diary = simulate(COIN, diary, fitted, 2)
    assert simulation.state_dissimilarity(into_diary, COIN, diary, held_out) > 0.15


def test_a_whole_diary_cannot_be_written_from_counts() -> None:
    diary = Windowed(COIN, 11)
    fitted, held_out = inputs(COIN, 300, 12, 10), inputs(COIN, 100, 12, 11)
    there = simulate(diary, COIN, fitted, 2, phi.linear)
    assert simulation.state_dissimilarity(there, diary, COIN, held_out) < 0.1
    back = simulate(COIN, diary, fitted, 2, phi.linear, into_whole=True)
    assert simulation.state_dissimilarity(back, COIN, diary, held_out) > 0.3
    assert back.states(np.zeros((5, 2))).shape == (5, diary.state_size)


@pytest.mark.parametrize("bayes", ALL, ids=named)
def test_the_null_map_has_an_error_of_one(bayes: Conjugate) -> None:
    fitted, held_out = inputs(bayes, 500, 12, 12), inputs(bayes, 500, 12, 13)
    other = LSTMAgent(bayes.input_size, bayes.output_size, 5, generator("simulation", 0))
    for target in (bayes, other):
        embedding = simulate(other, target, fitted, bayes.state_size, phi.constant)
        assert simulation.state_dissimilarity(embedding, other, target, fitted) == pytest.approx(1, abs=1e-3)
        assert simulation.state_dissimilarity(embedding, other, target, held_out) == pytest.approx(1, abs=0.35)
        assert np.ptp(embedding.states(np.random.default_rng(0).normal(size=(9, 10))), axis=0).max() < 1e-9


def test_phi_by_mlp_takes_what_a_straight_map_cannot_and_is_the_same_every_time() -> None:
    x = np.random.default_rng(0).uniform(-2, 2, size=(1_500, 2))
    y = np.stack([np.abs(x[:, 0]), x[:, 0] * x[:, 1]], axis=1)
    ends = [whitening(x, 2), whole(y)]
    straight = Embedding(ends[0], phi.linear(ends[0].whiten(x), ends[1].whiten(y)), ends[1])
    layers = phi.mlp(ends[0].whiten(x), ends[1].whiten(y))
    bent = Embedding(ends[0], layers, ends[1])
    assert np.square(straight.coordinates(x) - ends[1].whiten(y)).mean() > 0.6
    assert np.square(bent.coordinates(x) - ends[1].whiten(y)).mean() < 0.03
    assert [weight.shape for weight, _ in layers] == [(2, 64), (64, 64), (64, 64), (64, 2)]
    again = phi.mlp(ends[0].whiten(x[:300]), ends[1].whiten(y[:300]))
    same = phi.mlp(ends[0].whiten(x[:300]), ends[1].whiten(y[:300]))
    assert all(
        np.array_equal(a, b) for one, two in zip(again, same, strict=True) for a, b in zip(one, two, strict=True)
    )


def test_an_embedding_is_kept_and_found_again() -> None:
    states = cloud(300, [5, 2, 1])
    one, other = whitening(states, 2), whitening(states[:, ::-1], 3)
    chance = np.random.default_rng(2)
    layers = tuple((chance.normal(size=size), chance.normal(size=size[1])) for size in ((2, 8), (8, 8), (8, 3)))
    embedding = Embedding(one, layers, other)
    arrays = embedding.arrays()
    assert len(arrays) == 8 + 6
    assert all(isinstance(array, np.ndarray) for array in arrays.values())
    again = Embedding.from_arrays(dict(sorted(arrays.items(), reverse=True)))
    np.testing.assert_array_equal(again.states(states), embedding.states(states))
    np.testing.assert_array_equal(again.target.explained, other.explained)
    assert len(again.layers) == 3


def test_a_state_in_which_a_machine_cannot_be_is_moved_to_the_nearest() -> None:
    impossible = torch.tensor([[[-3.0, 2.0], [0.0, 2.0]]])
    fed = torch.tensor([[[1.0, 0.0], [1.0, 0.0]]])
    said = simulation.says_from(COIN, impossible, fed)
    assert said[0, 0] == said[0, 1]
    assert said[0, 0].sigmoid().item() == pytest.approx((1 + 1) / (2 + 3))
    network = LSTMAgent(2, 1, 3, generator("simulation", 1))
    far = torch.full((1, 1, 6), 5.0)
    near = torch.tensor([[[1.0, 1, 1, 5, 5, 5]]])
    assert torch.equal(simulation.says_from(network, far, fed[:, :1]), simulation.says_from(network, near, fed[:, :1]))


@pytest.mark.parametrize("bayes", ALL, ids=named)
def test_outputs_before_and_after_stand_at_the_same_step(bayes: Conjugate) -> None:
    """Through a map that changes nothing, the output at step t + 1 follows from the state at step t and input t + 1."""
    fed = inputs(bayes, 7, 9, 14)
    trace = unroll(bayes, fed)
    itself = whole(simulation.along(trace))
    size = bayes.state_size
    identity = Embedding(itself, ((np.eye(size), np.zeros(size)),), itself)
    own, embedded = simulation.outputs_before_and_after(identity, bayes, bayes, fed)
    assert own.shape == (7, 8, bayes.output_size)
    assert torch.equal(own, trace.outputs[:, 1:])
    torch.testing.assert_close(embedded, own, rtol=1e-4, atol=1e-5)


def test_states_along_a_trace_are_those_that_an_input_follows() -> None:
    trace = unroll(COIN, inputs(COIN, 3, 5, 15))
    states = simulation.along(trace)
    assert states.dtype == np.float64
    np.testing.assert_array_equal(states, trace.states[:, :4].reshape(12, 2).numpy())


def test_machines_that_cannot_be_compared_are_refused() -> None:
    nothing = MLPAgent(2, 1, 4, generator("simulation", 2))
    fed = inputs(COIN, 10, 5, 16)
    with pytest.raises(ValueError, match="asked for 2 principal components of states with 0 dimensions"):
        simulate(COIN, nothing, fed, 2)
    with pytest.raises(ValueError, match="8 states of 10 dimensions cannot be whitened"):
        simulate(LSTMAgent(2, 1, 5, generator("simulation", 3)), COIN, fed[:2], 2)


def order(machine: Machine, bayes: Conjugate, seed: int = 0) -> float:
    seen = bayes.prior.sample(200, 6, generator("minimality", seed)).observations
    return order_kept(machine, bayes.prior, seen, generator("orders", seed))


@pytest.mark.parametrize("bayes", ALL, ids=named)
def test_bayes_keeps_no_order_and_a_diary_does(bayes: Conjugate) -> None:
    assert order(bayes, bayes) == pytest.approx(0, abs=1e-5)
    assert order(Windowed(bayes, 6), bayes) > 0.2
    assert order(Windowed(bayes, 1), bayes) > 0.2


def test_order_is_measured_against_histories() -> None:
    """Half the places of a shuffled two heads, two tails change; all places of its complement do."""
    seen = torch.tensor([[1.0, 1, 0, 0], [0.0, 0, 1, 1]]).repeat(1_000, 1)
    kept = order_kept(Windowed(COIN, 4), COIN.prior, seen, generator("orders", 1))
    assert kept == pytest.approx(0.5**0.5, abs=0.02)


def test_order_is_told_to_the_last_observation() -> None:
    """A diary of one holds the last observation; if that were never told, it would hold the one before."""
    seen = torch.tensor([[1.0, 1, 1], [0.0, 0, 0]])
    assert order_kept(Windowed(COIN, 3), COIN.prior, seen, generator("orders", 2)) == 0
    state = simulation.along(unroll(Windowed(COIN, 1), COIN.prior.inputs(torch.tensor([[1.0, 0, 0]]))))
    assert state.tolist() == [[0, 0], [1, 0]]


@pytest.mark.parametrize("bayes", ALL, ids=named)
def test_what_bayes_says_has_no_order_and_a_short_memory_has(bayes: Conjugate) -> None:
    """A diary keeps the order and says nothing of it; a window of one says what came last."""
    seen = bayes.prior.sample(200, 6, generator("minimality", 0)).observations

    def said(machine: Machine) -> tuple[float, float]:
        return order_said(machine, bayes.prior, seen, generator("orders", 0))

    for machine in (bayes, Windowed(bayes, 6)):
        same, different = said(machine)
        assert same == pytest.approx(0, abs=1e-9)
        assert different > 0.01
    assert said(Windowed(bayes, 1))[0] > 0.005


def test_the_order_of_two_flips_costs_a_window_of_one_what_it_costs() -> None:
    """Heads last says 2/3, tails last 1/3: where the order changes, log(2) / 3 nats."""
    seen = torch.tensor([[1.0, 0], [0.0, 1]]).repeat(2_000, 1)
    same, different = order_said(Windowed(COIN, 1), COIN.prior, seen, generator("orders", 4))
    assert same == pytest.approx(np.log(2) / 3 / 2, rel=0.05)
    assert different == pytest.approx(np.log(2) / 3, rel=1e-5)


def test_histories_that_cannot_be_compared_are_refused() -> None:
    with pytest.raises(ValueError, match="1 history cannot be compared with others; at least 2 are needed"):
        order_kept(COIN, COIN.prior, torch.ones(1, 5), generator("orders", 3))
    with pytest.raises(ValueError, match="all histories lead to one state"):
        order_kept(COIN, COIN.prior, torch.ones(4, 5), generator("orders", 3))
    with pytest.raises(ValueError, match="all histories lead to one state"):
        order(MLPAgent(2, 1, 4, generator("simulation", 4)), COIN)


def test_denormals_are_flushed_while_a_map_is_fitted_and_not_after(monkeypatch: pytest.MonkeyPatch) -> None:
    tiny, seen = np.float32(1e-40), []
    fitting = MLPRegressor.fit

    def fit(regressor: MLPRegressor, x: np.ndarray, y: np.ndarray) -> MLPRegressor:
        seen.append(float(tiny * np.float32(1)))
        return fitting(regressor, x, y)

    monkeypatch.setattr(MLPRegressor, "fit", fit)
    rng = np.random.default_rng(0)
    phi.wide(rng.normal(size=(40, 2)), rng.normal(size=(40, 2)))
    assert seen == [0.0]
    assert float(tiny * np.float32(1)) > 0
