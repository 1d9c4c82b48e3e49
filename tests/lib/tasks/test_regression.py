"""Worlds of functions: what is drawn, what is seen, what a machine is told; and networks that are trained there."""

from dataclasses import replace
from math import pi

import pytest
import torch
from scipy import stats

from experiments.fourier import specs as wigglers
from experiments.linear import specs
from lib.agents.lstm import LSTM, LSTMAgent, TiledLSTM
from lib.checkpoints import kept, weights_at
from lib.random import generator
from lib.spec import describe
from lib.tasks.fourier import Fourier
from lib.tasks.linear import LinearMap
from lib.tasks.random_matrices import FixedSpectrum, Matrices, MatrixNormal, OneMatrix, UniformSpectrum
from lib.tasks.regression import LONGEST, RegressionTask
from lib.training.regression import Regressor, train, untrained

WORLDS: dict[str, RegressionTask] = {
    **specs.LINEAR,
    **wigglers.WORLDS,
    "one matrix": LinearMap(3, OneMatrix((2.0, 1.0, 0.5), 4)),
    "one wiggle": Fourier(only=3),
}


@pytest.mark.parametrize("task", WORLDS.values(), ids=WORLDS)
def test_episodes_have_the_shapes_they_promise_and_y_is_told_late(task: RegressionTask) -> None:
    assert isinstance(task, RegressionTask)
    problems = task.sample(5, 7, generator("regression", 0))
    assert problems.x.shape == (5, 7, task.x_size)
    assert problems.y.shape == (5, 7, task.output_size)
    assert problems.inputs.shape == (5, 7, task.input_size)
    assert torch.equal(problems.inputs[..., : task.x_size], problems.x)
    assert (problems.inputs[:, 0, task.x_size :] == 0).all()
    assert torch.equal(problems.inputs[:, 1:, task.x_size :], problems.y[:, :-1])
    again = task.sample(5, 7, generator("regression", 0))
    assert torch.equal(problems.y, again.y)


@pytest.mark.parametrize("task", WORLDS.values(), ids=WORLDS)
def test_what_is_seen_is_the_function_and_a_little_noise(task: RegressionTask) -> None:
    problems = task.sample(200, 50, generator("regression", 1))
    noise = (problems.y - task.at(problems.functions, problems.x)) / 0.01
    assert stats.kstest(noise.flatten().numpy(), stats.norm().cdf).pvalue > 0.001


def test_a_linear_map_is_its_matrix() -> None:
    matrix = torch.tensor([[[1.0, 2.0], [3.0, 4.0]]])
    assert LinearMap(2).at(matrix, torch.tensor([[[1.0, 10.0]]])).tolist() == [[[21.0, 43.0]]]


def test_entries_of_matrices_are_as_large_as_the_prior_says() -> None:
    entries = MatrixNormal(3.0).draw(500, 4, generator("regression", 2)).flatten().numpy()
    assert stats.kstest(entries, stats.norm(0, 3).cdf).pvalue > 0.001


def test_a_spectrum_is_that_asked_for_and_its_directions_are_random() -> None:
    matrices = FixedSpectrum((2.0, 0.5, 0.0)).draw(4_000, 3, generator("regression", 3)).double()
    left, values, _ = torch.linalg.svd(matrices)
    assert (values - torch.tensor([2.0, 0.5, 0.0])).abs().max() < 1e-5
    # an axis of a random direction in three dimensions is even on [-1, 1]; its sign means nothing in a decomposition
    assert stats.kstest(left[:, 0, 0].abs().numpy(), stats.uniform().cdf).pvalue > 0.001
    uniform = torch.linalg.svdvals(UniformSpectrum(1.0, 3.0).draw(2_000, 2, generator("regression", 4)))
    assert stats.kstest(uniform.flatten().numpy(), stats.uniform(1, 2).cdf).pvalue > 0.001


def test_a_world_of_one_problem_has_one() -> None:
    for task in (LinearMap(2, OneMatrix((2.0, 1.0))), Fourier(only=0)):
        some, others = (task.draw(3, generator("regression", seed)) for seed in (5, 6))
        assert torch.equal(some[0], some[2])
        assert torch.equal(some, others)
    one, two = (OneMatrix((2.0, 1.0), number).draw(1, 2, torch.Generator()) for number in (0, 1))
    assert not torch.allclose(one, two)
    assert not torch.allclose(*(Fourier(only=number).draw(1, torch.Generator()) for number in (0, 1)))


