"""What is found of a wave, on machines of which it is known."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from lib.agents.lstm import LSTMAgent
from lib.optimal.fourier_posterior import GaussianFourierPosterior
from lib.probes.fourier import POINTS, along_episode, at_the_end, compare, grid, of_learners
from lib.random import generator
from lib.tasks.fourier import Fourier
from lib.tasks.regression import Problems
from lib.training.single_task import Learners, learn

WORLD = Fourier()
MODES = 5


@dataclass(frozen=True)
class Oracle:
    """A machine that knows its function from the start, up to what is done to each wave's coefficients.

    State: which of the functions is this episode's.
    """

    functions: Tensor
    changed: Callable[[Tensor], Tensor]

    input_size, state_size, output_size = 2, 1, 1

    def initial_state(self, batch: int) -> Tensor:
        return torch.arange(batch)[:, None].float()

    def nearest_state(self, state: Tensor) -> Tensor:
        return state

    def step(self, state: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        functions = self.changed(self.functions[state[:, 0].long()])
        return state, WORLD.at(functions, x[:, None, :1])[:, 0]


def turned(angle: float) -> Callable[[Tensor], Tensor]:
    """Every wave later by this phase."""
    cosine, sine = torch.tensor(angle).cos(), torch.tensor(angle).sin()
    return lambda f: f @ torch.stack([torch.stack([cosine, sine]), torch.stack([-sine, cosine])])


@pytest.fixture(scope="module")
def problems() -> Problems:
    return WORLD.sample(6, 4, generator("probe", 0))


def test_the_grid_is_the_sources() -> None:
    x = grid()[:, 0]
    assert len(x) == POINTS == 40
    assert x.sum().item() == pytest.approx(0, abs=1e-6)
    assert x.diff().tolist() == pytest.approx([1 / 40] * 39, abs=1e-6)
    assert x[0].item() == pytest.approx(-0.5 + 0.0125)


@pytest.mark.parametrize("known", [1.0, 0.0, -1.0, 0.3])
def test_a_machine_that_knows_a_part_of_every_wave_has_found_that_part(problems: Problems, known: float) -> None:
    found = along_episode(Oracle(problems.functions, lambda f: known * f), WORLD, problems, MODES)
    assert found.q.shape == (6, 4, 5)
    torch.testing.assert_close(found.q, torch.full((6, 4, 5), known, dtype=torch.float64), atol=2e-6, rtol=0)
    # Five waves of amplitude 1 have a mean square of 5 / 2.
    errors = torch.full((6, 4), 2.5 * (1 - known) ** 2, dtype=torch.float64)
    torch.testing.assert_close(found.errors, errors, atol=5e-6, rtol=0)
    torch.testing.assert_close(found.powers, torch.ones(6, 4, 5, dtype=torch.float64), atol=2e-6, rtol=0)


@pytest.mark.parametrize("angle", [0.4, 1.5707963, 2.5])
def test_a_shift_of_phase_costs_its_cosine(problems: Problems, angle: float) -> None:
    found = along_episode(Oracle(problems.functions, turned(angle)), WORLD, problems, MODES)
    expected = torch.full((6, 4, 5), torch.tensor(angle).cos().item(), dtype=torch.float64)
    torch.testing.assert_close(found.q, expected, atol=3e-6, rtol=0)


def test_waves_are_told_apart(problems: Problems) -> None:
    only = torch.tensor([0.0, 1.0, 0.0, 0.5, 0.0])
    found = along_episode(Oracle(problems.functions, lambda f: f * only[:, None]), WORLD, problems, MODES)
    torch.testing.assert_close(found.q[3, 2], only.double(), atol=2e-6, rtol=0)


def test_offsets_and_faster_waves_do_not_count() -> None:
    x = grid()[:, 0].double()
    truth = torch.sin(2 * torch.pi * x + 1)
    said = truth + 7 + torch.sin(2 * torch.pi * 19 * x)
    assert compare(said, truth, 1).q.item() == pytest.approx(1, abs=1e-6)


def test_the_last_step_is_that_of_the_whole_episode(problems: Problems) -> None:
    agent = LSTMAgent(2, 1, 8, generator("probe", 1), deep=False)
    for machine in (agent, GaussianFourierPosterior(WORLD)):
        whole, last = along_episode(machine, WORLD, problems, MODES), at_the_end(machine, WORLD, problems, MODES)
        torch.testing.assert_close(last.q, whole.q[:, -1], atol=1e-6, rtol=0)
        torch.testing.assert_close(last.errors, whole.errors[:, -1], atol=1e-6, rtol=0)
        first = Problems(problems.functions, problems.x[:, :1], problems.y[:, :1])
        torch.testing.assert_close(at_the_end(machine, WORLD, first, MODES).q, whole.q[:, 0], atol=1e-6, rtol=0)


def test_episodes_count_by_their_power() -> None:
    x = grid()[:, 0].double()
    truth = torch.stack([2 * torch.sin(2 * torch.pi * x), torch.sin(2 * torch.pi * x)])
    found = compare(truth * torch.tensor([[1.0], [0.5]]), truth, 1)
    assert found.q[:, 0].tolist() == pytest.approx([1, 0.5])
    assert found.over_episodes().q.item() == pytest.approx((4 * 1 + 1 * 0.5) / 5)


def test_learners_are_looked_at_one_by_one() -> None:
    spec = Learners(WORLD, 3, 3, (16,), True, None, "adam", 1e-2, 40, 60)
    moments = learn(spec)
    moment = next(moments)
    first = of_learners(moment.networks, moment.functions, WORLD, MODES)
    assert first.q.shape == (3, 5)
    moment = list(moments)[-1]
    found = of_learners(moment.networks, moment.functions, WORLD, MODES)
    assert (found.errors < first.errors).all()
    asked = grid().expand(3, -1, -1)
    truth, said = WORLD.at(moment.functions, asked)[..., 0], moment.networks(asked)[..., 0].detach()
    # By sums of sines and cosines instead of a Fourier transform.
    waves = torch.stack([f(2 * torch.pi * grid()[:, 0] * 2) for f in (torch.sin, torch.cos)])
    expected = ((said @ waves.T) * (truth @ waves.T)).sum(dim=1) / (truth @ waves.T).square().sum(dim=1)
    torch.testing.assert_close(found.q[:, 1].float(), expected, atol=1e-5, rtol=1e-5)


def test_what_cannot_be_resolved_is_refused(problems: Problems) -> None:
    oracle = Oracle(problems.functions, lambda f: f)
    for probe in (along_episode, at_the_end):
        with pytest.raises(ValueError, match=r"20 modes on a grid of 40 points; .* fewer than half as many"):
            probe(oracle, WORLD, problems, 20)
        with pytest.raises(ValueError, match="0 modes"):
            probe(oracle, WORLD, problems, 0)
    moment = next(learn(Learners(WORLD, 0, 1, (4,))))
    with pytest.raises(ValueError, match="5 modes on a grid of 10 points"):
        of_learners(moment.networks, moment.functions, WORLD, 5, 10)
    with pytest.raises(ValueError, match="the grid has 2 points"):
        grid(2)
    with pytest.raises(ValueError, match=r"answers are \(3,\), truths \(40,\)"):
        compare(torch.zeros(3), torch.zeros(40), 1)
