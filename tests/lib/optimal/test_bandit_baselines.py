"""What every player of bandits owes to the book, and the landmarks among them against closed forms and draws."""

from functools import cache

import numpy as np
import pytest
import torch
from scipy import stats
from scipy.special import betaln

from lib.machine import Machine, unroll
from lib.optimal import bandit_dp_gaussian
from lib.optimal.bandit_agent import CERTAIN_LOGIT, BanditAgent, ConjugateBandit, greedy_logits, posterior_mean, pulls
from lib.optimal.bandit_baselines import BayesUCB, Greedy, Thompson, largest_of_betas
from lib.optimal.bandit_dp import optimum
from lib.optimal.gittins import GittinsAgent
from lib.random import generator
from lib.tasks.bandits import BernoulliBandit, GaussianBandit
from lib.tasks.environment import rollout

COINS, NORMAL = BernoulliBandit(2, 1), GaussianBandit(1, 4, 0.5)
STEPS = 7


@cache
def player(kind: str, prior: ConjugateBandit) -> BanditAgent:
    if kind == "optimum":
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bandit_dp_gaussian, "POINTS", 200)
            return optimum(prior, STEPS)
    if kind == "Gittins":
        return GittinsAgent.of(prior, STEPS, 0.8)
    return {"greedy": Greedy, "Thompson": Thompson, "UCB": BayesUCB}[kind](prior)


PRIORS = pytest.mark.parametrize("prior", [COINS, NORMAL], ids=str)
KINDS = pytest.mark.parametrize("kind", ["optimum", "Gittins", "greedy", "Thompson", "UCB"])


def inputs_of_a_life(prior: ConjugateBandit, batch: int, seed: int) -> torch.Tensor:
    return rollout(
        Thompson(prior), prior, prior.sample(batch, STEPS, generator("agents", seed)), generator("luck", seed)
    ).inputs


@PRIORS
@KINDS
def test_a_player_is_a_machine_whose_state_is_what_it_was_told(kind: str, prior: ConjugateBandit) -> None:
    machine = player(kind, prior)
    assert isinstance(machine, Machine)
    assert (machine.input_size, machine.state_size, machine.output_size) == (4, 4, 2)
    inputs = inputs_of_a_life(prior, 6, 0)
    trace = unroll(machine, inputs)
    assert trace.states.dtype == trace.outputs.dtype == torch.float32
    assert trace.outputs.shape == (6, STEPS, 2)
    assert torch.isfinite(trace.outputs).all()
    torch.testing.assert_close(trace.states, inputs.cumsum(dim=1))
    torch.testing.assert_close(trace.outputs[:, 0].softmax(dim=1), torch.full((6, 2), 0.5))


@PRIORS
@KINDS
def test_a_player_is_the_same_twice_and_does_not_mix_episodes(kind: str, prior: ConjugateBandit) -> None:
    machine = player(kind, prior)
    inputs = inputs_of_a_life(prior, 9, 1)
    together = unroll(machine, inputs)
    assert torch.equal(unroll(machine, inputs).outputs, together.outputs)
    torch.testing.assert_close(unroll(machine, inputs[3:4]).outputs[0], together.outputs[3])
    mixed = torch.randperm(9, generator=generator("agents", 2))
    torch.testing.assert_close(unroll(machine, inputs[mixed]).outputs, together.outputs[mixed])


@PRIORS
@KINDS
def test_order_does_not_matter_and_arms_have_no_names(kind: str, prior: ConjugateBandit) -> None:
    machine = player(kind, prior)
    inputs = inputs_of_a_life(prior, 20, 3)
    backward = torch.cat([inputs[:, :1], inputs[:, 1:].flip(1)], dim=1)
    last = unroll(machine, inputs).outputs[:, -1].softmax(dim=1)
    torch.testing.assert_close(unroll(machine, backward).outputs[:, -1].softmax(dim=1), last, atol=1e-5, rtol=0)
    swapped = inputs[:, :, [2, 3, 0, 1]]
    torch.testing.assert_close(unroll(machine, swapped).outputs[:, -1].softmax(dim=1), last.flip(1), atol=1e-5, rtol=0)


