"""Learners: many networks side by side, each with one function to learn."""

from dataclasses import replace
from itertools import pairwise

import pytest
import torch

from lib.agents.feedforward import FeedforwardNetworks
from lib.random import generator
from lib.spec import describe, key_of
from lib.tasks.fourier import Fourier
from lib.tasks.linear import LinearMap
from lib.tasks.random_matrices import FixedSpectrum
from lib.training.single_task import Learners, learn, networks

LINES = Learners(LinearMap(2, FixedSpectrum((2.0, 0.5)), noise=0.0), 0, count=3, updates=40)
WIGGLES = Learners(Fourier(), 0, 2, (16, 16), True, None, "adam", 1e-3, 20, 30)


def effective(networks: FeedforwardNetworks, learner: int) -> torch.Tensor:
    """The product of all weights: equation (2) of the source."""
    product = torch.eye(2)
    for weight in networks.weights:
        product = product @ weight[learner].detach()
    return product.T


def test_learners_do_not_see_each_other() -> None:
    """One Learner's function, points and first weights, given to a group of one, lead to the same weights."""
    *_, last = learn(LINES)
    function = last.functions[1]
    first = networks(LINES, generator("initialise learners", 0))
    rng = generator("learn", 0)
    own = [weight[1].detach().clone().requires_grad_() for weight in first.weights]
    for _ in range(LINES.updates):
        points = LINES.task.given(last.functions, LINES.batch, rng)
        said = points.x[1] @ own[0] @ own[1]
        loss = (said - points.x[1] @ function.T).square().sum(dim=1).mean()
        gradients = torch.autograd.grad(loss, own)
        own = [(w - 1e-3 * g).detach().requires_grad_() for w, g in zip(own, gradients, strict=True)]
    for mine, theirs in zip(own, last.networks.weights, strict=True):
        assert (mine - theirs[1]).abs().max() < 1e-6


def test_each_moment_can_be_looked_at_before_the_next() -> None:
    seen = [(moment.update, effective(moment.networks, 0)) for moment in learn(replace(LINES, updates=3))]
    assert [update for update, _ in seen] == [0, 1, 2, 3]
    assert all(not torch.equal(one, other) for (_, one), (_, other) in pairwise(seen))


def test_the_first_weights_are_cut_off_at_two_deviations_or_as_torch_has_them() -> None:
    many = replace(LINES, count=400)
    weights = torch.cat([w.detach().flatten() for w in networks(many, generator("initialise learners", 0)).weights])
    assert 0.19 < weights.abs().max() <= 0.2
    assert weights.std().item() == pytest.approx(0.088, abs=0.002)  # of a normal cut off at two deviations: 0.880
    as_torch = networks(WIGGLES, generator("initialise learners", 0))
    assert 0.24 < as_torch.weights[1].abs().max() <= 0.25
    assert as_torch.biases[0].abs().max() > 0.5


def test_sonnets_first_weights_are_truncated_normal_by_fan_in_with_biases_of_zero() -> None:
    spec = replace(WIGGLES, beginning="sonnet", hidden=(100, 100))
    assert spec.spread is None
    group = networks(spec, generator("initialise learners", 0))
    weights = group.weights[1].detach()
    assert 0.19 < weights.abs().max() <= 0.2
    assert weights.std().item() == pytest.approx(0.088, abs=0.002)
    assert group.weights[0].detach().abs().max() > 1  # a single input
    assert all((bias == 0).all() for bias in group.biases)
    assert key_of(replace(spec, beginning="torch")) == key_of(replace(WIGGLES, hidden=(100, 100))) != key_of(spec)
    assert "beginning" not in describe(WIGGLES)


def test_linear_networks_are_linear_and_rectified_ones_are_not() -> None:
    for spec, linear in ((LINES, True), (WIGGLES, False)):
        group = networks(spec, generator("initialise learners", 0))
        x = torch.randn(spec.count, 5, spec.task.x_size, generator=generator("single task", 0))
        with torch.no_grad():
            apart = group(2 * x) - 2 * group(x)
        assert (apart.abs().max() < 1e-6) == linear


@pytest.mark.parametrize(
    "spec",
    [replace(LINES, updates=1_500), replace(WIGGLES, learning_rate=3e-3, batch=200, updates=400)],
    ids=["lines", "wiggles"],
)
def test_learners_learn(spec: Learners) -> None:
    moments = learn(spec)
    next(moments)
    first = next(moments).losses
    *_, last = moments
    assert (last.losses < 0.9 * first).all()


def test_learning_can_be_repeated() -> None:
    *_, one = learn(WIGGLES)
    *_, other = learn(WIGGLES)
    assert torch.equal(one.losses, other.losses)


def test_settings_must_make_sense() -> None:
    for name, value in {"seed": -1, "count": 0, "batch": 0, "updates": 0, "spread": 0.0, "learning_rate": 0.0}.items():
        with pytest.raises(ValueError, match=f"{name} is {value}"):
            replace(LINES, **{name: value})
    with pytest.raises(ValueError, match=r"hidden is \(3, 0\)"):
        replace(LINES, hidden=(3, 0))
    with pytest.raises(ValueError, match="optimiser is 'newton'"):
        replace(LINES, optimiser="newton")
    with pytest.raises(ValueError, match="beginning is 'keras'; it must be one of torch, sonnet"):
        replace(WIGGLES, beginning="keras")
    with pytest.raises(ValueError, match=r"beginning is 'sonnet' and spread 0\.1"):
        replace(LINES, beginning="sonnet")


def test_learning_that_blows_up_says_so() -> None:
    wild = replace(LINES, task=LinearMap(2, FixedSpectrum((1e18, 1e18))), learning_rate=0.9, updates=50)
    with pytest.raises(FloatingPointError, match="losses are"):
        for _ in learn(wild):
            pass
