"""What every world and every machine owes to the rest of the book."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy import stats

from lib.agents.agent import AgentSpec
from lib.agents.gru import GRU
from lib.agents.lstm import LSTM, DeepLSTM, LSTMAgent, TiledLSTM
from lib.agents.mlp import MLP
from lib.agents.transformer import Cached, Transformer
from lib.machine import Delegating, Machine, unroll
from lib.optimal.bias_filter import BiasFilter
from lib.optimal.conjugate import Conjugate, bayes_optimal
from lib.optimal.discrete_prior import DiscreteBernoulli
from lib.optimal.forward_algorithm import ForwardAlgorithm
from lib.optimal.limited_memory import Saturating, Windowed
from lib.optimal.run_length_filter import RunLengthFilter
from lib.optimal.switching_filter import SwitchingFilter
from lib.probes.benchmark import PREDICTION
from lib.random import generator
from lib.tasks import sampling
from lib.tasks.bernoulli import BernoulliTask
from lib.tasks.categorical import CategoricalTask
from lib.tasks.change_point_coin import ChangePointCoinTask
from lib.tasks.exponential import ExponentialTask
from lib.tasks.fixed import FixedCoins
from lib.tasks.gaussian import GaussianTask
from lib.tasks.hidden_markov import mess3
from lib.tasks.prediction import PredictionTask
from lib.tasks.switching_coin import SwitchingCoinTask

WORLDS: dict[str, PredictionTask] = {
    **{row.name: row.task for row in PREDICTION},
    "lopsided coins": BernoulliTask(2, 5),
    "dice of five sides": CategoricalTask((0.5, 1, 2, 4, 8)),
    "readings far off": GaussianTask(-3, 2, 0.5),
    "coin that switches": SwitchingCoinTask(0.8, 0.1),
    "box of five coins": FixedCoins(5),
    "hidden Markov model": mess3(0.15, 0.6),
    "coins with change points": ChangePointCoinTask(2, 1, (0.1, 0.3)),
    "coins with changes": ChangePointCoinTask(0.5, 0.5, (0.1,)),
}


def bayes(task: PredictionTask) -> Conjugate:
    found = bayes_optimal(task)
    assert isinstance(found, Conjugate)
    return found


def fresh(spec: AgentSpec) -> Callable[[PredictionTask], Machine]:
    """An untrained network of a kind, for a task."""
    return lambda task: spec.build(task.input_size, task.output_size, generator("contract", 0))  # type: ignore[no-any-return]


KINDS: dict[str, Callable[[PredictionTask], Machine]] = {
    "deep LSTM": fresh(DeepLSTM(7)),
    "LSTM": fresh(LSTM(7, input_gain=2.0, orthogonal=True, forget_bias=1.0)),
    "tiled LSTM": fresh(TiledLSTM(7)),
    "GRU": fresh(GRU(7)),
    "transformer": fresh(Transformer(8, context=12)),
    "transformer with its keys and values": lambda task: Cached(
        Transformer(8, context=12).build(task.input_size, task.output_size, generator("contract", 0))
    ),
    "transformer without distance": fresh(Transformer(8, layers=1, alibi=False, context=12)),
    "MLP": fresh(MLP(7)),
    "Bayes": bayes_optimal,
    "delegating": lambda task: Delegating(bayes(task)),
    "windowed": lambda task: Windowed(bayes(task), 3),
    "never learning": lambda task: Windowed(bayes(task), 0),
    "saturating": lambda task: Saturating(bayes(task), 2),
}
OF_ONE_WORLD: dict[str, Callable[..., Machine]] = {
    "coin that switches": SwitchingFilter,
    "box of five coins": DiscreteBernoulli,
    "hidden Markov model": ForwardAlgorithm,
    "coins with change points": lambda task: RunLengthFilter(task, 20),
    "coins with changes": lambda task: BiasFilter(task, 11),
}
ONE_OF_EACH = ("coin ½, ½", "die 2, 1, 1", "wait 3, 2", "reading 1, 4", "dice of five sides")
MACHINES = [
    pytest.param(WORLDS[name], make(WORLDS[name]), id=f"{name}-{kind}")
    for name in ONE_OF_EACH
    for kind, make in KINDS.items()
] + [pytest.param(WORLDS[name], make(WORLDS[name]), id=f"{name}-its own") for name, make in OF_ONE_WORLD.items()]
TASKS = [pytest.param(task, id=name) for name, task in WORLDS.items()]


def another(observations: torch.Tensor) -> torch.Tensor:
    """For each observation a different one that was made: the next larger, and for the largest the smallest."""
    made = observations.unique()
    return made[(torch.searchsorted(made, observations) + 1) % len(made)]


@pytest.mark.parametrize("task", TASKS)
def test_a_world_is_a_prediction_task(task: PredictionTask) -> None:
    assert isinstance(task, PredictionTask)
    assert min(task.input_size, task.output_size) >= 1


@pytest.mark.parametrize("task", TASKS)
def test_episodes_have_the_shapes_they_promise(task: PredictionTask) -> None:
    episodes = task.sample(5, 11, generator("contract", 1))
    assert episodes.observations.shape == (5, 11)
    assert episodes.inputs.shape == (5, 11, task.input_size)
    assert episodes.parameters.shape[0] == 5
    assert {episodes.observations.dtype, episodes.inputs.dtype, episodes.parameters.dtype} == {torch.float32}


@pytest.mark.parametrize("task", TASKS)
def test_inputs_say_nothing_at_first_and_are_one_step_late(task: PredictionTask) -> None:
    episodes = task.sample(6, 9, generator("contract", 2))
    assert (episodes.inputs[:, 0] == 0).all()
    last_changed = episodes.observations.clone()
    last_changed[:, -1] = another(episodes.observations)[:, -1]
    assert torch.equal(task.inputs(last_changed), episodes.inputs), "the last observation leaked into the inputs"
    first_changed = episodes.observations.clone()
    first_changed[:, 0] = another(episodes.observations)[:, 0]
    differs = (task.inputs(first_changed) != episodes.inputs).any(dim=-1)
    assert differs[:, 1].all()
    assert not differs[:, 2:].any()


def number_and_sum(task: PredictionTask, observations: torch.Tensor) -> torch.Tensor:
    return torch.stack([torch.full((len(observations),), float(observations.shape[1])), observations.sum(dim=1)], dim=1)


SUFFICIENT: dict[type, Callable[..., torch.Tensor]] = {
    BernoulliTask: lambda task, seen: torch.stack([seen.sum(dim=1), (1 - seen).sum(dim=1)], dim=1),
    CategoricalTask: lambda task, seen: torch.stack([(seen == i).sum(dim=1).float() for i in range(task.sides)], dim=1),
    ExponentialTask: number_and_sum,
    GaussianTask: number_and_sum,
}
EXCHANGEABLE = [pytest.param(task, id=name) for name, task in WORLDS.items() if type(task) in SUFFICIENT]


@pytest.mark.parametrize("task", EXCHANGEABLE)
def test_inputs_add_up_to_what_bayes_must_know(task: PredictionTask) -> None:
    seen = task.sample(6, 9, generator("contract", 11)).observations
    torch.testing.assert_close(task.inputs(seen).sum(dim=1), SUFFICIENT[type(task)](task, seen[:, :-1]))


@pytest.mark.parametrize("task", TASKS)
def test_the_generator_decides_everything(task: PredictionTask) -> None:
    torch.manual_seed(0)
    one = task.sample(4, 8, generator("contract", 3))
    torch.manual_seed(1)
    same = task.sample(4, 8, generator("contract", 3))
    other = task.sample(4, 8, generator("contract", 4))
    assert torch.equal(one.parameters, same.parameters)
    assert torch.equal(one.observations, same.observations)
    assert not torch.equal(one.parameters, other.parameters)


def agrees(seen: np.ndarray, expected: np.ndarray) -> bool:
    """Whether counts follow expected counts, where these are large enough for a chi-square test."""
    common = expected > 5
    scaled = expected[common] * seen[common].sum() / expected[common].sum()
    return bool(stats.chisquare(seen[common], scaled).pvalue > 0.001)


def follow(draws: torch.Tensor, distribution: stats.distributions.rv_frozen) -> bool:
    return bool(stats.kstest(draws.double().numpy(), distribution.cdf).pvalue > 0.001)


@pytest.mark.parametrize("name", [name for name, task in WORLDS.items() if isinstance(task, BernoulliTask)])
def test_coins_follow_their_prior_and_flips_their_coin(name: str) -> None:
    task = WORLDS[name]
    assert isinstance(task, BernoulliTask)
    episodes = task.sample(20_000, 20, generator("contract", 5))
    assert follow(episodes.parameters[:, 0], stats.beta(task.a, task.b))
    heads = episodes.observations.sum(dim=1).numpy()
    seen = np.bincount(heads.astype(int), minlength=21)
    assert agrees(seen, 20_000 * stats.betabinom(20, task.a, task.b).pmf(np.arange(21)))


@pytest.mark.parametrize("name", [name for name, task in WORLDS.items() if isinstance(task, CategoricalTask)])
def test_dice_follow_their_prior_and_throws_their_die(name: str) -> None:
    task = WORLDS[name]
    assert isinstance(task, CategoricalTask)
    episodes = task.sample(20_000, 6, generator("contract", 12))
    prior = np.array(task.concentrations)
    for side in range(task.sides):
        assert follow(episodes.parameters[:, side], stats.beta(prior[side], prior.sum() - prior[side]))
    torch.testing.assert_close(episodes.parameters.sum(dim=1), torch.ones(20_000))
    throws = episodes.observations.long()
    assert agrees(np.bincount(throws[:, 0], minlength=task.sides), 20_000 * prior / prior.sum())
    counts = torch.nn.functional.one_hot(throws, task.sides).sum(dim=1).numpy()
    kinds, seen = np.unique(counts, axis=0, return_counts=True)
    assert agrees(seen, 20_000 * stats.dirichlet_multinomial.pmf(kinds, prior, 6))


@pytest.mark.parametrize("name", [name for name, task in WORLDS.items() if isinstance(task, ExponentialTask)])
def test_rates_follow_their_prior_and_waits_their_rate(name: str) -> None:
    task = WORLDS[name]
    assert isinstance(task, ExponentialTask)
    episodes = task.sample(20_000, 4, generator("contract", 13))
    rate, waits = episodes.parameters, episodes.observations
    assert (waits >= 0).all()
    assert follow(rate[:, 0], stats.gamma(task.a, scale=1 / task.b))
    assert follow(waits[:, 0], stats.lomax(task.a, scale=task.b))
    assert follow((waits * rate).flatten(), stats.expon())
    assert follow((waits * rate).sum(dim=1), stats.gamma(4)), "the waits of an episode are not independent"


@pytest.mark.parametrize("name", [name for name, task in WORLDS.items() if isinstance(task, GaussianTask)])
def test_quantities_follow_their_prior_and_readings_their_quantity(name: str) -> None:
    task = WORLDS[name]
    assert isinstance(task, GaussianTask)
    episodes = task.sample(20_000, 4, generator("contract", 14))
    quantity, readings = episodes.parameters, episodes.observations
    assert follow(quantity[:, 0], stats.norm(task.mean, task.prior_precision**-0.5))
    assert follow(readings[:, 0], stats.norm(task.mean, (1 / task.prior_precision + 1 / task.precision) ** 0.5))
    noise = (readings - quantity) * task.precision**0.5
    assert follow(noise.flatten(), stats.norm())
    assert follow(noise.square().sum(dim=1), stats.chi2(4)), "the readings of an episode are not independent"


def test_one_uniform_number_makes_one_draw() -> None:
    """So the streams of two worlds stay aligned: what is large in the one is large in the other."""
    drawn = [
        sampling.beta(2, 5, 99, generator("contract", 20)),
        sampling.gamma(3, 2, 99, generator("contract", 20)),
        sampling.gamma(10, 10, 99, generator("contract", 20)),
        torch.rand(99, generator=generator("contract", 20), dtype=torch.float64),
    ]
    assert len({tuple(each.argsort().tolist()) for each in drawn}) == 1
    assert {each.dtype for each in drawn[:3]} == {torch.float32}
    assert sampling.dirichlet((1, 2), 99, generator("contract", 20)).shape == (99, 2)


@pytest.mark.parametrize(("task", "machine"), MACHINES)
def test_every_machine_is_a_machine(task: PredictionTask, machine: Machine) -> None:
    assert isinstance(machine, Machine)
    assert (machine.input_size, machine.output_size) == (task.input_size, task.output_size)
    assert machine.initial_state(4).shape == (4, machine.state_size)


@pytest.mark.parametrize(("task", "machine"), MACHINES)
def test_a_trace_has_the_shapes_it_promises(task: PredictionTask, machine: Machine) -> None:
    trace = unroll(machine, task.sample(3, 6, generator("contract", 6)).inputs)
    assert trace.states.shape == (3, 6, machine.state_size)
    assert trace.outputs.shape == (3, 6, machine.output_size)
    assert trace.outputs.shape[-1] == task.output_size
    assert trace.states.dtype == trace.outputs.dtype == torch.float32
    assert torch.isfinite(trace.outputs).all()


@pytest.mark.parametrize(("task", "machine"), MACHINES)
def test_unroll_is_one_step_after_another(task: PredictionTask, machine: Machine) -> None:
    inputs = task.sample(3, 6, generator("contract", 7)).inputs
    trace = unroll(machine, inputs)
    state = machine.initial_state(3)
    for t in range(6):
        state, output = machine.step(state, inputs[:, t])
        assert torch.equal(state, trace.states[:, t])
        assert torch.equal(output, trace.outputs[:, t])


@pytest.mark.parametrize(("task", "machine"), MACHINES)
def test_what_a_machine_says_its_task_can_read(task: PredictionTask, machine: Machine) -> None:
    episodes = task.sample(3, 6, generator("contract", 15))
    log_p = task.predictive(unroll(machine, episodes.inputs).outputs).log_prob(episodes.observations)
    assert log_p.shape == (3, 6)
    assert torch.isfinite(log_p).all()


@pytest.mark.parametrize(("task", "machine"), MACHINES)
def test_a_machine_is_the_same_twice_and_does_not_mix_episodes(task: PredictionTask, machine: Machine) -> None:
    inputs = task.sample(5, 6, generator("contract", 8)).inputs
    together = unroll(machine, inputs)
    assert torch.equal(unroll(machine, inputs).outputs, together.outputs)
    alone = unroll(machine, inputs[2:3])
    torch.testing.assert_close(alone.outputs[0], together.outputs[2])


@pytest.mark.parametrize(("task", "machine"), MACHINES)
def test_a_machine_says_nothing_of_the_future(task: PredictionTask, machine: Machine) -> None:
    inputs = task.sample(4, 8, generator("contract", 9)).inputs
    other = inputs.clone()
    other[:, 5:] = task.sample(4, 8, generator("contract", 10)).inputs[:, 5:]
    assert torch.equal(unroll(machine, inputs).outputs[:, :5], unroll(machine, other).outputs[:, :5])


@pytest.mark.parametrize(("task", "machine"), MACHINES)
def test_a_machine_leaves_the_state_it_was_given_alone(task: PredictionTask, machine: Machine) -> None:
    inputs = task.sample(4, 3, generator("contract", 16)).inputs
    state = unroll(machine, inputs).states[:, -1]
    before = state.clone()
    machine.step(state, inputs[:, 1])
    assert torch.equal(state, before)
    anything = 9 * torch.randn(4, machine.state_size, generator=generator("contract", 21))
    before = anything.clone()
    machine.nearest_state(anything)
    assert torch.equal(anything, before)


@pytest.mark.parametrize(("task", "machine"), MACHINES)
def test_the_nearest_state_to_one_that_was_reached_is_that_one(task: PredictionTask, machine: Machine) -> None:
    reached = unroll(machine, task.sample(20, 9, generator("contract", 17)).inputs).states.flatten(0, 1)
    assert torch.equal(machine.nearest_state(reached), reached)
    assert torch.equal(machine.nearest_state(machine.initial_state(2)), machine.initial_state(2))


@pytest.mark.parametrize(("task", "machine"), MACHINES)
def test_from_the_nearest_state_to_any_numbers_a_machine_speaks(task: PredictionTask, machine: Machine) -> None:
    anything = 9 * torch.randn(50, machine.state_size, generator=generator("contract", 18))
    near = machine.nearest_state(anything)
    assert near.shape == anything.shape
    assert torch.equal(machine.nearest_state(near), near)
    _, outputs = machine.step(near, task.sample(50, 2, generator("contract", 19)).inputs[:, 1])
    assert not torch.isnan(outputs).any()


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_counts_are_never_negative_and_sums_of_readings_may_be(name: str) -> None:
    machine = bayes_optimal(WORLDS[name])
    near = machine.nearest_state(torch.full((1, machine.state_size), -2.0))[0].tolist()
    assert near == ([0, -2] if name.startswith("reading") else [0] * machine.state_size)


def test_hidden_units_stay_within_one_and_cells_where_they_are() -> None:
    machine = LSTMAgent(2, 1, 2, generator("contract", 0))
    assert machine.nearest_state(torch.tensor([[3.0, -0.5, 3.0, -9.0]])).tolist() == [[1, -0.5, 3, -9]]


@pytest.mark.parametrize(("task", "machine"), MACHINES)
def test_wrong_inputs_are_named(task: PredictionTask, machine: Machine) -> None:
    wrong = machine.input_size + 1
    with pytest.raises(ValueError, match=f"{wrong} features; this machine takes {machine.input_size}"):
        unroll(machine, torch.zeros(2, 4, wrong))
    with pytest.raises(ValueError, match="0 steps"):
        unroll(machine, torch.zeros(2, 0, task.input_size))


@pytest.mark.parametrize("task", TASKS)
def test_steps_and_episodes_must_be_positive(task: PredictionTask) -> None:
    with pytest.raises(ValueError, match="0 episodes of 20 steps; both must be at least 1"):
        task.sample(0, 20, generator("contract", 0))
    with pytest.raises(ValueError, match="5 episodes of -1 steps; both must be at least 1"):
        task.sample(5, -1, generator("contract", 0))


IMPROPER: dict[str, Callable[[float], PredictionTask]] = {
    "Beta prior has a": lambda bad: BernoulliTask(bad, 1),
    "Beta prior has b": lambda bad: BernoulliTask(1, bad),
    "Gamma prior has a": lambda bad: ExponentialTask(bad, 1),
    "Gamma prior has b": lambda bad: ExponentialTask(1, bad),
    "Normal prior has prior_precision": lambda bad: GaussianTask(0, bad, 1),
    "Normal prior has precision": lambda bad: GaussianTask(0, 1, bad),
}


@pytest.mark.parametrize("bad", [0, -1, float("nan"), float("inf")])
@pytest.mark.parametrize("prior", IMPROPER)
def test_prior_parameters_must_be_positive(prior: str, bad: float) -> None:
    with pytest.raises(ValueError, match=rf"{prior}={float(bad)}; .*positive"):
        IMPROPER[prior](bad)


@pytest.mark.parametrize("bad", [0, -1, float("nan"), float("inf")])
def test_every_concentration_must_be_positive(bad: float) -> None:
    with pytest.raises(ValueError, match=f"has concentration {float(bad)} for side 1; all must be positive"):
        CategoricalTask((1, bad, 1))


def test_a_die_has_two_sides_at_least_and_a_mean_is_a_number() -> None:
    with pytest.raises(ValueError, match="1 concentrations; at least 2 are needed"):
        CategoricalTask((1,))
    with pytest.raises(ValueError, match="mean=nan; precisions must be positive, everything must be finite"):
        GaussianTask(float("nan"), 1, 1)
    assert GaussianTask(-7, 1, 1).mean == -7


def test_an_unknown_world_has_no_conjugate_predictor() -> None:
    with pytest.raises(TypeError, match="no conjugate predictor is known for 'dice'"):
        bayes_optimal("dice")


def test_the_table_has_ten_tasks_under_names_of_their_own_one_of_them_the_sources() -> None:
    assert len(PREDICTION) == len({row.name for row in PREDICTION}) == len({row.task for row in PREDICTION}) == 10
    assert [row.task for row in PREDICTION if row.chosen_by == "source"] == [CategoricalTask((1, 1, 1))]
    families = {
        BernoulliTask: "Bernoulli",
        CategoricalTask: "categorical",
        ExponentialTask: "exponential",
        GaussianTask: "Gaussian",
    }
    assert [row.family for row in PREDICTION] == [families[type(row.task)] for row in PREDICTION]
    assert {row.family for row in PREDICTION} == set(families.values())


def test_a_machine_goes_on_from_the_state_that_it_was_left_in() -> None:
    task = WORLDS["die 2, 1, 1"]
    inputs = task.sample(3, 8, generator("contract", 22)).inputs
    for make in KINDS.values():
        machine = make(task)
        whole = unroll(machine, inputs)
        for step in reversed(range(1, 8)):  # whatever it did since
            _, output = machine.step(whole.states[:, step - 1], inputs[:, step])
            torch.testing.assert_close(output, whole.outputs[:, step])