@PRIORS
@KINDS
def test_states_a_player_can_be_in_stay_and_others_come_near(kind: str, prior: ConjugateBandit) -> None:
    machine = player(kind, prior)
    states = unroll(machine, inputs_of_a_life(prior, 50, 4)).states[:, :-1].flatten(0, 1)
    assert torch.equal(machine.nearest_state(states), states)
    shaken = states + 0.2 * torch.randn(states.shape, generator=generator("agents", 5))
    kept = shaken.clone()
    near = machine.nearest_state(shaken)
    assert torch.equal(shaken, kept), "the state given was changed"
    counted = near if isinstance(prior, BernoulliBandit) else near[:, [0, 2]]
    assert torch.equal(counted, counted.round())
    assert (counted >= 0).all()
    assert torch.equal(machine.nearest_state(near), near)
    far = machine.nearest_state(100 * torch.randn(200, 4, generator=generator("agents", 6)))
    for x in (inputs_of_a_life(prior, 200, 7)[:, 1], torch.zeros(200, 4)):
        assert torch.isfinite(machine.step(far, x)[1]).all()


def test_an_arm_that_was_not_pulled_has_paid_nothing() -> None:
    near = Greedy(NORMAL).nearest_state(torch.tensor([[0.3, 5.0, 1.6, -2.5], [-4, 1, 0, 0]]))
    assert near.tolist() == [[0, 0, 2, -2.5], [0, 0, 0, 0]]
    assert Greedy(COINS).nearest_state(torch.tensor([[0.3, 5.4, 1.6, -2.5]])).tolist() == [[0, 5, 2, 0]]


@PRIORS
@pytest.mark.parametrize(("kind", "most"), [("optimum", STEPS - 1), ("Gittins", STEPS)])
def test_more_than_can_be_counted_is_named_or_shrinks(kind: str, most: int, prior: ConjugateBandit) -> None:
    machine = player(kind, prior)
    observation = torch.tensor([1.0, 0, 0, 0])
    assert torch.isfinite(machine.step((most - 1) * observation[None], observation[None])[1]).all()
    with pytest.raises(
        ValueError, match=f"{most + 1} pulls were seen; this player knows what to do after at most {most}"
    ):
        machine.step(most * observation[None], observation[None])
    many = torch.tensor([[40.0, 0, 20, 0]])
    near = machine.nearest_state(many)
    assert near.sum() in (most - 1, most - 2)
    assert near[0, 0] >= 2 * near[0, 2] - 1 >= 0


def test_the_optimum_of_a_single_step_and_of_two_has_a_nearest_state() -> None:
    for steps in (1, 2):
        assert (
            optimum(COINS, steps).nearest_state(torch.tensor([[0.0, 0, 0, 0], [3, 1, 0, 2]])).tolist() == [[0] * 4] * 2
        )


def test_rounding_breaks_no_tie() -> None:
    worth = torch.tensor([[0.1 + 0.2, 0.3, 0.3 - 1e-8]], dtype=torch.float64)
    assert greedy_logits(worth).tolist() == [[CERTAIN_LOGIT, CERTAIN_LOGIT, 0]]
    assert Greedy(BernoulliBandit(0.1, 0.2)).says(torch.tensor([[1.0, 2, 4, 8]])).tolist() == [
        [CERTAIN_LOGIT, CERTAIN_LOGIT]
    ]


def test_posteriors_are_those_of_the_textbook() -> None:
    counts = torch.tensor([[3.0, 1.0, 0.0, 2.0]])
    assert posterior_mean(COINS, counts)[0].tolist() == pytest.approx([5 / 7, 2 / 5])
    assert pulls(COINS, counts)[0].tolist() == [4, 2]
    assert posterior_mean(NORMAL, counts)[0].tolist() == pytest.approx([(4 + 0.5 * 1) / 5.5, (4 + 0.5 * 2) / 4])
    assert pulls(NORMAL, counts)[0].tolist() == [3, 0]


