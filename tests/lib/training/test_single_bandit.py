"""Learners of one contextual bandit: their gradient, their coupling, and how long they take."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from lib.random import generator
from lib.training import single_bandit
from lib.training.single_bandit import PolicyLearners, learn, looked_at, train

QUICK = PolicyLearners(count=4, learning_rate=0.05, updates=30, moments=40)


def by_torch(spec: PolicyLearners, steps: int) -> np.ndarray:
    """Policies after a few exact steps, by automatic differentiation and torch's own optimisers."""
    task = spec.task
    correct = task.draw(spec.count, generator("what to learn", spec.seed))
    weights = torch.empty(spec.count, task.contexts, task.actions, dtype=torch.float64)
    rng = generator("initialise learners", spec.seed)
    torch.nn.init.trunc_normal_(weights, 0, spec.spread, -2 * spec.spread, 2 * spec.spread, generator=rng)
    biases = torch.zeros(spec.count, 1 if spec.coupled else task.contexts, task.actions, dtype=torch.float64)
    if spec.bias_spread:
        torch.nn.init.trunc_normal_(
            biases, 0, spec.bias_spread, -2 * spec.bias_spread, 2 * spec.bias_spread, generator=rng
        )
    rate, options = spec.learning_rate, {"eps": spec.epsilon} if spec.optimiser == "adam" else {}
    kind = torch.optim.Adam if spec.optimiser == "adam" else torch.optim.SGD
    groups = [
        {"params": [weights.requires_grad_()]},
        {"params": [biases.requires_grad_()], "lr": rate * spec.coupling},
    ]
    stepper = kind(groups, lr=rate, **options)
    for _ in range(steps):
        q = (weights + biases).softmax(dim=2).gather(2, correct[..., None])[..., 0]
        loss = -(task.p_incorrect + (task.p_correct - task.p_incorrect) * q).mean(dim=1).sum()  # equation (13)
        stepper.zero_grad()
        loss.backward()
        stepper.step()
    q = (weights + biases).softmax(dim=2).gather(2, correct[..., None])[..., 0]
    return q.detach().numpy()


@pytest.mark.parametrize("optimiser", ["adam", "sgd"])
@pytest.mark.parametrize("coupled", [True, False])
def test_exact_steps_are_those_of_automatic_differentiation(optimiser: str, coupled: bool) -> None:
    spec = replace(QUICK, gradient="exact", optimiser=optimiser, coupled=coupled)
    found = {moment.update: moment.q for moment in learn(spec)}
    for steps in (0, 1, 2, 25):
        np.testing.assert_allclose(found[steps], by_torch(spec, steps), atol=1e-9)


@pytest.mark.parametrize(
    "changed",
    [
        {"coupling": 7.0},
        {"coupling": 0.0},
        {"bias_spread": 0.4},
        {"epsilon": 0.1, "optimiser": "adam", "learning_rate": 0.02},
    ],
    ids=str,
)
def test_so_are_those_with_another_rate_or_beginning_of_biases_and_another_epsilon(changed: dict[str, Any]) -> None:
    spec = replace(QUICK, **{"gradient": "exact", "optimiser": "sgd", "learning_rate": 0.2} | changed)
    found = {moment.update: moment.q for moment in learn(spec)}
    plain = {moment.update: moment.q for moment in learn(replace(spec, coupling=1.0, bias_spread=0.0, epsilon=1e-8))}
    for steps in (0, 1, 25):
        np.testing.assert_allclose(found[steps], by_torch(spec, steps), atol=1e-9)
    assert np.abs(found[25] - plain[25]).max() > 1e-3


def test_coupling_moves_the_logits_of_other_contexts_too() -> None:
    """The kernel: 1 + gamma within a context, gamma between two."""
    spec = PolicyLearners(count=6, gradient="exact", optimiser="sgd", learning_rate=1e-4, updates=1, moments=2)
    (before, own), (_, one), (_, nine) = ([m.q for m in learn(replace(spec, coupling=g))] for g in (0.0, 1.0, 9.0))
    np.testing.assert_allclose((nine - own) / (one - own), 9, rtol=1e-2)
    apart = [m.q for m in learn(replace(spec, coupling=9.0, coupled=False))][1]
    np.testing.assert_allclose((apart - before) / (own - before), 10, rtol=1e-2)


