"""The fourteen tasks: their optimal agents, and the dissimilarity of others from these."""

from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from lib.agents.lstm import DeepLSTM
from lib.optimal import bandit_dp_gaussian
from lib.optimal.bandit_dp import optimum
from lib.probes.benchmark import BANDITS, BENCHMARK, DISCOUNT, PREDICTION, STEPS, Row, in_words
from lib.random import generator
from lib.tasks.bernoulli import BernoulliTask


@pytest.fixture(autouse=True)
def coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bandit_dp_gaussian, "POINTS", 200)


@dataclass(frozen=True)
class Indifferent:
    """Says zeros, whatever it is told."""

    input_size: int
    output_size: int
    state_size: int = 1

    def initial_state(self, batch: int) -> Tensor:
        return torch.zeros(batch, 1)

    def nearest_state(self, state: Tensor) -> Tensor:
        return state

    def step(self, state: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        return state, torch.zeros(len(x), self.output_size)


def test_there_are_fourteen_tasks_and_the_source_chose_two_priors() -> None:
    assert (len(PREDICTION), len(BANDITS), len({row.name for row in BENCHMARK})) == (10, 4, 14)
    assert [row.prior for row in BENCHMARK if row.chosen_by == "source"] == ["Dirichlet(1, 1, 1)", "Beta(1, 1)"]
    assert {row.chosen_by for row in BENCHMARK} == {"source", "ours"}
    assert {row.units for row in PREDICTION} == {"nats an episode"} != {row.units for row in BANDITS}


def test_a_reader_sees_titles_and_no_names() -> None:
    titles = [row.title for row in BENCHMARK]
    assert len(set(titles)) == 14
    assert titles[2] == "coin, Beta(½, ½)"
    assert titles[-1] == "two Gaussian arms, N(1, 4)"
    together = "; ".join(row.name for row in BENCHMARK)
    assert in_words(together) == "; ".join(titles)
    assert in_words(in_words(together)) == in_words(together)
    assert in_words("coin 10, 100 and $D_s$, D_o of sigma_p") == "coin 10, 100 and Dₛ, Dₒ of σₚ"


@pytest.mark.parametrize("row", BENCHMARK, ids=lambda row: row.name)
def test_the_optimal_agent_is_at_no_distance_from_itself_and_an_untrained_network_is_at_some(row: Row) -> None:
    optimal = row.optimal_agent(5)
    fresh = DeepLSTM(4).build(row.task.input_size, row.task.output_size, generator("initialise", 0))
    assert (optimal.input_size, optimal.output_size) == (row.task.input_size, row.task.output_size)
    assert row.dissimilarity(optimal, 40, generator("rows", 0), 5) == pytest.approx(0, abs=1e-6)
    assert row.dissimilarity(fresh, 40, generator("rows", 0), 5) > 0.01


def test_a_predictor_is_as_far_as_the_kl_divergence_of_its_predictions_sums_up_to() -> None:
    """Over two flips after Beta(1, 1): a fair guess costs nothing at first, then log 2 less the entropy of 2 : 1."""

    row = PREDICTION[0]
    assert row.task == BernoulliTask(1, 1)
    p = torch.tensor([1 / 3, 2 / 3], dtype=torch.float64)
    expected = float((p * (2 * p).log()).sum())
    assert row.dissimilarity(Indifferent(2, 1), 7, generator("rows", 1), 2) == pytest.approx(expected, rel=1e-6)


def test_a_player_is_as_far_as_it_falls_short_of_the_optimum() -> None:
    row = BANDITS[0]
    short = optimum(row.task, STEPS).earns.value - STEPS / 2  # what an arm pays on average
    assert short == pytest.approx(2.4313, abs=5e-5)
    assert row.dissimilarity(Indifferent(4, 2), 20_000, generator("rows", 0)) == pytest.approx(short, abs=0.1)


def test_the_optimal_player_knows_steps_and_discount_and_is_worked_out_once() -> None:
    row = BANDITS[1]
    assert row.optimal_agent(6) is row.optimal_agent(6)
    assert row.optimal_agent(6) is not row.optimal_agent(6, DISCOUNT)
    with pytest.raises(ValueError, match="steps is 0; an episode has at least 1"):
        row.optimal_agent(0)