def test_greedy_pulls_what_looks_best() -> None:
    greedy = Greedy(BernoulliBandit(1, 1, arms=3))
    counts = torch.tensor([[1.0, 0, 0, 0, 2, 1], [1, 1, 0, 0, 0, 1], [1.0, 2, 3, 6, 0, 3]])
    expected = torch.tensor([[1, 0, 0], [0.5, 0.5, 0], [1, 0, 0]])  # 2/3, 1/2, 3/5; 1/2, 1/2, 1/3; 2/5, 4/11, 1/5
    torch.testing.assert_close(greedy.says(counts).softmax(dim=1), expected)


def closed_sum(a: int, b: int, c: int, d: int) -> float:
    """P(Beta(c, d) > Beta(a, b)) for whole numbers (Miller 2015)."""
    return sum(np.exp(betaln(a + i, b + d) - np.log(d + i) - betaln(1 + i, d) - betaln(a, b)) for i in range(c))


@pytest.mark.parametrize(
    ("a", "b", "c", "d"), [(1, 1, 2, 1), (3, 4, 1, 9), (20, 2, 1, 1), (1, 30, 12, 3), (10, 21, 15, 8)]
)
def test_the_larger_of_two_betas_has_a_closed_form_for_whole_numbers(a: int, b: int, c: int, d: int) -> None:
    found = largest_of_betas(np.array([[a, c]], float), np.array([[b, d]], float))
    assert found[0] == pytest.approx([1 - closed_sum(a, b, c, d), closed_sum(a, b, c, d)], abs=1e-10)


def test_the_largest_of_betas_by_drawing_them() -> None:
    a, b = np.array([0.5, 2.5, 1.0]), np.array([0.5, 3.0, 0.7])
    drawn = stats.beta(a, b).rvs((200_000, 3), random_state=0).argmax(axis=1)
    found = largest_of_betas(a[None], b[None])[0]
    assert found.sum() == pytest.approx(1)
    np.testing.assert_allclose(np.bincount(drawn) / 200_000, found, atol=4 * (0.25 / 200_000) ** 0.5)


def test_thompson_pulls_as_often_as_a_draw_from_the_posterior_is_best() -> None:
    counts = torch.tensor([[3.0, 2.5, 1.0, 2.0]])
    found = Thompson(NORMAL).says(counts).softmax(dim=1)[0]
    deviations = np.array([1 / 5.5, 1 / 4.5]) ** 0.5
    drawn = np.random.default_rng(0).normal(posterior_mean(NORMAL, counts)[0].numpy(), deviations, (200_000, 2))
    assert found[0].item() == pytest.approx((drawn.argmax(axis=1) == 0).mean(), abs=4 * (0.25 / 200_000) ** 0.5)
    coins = Thompson(BernoulliBandit(1, 1)).says(torch.tensor([[1.0, 0, 0, 0], [0, 0, 0, 0], [40, 0, 0, 40]]))
    torch.testing.assert_close(coins[:2].exp(), torch.tensor([[2 / 3, 1 / 3], [0.5, 0.5]]))
    assert coins[2].tolist() == pytest.approx([0, -CERTAIN_LOGIT])


def test_the_upper_confidence_bound_is_a_quantile_of_the_posterior() -> None:
    counts = torch.tensor([[3.0, 1.0, 0.0, 2.0]]).double()
    level = 1 - 1 / 8
    coins = BayesUCB(COINS).worth(counts)[0].tolist()
    assert coins == pytest.approx([stats.beta(5, 2).ppf(level), stats.beta(2, 3).ppf(level)])
    counts = torch.tensor([[4.0, 1.0, 2.0, 2.0]]).double()
    normal = BayesUCB(NORMAL).worth(counts)[0].tolist()
    assert normal == pytest.approx([stats.norm(4.5 / 6, 6**-0.5).ppf(level), stats.norm(1, 5**-0.5).ppf(level)])


def test_thompson_cannot_compare_three_normal_arms() -> None:
    with pytest.raises(ValueError, match="arms is 3; of Gaussian arms this player can compare 2"):
        Thompson(GaussianBandit(0, 1, 1, arms=3))
    assert Thompson(BernoulliBandit(1, 1, arms=3)).says(torch.zeros(1, 6)).exp().tolist()[0] == pytest.approx(
        [1 / 3] * 3
    )