def test_a_wiggle_is_a_sum_of_sines() -> None:
    task = Fourier((0.0, 2.0))
    functions = task.draw(1, generator("regression", 7))
    assert (functions[0, 0] == 0).all(), "a gap stays empty"
    phase = torch.atan2(functions[0, 1, 1], functions[0, 1, 0])
    x = torch.linspace(-0.5, 0.5, 9)[None, :, None]
    assert (task.at(functions, x) - 2 * (4 * pi * x + phase).sin()).abs().max() < 1e-5


def test_phases_are_even_and_amplitudes_as_declared() -> None:
    functions = Fourier().draw(4_000, generator("regression", 8))
    assert (functions.norm(dim=-1) - 1).abs().max() < 1e-6
    phases = torch.atan2(functions[..., 1], functions[..., 0]).flatten().numpy()
    assert stats.kstest(phases, stats.uniform(-pi, 2 * pi).cdf).pvalue > 0.001
    varied = Fourier(varied=True).draw(4_000, generator("regression", 9)).norm(dim=-1)
    assert stats.kstest(varied.flatten().numpy(), stats.uniform().cdf).pvalue > 0.001


def test_bad_worlds_are_named() -> None:
    with pytest.raises(ValueError, match=r"singular values are \(1.0, 2.0\); they must be sorted, largest first"):
        FixedSpectrum((1.0, 2.0))
    with pytest.raises(ValueError, match=r"singular values are \(1.0, -1.0\); each must be finite and at least 0"):
        OneMatrix((1.0, -1.0))
    with pytest.raises(ValueError, match="2 singular values for matrices of size 3"):
        LinearMap(3, FixedSpectrum((2.0, 1.0))).sample(1, 1, torch.Generator())
    with pytest.raises(ValueError, match="singular values from 2 to 1"):
        UniformSpectrum(2, 1)
    with pytest.raises(ValueError, match="alpha is 0"):
        MatrixNormal(0)
    with pytest.raises(ValueError, match="number is -1"):
        OneMatrix((1.0,), -1)
    with pytest.raises(ValueError, match="size is 0"):
        LinearMap(0)
    with pytest.raises(ValueError, match="noise is -1"):
        LinearMap(2, noise=-1)
    with pytest.raises(ValueError, match=r"amplitudes are \(\)"):
        Fourier(())
    with pytest.raises(ValueError, match=r"amplitudes are \(1.0, nan\)"):
        Fourier((1.0, float("nan")))
    with pytest.raises(ValueError, match="only is -2"):
        Fourier(only=-2)
    with pytest.raises(ValueError, match=f"1 episodes of {LONGEST + 1} steps"):
        LinearMap(2).sample(1, LONGEST + 1, torch.Generator())
    with pytest.raises(ValueError, match="0 episodes of 3 steps"):
        Fourier().given(torch.zeros(0, 5, 2), 3, torch.Generator())


def test_units_of_a_scattered_network_switch_all_over_the_interval() -> None:
    agent = TiledLSTM(64).build(2, 1, generator("regression", 10))
    into, back, bias, _ = agent.memory.parameters()
    content = slice(128, 192)  # the gate without a forget bias nearest to that of the forget gate
    places = -bias[content] / into[content, 0]
    assert stats.kstest(places.detach().numpy(), stats.uniform(-0.5, 1).cdf).pvalue > 0.001
    assert into[:, 0].std().item() == pytest.approx(20, rel=0.2)
    assert into[:, 1].std().item() == pytest.approx(0.5, rel=0.2)
    for gate in back.chunk(4):
        assert torch.allclose(gate @ gate.T, torch.eye(64), atol=1e-5)
    middle = bias[64:128] + into[64:128, 0] * (places * 0)
    assert middle.mean().item() == pytest.approx(1, abs=2.5), "forget gates begin open, apart from the switching"


def test_a_scattered_network_must_have_a_shape() -> None:
    with pytest.raises(ValueError, match="width is 0"):
        TiledLSTM(0)
    with pytest.raises(ValueError, match="steepness is 0"):
        TiledLSTM(steepness=0)


TINY = Regressor(LinearMap(2), 0, LSTM(8), steps=5, batch=16, updates=60, learning_rate=1e-2, checkpoints=4)


@pytest.mark.parametrize(("optimiser", "rate"), [("one-cycle", 2e-2), ("adam", 1e-2), ("sgd", 5e-2)])
def test_training_lowers_the_error(optimiser: str, rate: float) -> None:
    spec = replace(TINY, optimiser=optimiser, learning_rate=rate, updates=150)
    record = train(spec)
    assert record["loss"].shape == (150,)
    assert record["loss"][-30:].mean() < 0.93 * record["loss"][:10].mean()
    assert kept(record)[0] == 0
    assert kept(record)[-1] == 150
    before = LSTMAgent.from_weights(weights_at(record, 0))
    assert torch.equal(before.readout.weight, untrained(spec).readout.weight)


