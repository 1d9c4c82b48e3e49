"""Comparisons episode by episode: their means are those of the comparisons there were."""

from pathlib import Path

import pytest
import torch

from experiments import networks
from experiments.bandits import measure as bandit_measure
from experiments.bandits import measure_episodes as bandit_episodes
from experiments.prediction import measure_episodes as prediction_episodes
from lib.agents.lstm import DeepLSTM
from lib.machine import unroll
from lib.optimal.conjugate import bayes_optimal
from lib.probes import phi, simulation
from lib.probes.behaviour import dissimilarity, policy_js, return_difference
from lib.probes.benchmark import cached_optimum
from lib.random import generator
from lib.runner.sweep import sweep
from lib.tasks.bandits import BernoulliBandit
from lib.tasks.bernoulli import BernoulliTask
from lib.training import actor_critic, supervised
from lib.training.actor_critic import ActorCritic
from lib.training.supervised import Supervised

COIN = Supervised(BernoulliTask(1, 1), seed=5, agent=DeepLSTM(4), steps=6, batch=32, updates=60, checkpoints=2)
ARMS = ActorCritic(BernoulliBandit(1, 1), seed=5, agent=DeepLSTM(4), steps=6, batch=32, updates=40, checkpoints=2)


def test_predictors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep(supervised.train, [COIN], tmp_path, executor="serial", progress=False)
    monkeypatch.setattr(networks, "RECORDS", tmp_path)
    found = prediction_episodes.compare_episodes(prediction_episodes.EpisodeComparison(COIN, 90, 70))
    assert found["output"].shape == (2, 2, 70)
    network, bayes = networks.after_training(COIN), bayes_optimal(COIN.task)
    held_out = COIN.task.sample(70, 6, generator("episode comparison, held out", 5))
    said = [COIN.task.predictive(unroll(m, held_out.inputs).outputs.double()[:, 1:]) for m in (bayes, network)]
    assert found["side_by_side"].mean().item() == pytest.approx(dissimilarity(said[0], said[1]), rel=1e-5)
    assert (found["state"][:, 0] < found["state"][:, 1]).all()
    # Opt to RNN by a constant: the network says the same whatever was seen, but for the last observation
    mean = simulation.simulate(bayes, network, held_out.inputs, 2, phi.constant)
    before, after = simulation.outputs_before_and_after(mean, bayes, network, held_out.inputs)
    expected = dissimilarity(*(COIN.task.predictive(each.double()) for each in (before, after)))
    assert found["output"][1, 1].mean().item() == pytest.approx(expected, rel=0.1)


def test_players(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep(actor_critic.train, [ARMS], tmp_path, executor="serial", progress=False)
    monkeypatch.setattr(networks, "RECORDS", tmp_path)
    found = bandit_episodes.compare_episodes(bandit_episodes.BanditEpisodeComparison(ARMS, 90, 70))
    network = networks.after_training(ARMS)
    lived = bandit_measure.streams(ARMS, network, 70, generator("bandit episodes, held out", 5))
    best = cached_optimum(BernoulliBandit(1, 1), 6, 1.0)
    with torch.inference_mode():
        one, other = (unroll(m, lived.inputs).outputs[:, 1:].double().softmax(dim=-1) for m in (best, network))
    assert abs(found["reward_side_by_side"].mean().item()) == pytest.approx(
        return_difference(one, other, lived.means), rel=1e-4
    )
    assert found["policy_side_by_side"].mean().item() == pytest.approx(policy_js(one, other), rel=1e-4)
    assert found["reward"].shape == found["policy"].shape == (2, 2, 70)
    assert (found["state"][:, 0] < found["state"][:, 1]).all()


def test_a_player_is_translated_for_the_optimum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep(actor_critic.train, [ARMS], tmp_path, executor="serial", progress=False)
    monkeypatch.setattr(networks, "RECORDS", tmp_path)
    found = bandit_episodes.translate(bandit_episodes.Translation(ARMS, 90, 70))
    assert found["state"].shape == found["reward"].shape == (2,)
    assert found["state"][0] < found["state"][1], "a map that reads the state against one that does not"
    network, best = networks.after_training(ARMS), cached_optimum(BernoulliBandit(1, 1), 6, 1.0)
    lived, held_out = (
        bandit_measure.streams(ARMS, network, episodes, generator(stream, seed))
        for episodes, stream, seed in ((90, "translation, to fit", 5), (70, "translation, held out", 0))
    )
    mean = simulation.simulate(network, best, lived.inputs, best.state_size, phi.constant)
    before, after = simulation.outputs_before_and_after(mean, network, best, held_out.inputs)
    expected = return_difference(*(each.double().softmax(dim=-1) for each in (before, after)), held_out.means)
    assert found["reward"][1].item() == pytest.approx(expected, rel=1e-5)