def test_counts_are_those_of_a_batch() -> None:
    chances = np.array([[[0.1, 0.2, 0.05], [0.02, 0.03, 0.04]]]).repeat(20_000, axis=0)
    drawn = single_bandit._counts(chances, 7, np.random.default_rng(0))
    assert drawn.mean(axis=0) / 7 == pytest.approx(chances[0], abs=3e-3)
    assert 6 <= drawn.sum(axis=(1, 2)).max() <= 7, "what paid nothing is a part of the batch too"
    covariance = np.cov(drawn[:, 0, 0], drawn[:, 0, 1])
    assert covariance == pytest.approx(7 * np.array([[0.09, -0.02], [-0.02, 0.16]]), abs=0.03)


def test_reinforce_takes_the_exact_step_on_average() -> None:
    spec = PolicyLearners(count=500, optimiser="sgd", learning_rate=0.5, updates=1, moments=2, batch=20_000)
    (before, exact), (_, sampled) = (
        [m.q for m in learn(replace(spec, gradient=kind))] for kind in ("exact", "sampled")
    )
    moved, off = exact - before, sampled - exact
    assert abs(off.mean()) < 4 * off.std() / off.size**0.5 < 0.05 * moved.mean()


@pytest.mark.parametrize(
    "way", [{"baseline": True}, {"one_context": True}, {"baseline": True, "one_context": True}], ids=str
)
def test_so_it_does_with_a_baseline_and_with_one_context_in_a_batch(way: dict[str, bool]) -> None:
    """A baseline of the batch's own rewards shrinks the step by one action in a batch."""
    spec = PolicyLearners(count=500, optimiser="sgd", learning_rate=0.5, updates=1, moments=2, batch=2_000)
    (before, exact), (_, sampled), (_, plain) = (
        [m.q for m in learn(replace(spec, **changed))] for changed in ({"gradient": "exact"}, way, {})
    )
    moved, off = exact - before, sampled - exact
    assert abs(off.mean()) < 4 * off.std() / off.size**0.5 + 0.02 * moved.mean()
    if way == {"baseline": True}:
        assert off.std() < 0.8 * (plain - exact).std(), "that is what a baseline is for"
    if "one_context" in way:
        assert off.std() > moved.mean()


def test_contexts_apart_do_not_touch_each_other_and_coupled_ones_do() -> None:
    """Plain gradient ascent, so that no momentum carries anyone past anything."""
    spec = PolicyLearners(count=20, gradient="exact", optimiser="sgd", learning_rate=0.5, updates=60, moments=62)
    apart, together = (train(replace(spec, coupled=coupled))["q"].diff(dim=0) for coupled in (False, True))
    assert (apart > 0).all(), "without coupling nobody ever gets worse"
    assert (together < 0).any(), "with coupling somebody does, for a while"


def test_all_learn_and_stop_when_they_have() -> None:
    spec = PolicyLearners(count=5, learning_rate=0.05, updates=3_000, moments=100)
    record = train(spec)
    assert record["q"].shape == (len(record["update"]), 5, 5)
    assert record["update"].tolist() == looked_at(spec)[: len(record["update"])]
    q = record["q"].mean(dim=2)
    assert (q[-1] >= 0.98).all()
    assert not (q[-2] >= 0.98).all()
    assert record["update"][-1] < 3_000
    assert torch.equal(train(spec)["q"], record["q"])
    assert not torch.equal(train(replace(spec, seed=1))["q"][0], record["q"][0])


def test_both_kinds_begin_alike_and_none_knows_more_than_chance() -> None:
    one, other = (next(iter(learn(replace(QUICK, count=400, coupled=coupled)))).q for coupled in (True, False))
    assert np.array_equal(one, other)
    assert one.mean() == pytest.approx(0.2, abs=0.01)
    assert 0.02 < one.std() < 0.15


def test_bad_input_is_named() -> None:
    for name, bad, allowed in (
        ("count", 0, "must be at least 1"),
        ("updates", 0, "must be at least 1"),
        ("batch", 0, "must be at least 1"),
        ("moments", 1, "must be at least 2"),
        ("learning_rate", 0.0, "must be positive"),
        ("spread", -1.0, "must be positive"),
        ("epsilon", 0.0, "must be positive"),
        ("coupling", -1.0, "must be 0 or more"),
        ("bias_spread", -0.1, "must be 0 or more"),
        ("enough", 1.0, "must lie between 0 and 1"),
        ("gradient", "natural", "there are sampled, exact"),
        ("optimiser", "lion", "there are adam, sgd"),
    ):
        with pytest.raises(ValueError, match=f"{name} is {bad!r}; .*{allowed}"):
            PolicyLearners(**{name: bad})
    for name in ("baseline", "one_context"):
        with pytest.raises(ValueError, match="an exact gradient draws no batch"):
            PolicyLearners(gradient="exact", **{name: True})