def test_a_training_can_be_repeated_and_its_loss_is_equation_4() -> None:
    one, other = train(TINY), train(TINY)
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert one["loss"][0].item() == pytest.approx(loss_by_hand(TINY), rel=1e-5)


def loss_by_hand(spec: Regressor) -> float:
    """Equation 4 on the first batch of a training."""
    problems = spec.task.sample(16, 5, generator("train", spec.seed))
    with torch.no_grad():
        said = untrained(spec)(problems.inputs)
    errors = [(said[i, t] - problems.y[i, t]).norm() ** 2 for i in range(16) for t in range(5)]
    return float(sum(errors)) / (16 * 5)


LARGE = replace(TINY, task=LinearMap(2, MatrixNormal(10.0)), scale=10.0, updates=2, learning_rate=1e-2)


def test_where_y_is_ten_times_as_large_a_network_begins_so_and_its_readout_moves_so() -> None:
    usual, large = untrained(replace(LARGE, scale=1.0)), untrained(LARGE)
    into, larger = (each.memory.weight_ih_l0 for each in (usual, large))
    torch.testing.assert_close(larger, into * torch.tensor([1, 1, 0.1, 0.1]))
    torch.testing.assert_close(large.readout.weight, 10 * usual.readout.weight)
    record = train(LARGE)
    assert record["loss"][0].item() == pytest.approx(loss_by_hand(LARGE), rel=1e-5), "in its own unit"
    moved = {
        name: (each - weights_at(record, 0)[name]).abs().max().item() for name, each in weights_at(record, 1).items()
    }
    assert moved["readout.bias"] == pytest.approx(10 * moved["memory.weight_hh_l0"], rel=1e-2)


def test_the_second_moment_forgets_as_fast_as_asked() -> None:
    slow, fast = (train(replace(TINY, updates=3, decay=decay, checkpoints=4)) for decay in (0.999, 0.5))
    first, third = ([weights_at(each, moment)["readout.weight"] for each in (slow, fast)] for moment in (1, 3))
    torch.testing.assert_close(*first)
    assert not torch.allclose(*third, atol=1e-6)


def test_only_one_cycle_of_an_lstm_has_a_scale_or_a_decay() -> None:
    for changed in ({"optimiser": "sgd", "scale": 10.0}, {"optimiser": "adam", "decay": 0.9}, {"agent": TiledLSTM(8)}):
        with pytest.raises(
            ValueError, match=r"scale is .*, decay .*; other than 1 and 0\.999 they must have one-cycle"
        ):
            replace(TINY, **{"scale": 2.0, **changed})
    assert describe(TINY) == describe(replace(TINY, scale=1.0, decay=0.999))
    assert "scale" not in describe(TINY)


def test_a_training_that_blows_up_says_so() -> None:
    with pytest.raises(FloatingPointError, match="the loss is"):
        train(replace(TINY, task=LinearMap(2, MatrixNormal(1e15)), optimiser="sgd", learning_rate=0.9))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seed", -1),
        ("steps", 0),
        ("updates", 0),
        ("checkpoints", 1),
        ("learning_rate", 1.0),
        ("scale", 0),
        ("decay", 1.0),
    ],
)
def test_settings_must_make_sense(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{name} is {value}"):
        replace(TINY, **{name: value})


def test_there_are_three_optimisers() -> None:
    with pytest.raises(ValueError, match="optimiser is 'adagrad'; there are one-cycle, adam, sgd"):
        replace(TINY, optimiser="adagrad")


def test_recipes_share_what_they_should() -> None:
    assert {len(specs.linear("laptop", world, 10)) for world in specs.LINEAR} == {10}
    assert len(specs.linear("smoke", "2D", 10)) == 2
    two, five = (specs.linear("laptop", world, 1)[0] for world in ("2D", "5D"))
    assert max(two.episodes, five.episodes) <= 1_600_000
    assert max(spec.episodes for spec in wigglers.meta_learners("laptop", "band", 2)) <= 2_000_000
    plain = [*specs.plain_linear("laptop", "sgd", 1), *wigglers.plain_meta_learners("laptop", 1)]
    assert {spec.agent for spec in plain} == {LSTM(64)}, "the source's networks begin as torch begins them"


PRIORS: list[Matrices] = [MatrixNormal(), FixedSpectrum((1.0, 0.5)), UniformSpectrum(0, 1), OneMatrix((1.0, 0.5))]


@pytest.mark.parametrize("prior", PRIORS, ids=str)
def test_every_prior_draws_square_matrices(prior: Matrices) -> None:
    assert LinearMap(2, prior).draw(6, generator("regression", 11)).shape == (6, 2, 2)
