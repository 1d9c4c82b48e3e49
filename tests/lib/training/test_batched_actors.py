"""Agents side by side do, learn and keep what they would alone."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from experiments.one_armed import specs as explorers
from experiments.one_armed.measure import ExplorationAtEnd, measure_end, measure_end_batched
from experiments.one_armed.specs import explorer
from lib.agents.batched import stack
from lib.agents.lstm import LSTM, DeepLSTM, LSTMAgent
from lib.random import generator
from lib.runner.sweep import sweep
from lib.tasks.bandits import BernoulliBandit
from lib.tasks.environment import rollout, rollout_with
from lib.tasks.gridworld import EARLY, STAGED
from lib.tasks.one_armed import OneArmed
from lib.tasks.restless_arm import RestlessOneArmed
from lib.training import batched
from lib.training.actor_critic import ActorCritic, Learner, train
from lib.training.batched_actors import Learners, Played
from lib.training.schedules import Linear

SHORT = replace(explorer(1.0, 2.0, 10, 0, updates=12), batch=16, agent=LSTM(8, 2.0, True, 1.0), checkpoints=3)
SPECS = [replace(SHORT, seed=seed) for seed in (3, 4, 5)]
CROWD = [ExplorationAtEnd(SHORT, seed, 20, 4) for seed in (3, 4, 5)]


def test_with_chance_given_play_is_play() -> None:
    agent, task = LSTMAgent(4, 2, 12, generator("abreast", 0), deep=False), SHORT.task
    episodes = task.sample(20, 10, generator("abreast", 1))
    chance = torch.rand(20, 10, generator=generator("abreast", 2))
    one, other = (
        rollout(agent, task, episodes, generator("abreast", 2)),
        rollout_with(agent, task, episodes, chance),
    )
    for name in ("inputs", "policies", "actions", "rewards", "expected"):
        assert torch.equal(getattr(one, name), getattr(other, name))


WORLDS = {
    "one unknown arm": SHORT,
    "without entropy, discounted": replace(SHORT, entropy=Linear(0.0, 0.0), discount=Linear(0.9, 1.0, 0.5)),
    "a bandit of three arms": replace(SHORT, task=BernoulliBandit(1, 1, arms=3), lambda_=1.0),
    "a grid": replace(SHORT, task=STAGED),
}


@pytest.mark.parametrize("shared", WORLDS.values(), ids=WORLDS)
def test_the_gradient_by_hand_is_that_of_autograd(shared: ActorCritic) -> None:
    """Of agents that have just played, and again of the same episodes once they have learned from them."""
    specs = [replace(shared, seed=seed, epochs_per_batch=2) for seed in (3, 4, 5)]
    together, each = Learners(specs), [Learner.fresh(spec) for spec in specs]
    for run, learner in enumerate(each):  # an episode may begin anywhere
        torch.nn.init.normal_(learner.agent.start, generator=generator("abreast, start", run))
        together.agents["start"].data[run] = learner.agent.start.data
    played = together.play()
    alone = []
    for run, learner in enumerate(each):
        episodes = shared.task.sample(shared.batch, shared.steps, learner.rng)
        alone.append((rollout(learner.agent, shared.task, episodes, learner.rng), episodes))
        assert torch.equal(played.actions[:, run].T, alone[-1][0].actions)
        torch.testing.assert_close(played.expected[:, run].T, alone[-1][0].expected)
    for epoch in range(2):
        if epoch:
            together.repeat()
        losses = together.losses(played, 0.25)
        together.optimiser.descend(losses.sum())
        for run, learner in enumerate(each):
            loss = learner.loss(*alone[run], 0.25)
            learner.optimiser.descend(loss)
            torch.testing.assert_close(losses[run], loss, rtol=1e-5, atol=1e-6)
            for group, module in ((together.agents, learner.agent), (together.critics, learner.critic)):
                for name, parameter in module.named_parameters():
                    gradient, wanted = group[name].grad, parameter.grad
                    assert gradient is not None
                    assert wanted is not None
                    assert wanted.norm() > 0
                    assert (gradient[run] - wanted).norm() <= 1e-5 * wanted.norm(), f"{name}, epoch {epoch}"


def test_who_watches_sees_what_agents_do_and_how_steep_their_loss_is() -> None:
    pulled: list[float] = []

    def watch(update: int, learners: Learners, played: Played) -> None:
        assert update == len(pulled)
        assert learners.gradient_norms.shape == (3,)
        assert (learners.gradient_norms > 0).all()
        pulled.append(played.actions.float().sum(dim=0).mean().item())

    batched.train_actors(SPECS, watch)
    assert len(pulled) == SHORT.updates
    assert 0 < min(pulled) <= max(pulled) < SHORT.steps


def of_seeds(shared: ActorCritic) -> list[ActorCritic]:
    return [replace(shared, seed=seed) for seed in (3, 4, 5)]


@pytest.mark.parametrize(
    "specs",
    [
        SPECS,
        [replace(spec, task=OneArmed(1.0 + spec.seed, 0.5 * spec.seed)) for spec in SPECS],
        [replace(spec, task=RestlessOneArmed(1.0 + spec.seed, 0.5, 0.1 * (spec.seed - 3))) for spec in SPECS],
        of_seeds(replace(SHORT, task=BernoulliBandit(1, 1), epochs_per_batch=2)),
        of_seeds(replace(SHORT, task=STAGED)),
    ],
    ids=["explorers", "explorers of three worlds", "arms that switch", "a bandit, learned from twice", "walkers"],
)
def test_agents_trained_side_by_side_become_what_they_become_alone(specs: list[ActorCritic]) -> None:
    together = batched.train_actors(specs)
    for spec, record in zip(specs, together, strict=True):
        alone = train(spec)
        assert record.keys() == alone.keys()
        for name in alone:
            torch.testing.assert_close(record[name], alone[name], rtol=1e-3, atol=1e-4, msg=f"{name} of {spec}")
    assert not torch.equal(together[0]["12/readout.weight"], together[1]["12/readout.weight"])


def test_whoever_grows_in_a_crowd_is_as_if_it_had_grown_alone(tmp_path: Path) -> None:
    plain = sweep(measure_end, CROWD, tmp_path / "plain", executor="serial", progress=False)
    packed = sweep(
        measure_end, CROWD, tmp_path / "packed", executor="stacked:2", together=measure_end_batched, progress=False
    )
    for one, two in zip(plain, packed, strict=True):
        assert (one.key, one.manifest["specs"]) == (two.key, two.manifest["specs"])
        assert one.manifest["trainer"] == two.manifest["trainer"] == ["alike", 1]
        assert one.arrays.keys() == two.arrays.keys() == {"earned", "error", "pulls", "better"}
        assert one.arrays["pulls"].shape == (10,)
        for name, value in one.arrays.items():
            torch.testing.assert_close(
                torch.from_numpy(two.arrays[name]), torch.from_numpy(value), rtol=1e-3, atol=1e-4
            )
    assert not torch.equal(*(torch.from_numpy(each.arrays["pulls"]) for each in plain[:2]))


def test_what_cannot_go_side_by_side_is_refused() -> None:
    with pytest.raises(ValueError, match="differ in their seeds alone"):
        batched.train_actors([SHORT, replace(SHORT, steps=11)])
    with pytest.raises(ValueError, match="differ in their seeds alone"):
        batched.train_actors([])
    with pytest.raises(ValueError, match="differ in their seeds alone"):
        batched.train_actors([replace(SHORT, task=task) for task in (STAGED, EARLY)])
    with pytest.raises(ValueError, match="only LSTMs that are not deep play side by side"):
        batched.train_actors([replace(SHORT, agent=DeepLSTM(8))])
    with pytest.raises(ValueError, match="2 shapes"):
        stack([LSTMAgent(4, 2, width, generator("abreast", 0), deep=False) for width in (3, 4)])
    with pytest.raises(ValueError, match="0 shapes"):
        stack([])
    with pytest.raises(ValueError, match="the device is 'cuda'"):
        measure_end_batched(CROWD, "cuda")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"explorer": replace(SHORT, seed=1)}, "the explorer's seed is 1"),
        ({"explorer": replace(SHORT, task=BernoulliBandit(1, 1))}, "explorers live in one-armed worlds"),
        ({"seed": -1}, "seed is -1; it must be at least 0"),
        ({"precise": 21}, "precise is 21; it must be even"),
        ({"held_out": 0}, "held_out is 0; it must be at least 1"),
    ],
)
def test_a_crowd_is_of_explorers_without_seeds(change: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(CROWD[0], **change)


def test_crowds_are_worlds_that_take_turns() -> None:
    wanted = explorers.ensembles("laptop")
    assert [spec.own.task.sigma_p for spec in wanted[:3]] == list(explorers.ENSEMBLES.values())
    assert [spec.own.seed for spec in wanted[::3]] == list(range(100))
    assert {spec.episodes for spec in wanted} == {192_000}
