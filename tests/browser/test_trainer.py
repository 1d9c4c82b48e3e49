"""Meta-training in the page, against torch."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import Page, expect
from torch import Tensor

from experiments.prediction.widget_trainer import HELD_OUT, MetaTrainer
from lib.agents.lstm import LSTM, DeepLSTM
from lib.machine import unroll
from lib.probes.behaviour import every_history, observation, probability_of_heads
from lib.random import generator
from lib.tasks.bernoulli import BernoulliTask
from lib.tasks.categorical import CategoricalTask
from lib.tasks.prediction import Episodes
from lib.training.loop import CONSTANT, adam, clip_each
from lib.training.supervised import Supervised, log_loss, train, untrained
from tests.parts import is_well_made, standalone

SPEC = Supervised(BernoulliTask(1, 1), 5, LSTM(16, forget_bias=1.0), batch=32, updates=300, checkpoints=6)
BOOK = "LearningToInfer.training"


@pytest.fixture(scope="module")
def bench() -> MetaTrainer:
    return MetaTrainer(SPEC, train(SPEC))


def double(spec: Supervised) -> Any:
    """A fresh network of torch in the precision of the page, with a state to begin with that is not zeros."""
    network = untrained(spec).double()
    with torch.no_grad():
        network.start.copy_(torch.linspace(-0.5, 0.5, len(network.start)))
    return network


def batches(count: int) -> list[Episodes]:
    rng = generator("test a training in the page", 0)
    drawn = [SPEC.task.sample(SPEC.batch, SPEC.steps, rng) for _ in range(count)]
    return [Episodes(each.parameters, each.observations.double(), each.inputs.double()) for each in drawn]


def flat(tensors: Any) -> np.ndarray:
    return torch.cat([each.detach().flatten() for each in tensors]).numpy()


def in_page(page: Page, bench: MetaTrainer, network: Any, then: str, given: Any = None) -> Any:
    """What an expression over a training in the page comes to, after it was given the weights of torch."""
    return page.evaluate(
        f"""([settings, weights, given]) => {{
          const training = new {BOOK}.Training(settings, 0);
          training.weights.set(weights);
          return {then};
        }}""",
        [bench.settings(), flat(network.parameters()).tolist(), given],
    )


def tosses(episodes: Episodes) -> list[int]:
    return [int(toss) for toss in episodes.observations.flatten()]


def test_its_loss_and_gradient_are_those_of_torch(opened: Page, bench: MetaTrainer) -> None:
    network, (batch,) = double(SPEC), batches(1)
    loss = log_loss(SPEC.task, network, batch)
    loss.backward()  # type: ignore[no-untyped-call]
    expected = flat(each.grad for each in network.parameters())
    then = "[training.backward(Uint8Array.from(given)), [...training.gradient]]"
    found_loss, found = in_page(opened, bench, network, then, tosses(batch))
    assert found_loss == pytest.approx(loss.item(), abs=1e-6)
    assert np.abs(expected).min() > 0, "every weight matters, so that none is left out of the comparison"
    np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(expected).max(), rtol=1e-4)


def test_its_updates_are_those_of_torch(opened: Page, bench: MetaTrainer) -> None:
    network, drawn = double(SPEC), batches(12)
    weights: list[Tensor] = list(network.parameters())
    then = "(given.forEach((batch) => training.descend(Uint8Array.from(batch))), [...training.weights])"
    found = in_page(opened, bench, network, then, [tosses(each) for each in drawn])
    before = flat(weights)
    optimiser = adam(SPEC.schedule, weights, SPEC.peak_learning_rate, SPEC.updates, clip_each(weights))
    for each in drawn:
        optimiser.descend(log_loss(SPEC.task, network, each))
    assert np.median(np.abs(flat(weights) - before)) > 1e-3
    np.testing.assert_allclose(found, flat(weights), atol=1e-6)


@pytest.mark.parametrize("updates", [300, 1_500])
def test_its_learning_rate_and_decay_run_as_in_torch(opened: Page, updates: int) -> None:
    weight = torch.zeros(1, requires_grad=True)
    optimiser = adam(SPEC.schedule, [weight], 0.01, updates, lambda: None)
    expected = []
    for _ in range(updates):
        group = optimiser.optimiser.param_groups[0]
        expected.append([group["lr"], group["betas"][0]])
        optimiser.descend(weight.sum())
    found = opened.evaluate(f"Array.from({{ length: {updates} }}, (_, i) => {BOOK}.oneCycle(i, {updates}, 0.01))")
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-12)


def test_its_tree_is_what_torch_says_after_every_history(opened: Page, bench: MetaTrainer) -> None:
    network = double(SPEC).float()
    found = in_page(opened, bench, network, "training.tree(4)")
    histories = sorted(every_history(4), key=lambda each: (len(each), each))
    np.testing.assert_allclose(found, probability_of_heads(network, SPEC.task, histories), atol=1e-6)
    assert unroll(network, observation(BernoulliTask(1, 1), "HT").float()).outputs.shape == (1, 3, 1)


@pytest.mark.parametrize(("a", "b"), [(1.0, 1.0), (0.5, 0.5), (20.0, 3.0)])
def test_its_coins_come_from_their_prior(opened: Page, a: float, b: float) -> None:
    """The number of heads in 20 tosses has the mean and the variance of a beta-binomial distribution."""
    episodes, steps = 20_000, 20
    said = f"{BOOK}.sample({{ a: {a}, b: {b}, steps: {steps} }}, {episodes}, {BOOK}.stream('test', 1))"
    heads = np.reshape(opened.evaluate(f"[...{said}]"), (episodes, steps)).sum(axis=1)
    mean, both = steps * a / (a + b), a + b
    variance = mean * b / both * (both + steps) / (both + 1)
    assert heads.mean() == pytest.approx(mean, abs=4 * (variance / episodes) ** 0.5)
    assert heads.var() == pytest.approx(variance, rel=0.06)


def test_streams_of_other_purposes_and_seeds_differ(opened: Page) -> None:
    names = [(purpose, seed) for purpose in ("train", "evaluate", "initialise") for seed in range(50)]
    first = [opened.evaluate(f"{BOOK}.stream('{purpose}', {seed})()") for purpose, seed in names]
    assert len(set(first)) == len(first)
    assert np.mean(first) == pytest.approx(0.5, abs=0.1)


def state(page: Page) -> tuple[int, float]:
    data = page.evaluate("({ ...document.querySelector('.bench').dataset })")
    return int(data["update"]), float(data["nats"])


def rests_at(page: Page, update: int) -> None:
    page.wait_for_function(f"document.querySelector('.bench').dataset.update === '{update}'", timeout=120_000)
    expect(page.locator(".bench [role=status]")).to_contain_text("nats from Bayes")


def test_it_becomes_bayesian_in_the_page(opened: Page) -> None:
    status = opened.locator(".bench [role=status]")
    update, before = state(opened)
    assert update == 0
    assert before > 2
    expect(status).to_contain_text("Untrained")
    expect(status).to_contain_text("Press Train")
    assert opened.evaluate("LearningToInfer.trainers[0].worker") is None, "nothing runs before it is asked to"
    opened.keyboard.press("t")
    expect(opened.get_by_role("button", name="Pause")).to_be_visible()
    rests_at(opened, SPEC.updates)
    _, after = state(opened)
    assert after < 0.05
    expect(status).to_contain_text("After 9,600 episodes")
    expect(status).to_contain_text("(Bayes 0.80)")
    expect(opened.get_by_role("button", name="Train")).to_be_disabled()
    assert opened.url.endswith("#train=1,1,0,300")
    tree = np.array(opened.evaluate("LearningToInfer.trainers[0].tree"))
    assert tree[7] == pytest.approx(0.8, abs=0.05)
    curve = opened.locator(".bench svg").nth(1).locator("polyline.network")
    assert len((curve.get_attribute("points") or "").split()) > 30


def test_pause_step_reset_and_seed(opened: Page) -> None:
    opened.keyboard.press("s")
    rests_at(opened, 1)
    opened.keyboard.press("s")
    rests_at(opened, 2)
    assert opened.url.endswith("#train=1,1,0,2")
    after_two = opened.evaluate("LearningToInfer.trainers[0].tree")
    opened.keyboard.press("t")
    opened.wait_for_function("Number(document.querySelector('.bench').dataset.update) > 2")
    opened.keyboard.press("t")
    expect(opened.get_by_role("button", name="Train")).to_be_visible()
    expect(opened.locator(".bench [role=status]")).to_contain_text("nats from Bayes")
    at = state(opened)
    assert 2 < at[0] < SPEC.updates
    opened.wait_for_timeout(300)
    assert state(opened) == at, "it went on after the pause"
    opened.keyboard.press("r")
    assert state(opened)[0] == 0
    expect(opened.get_by_role("button", name="Begin again")).to_be_disabled()
    for each in (1, 2):
        opened.keyboard.press("s")
        rests_at(opened, each)
    assert opened.evaluate("LearningToInfer.trainers[0].tree") == after_two, "the same seed is the same training"
    opened.keyboard.press("n")
    assert state(opened)[0] == 0
    assert opened.url.endswith("#train=1,1,1,0")
    assert opened.evaluate("LearningToInfer.trainers[0].tree") != after_two


def test_the_prior_is_on_the_sliders(opened: Page) -> None:
    slider = opened.locator(".bench input[type=range]").first
    reference = opened.locator(".bench svg").nth(1).locator("polyline.earlier")
    expect(reference).to_have_count(1)
    slider.focus()
    opened.keyboard.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "20")
    expect(reference).to_have_count(0)
    expect(opened.locator(".bench [role=status]")).to_contain_text("(Bayes 0.96)")  # 23 / 24
    assert opened.url.endswith("#train=20,1,0,0")


def test_a_training_is_in_the_address(address: str, page: Page) -> None:
    page.goto(address + "#train=2,1,7,12")
    rests_at(page, 12)
    chosen = page.evaluate("LearningToInfer.trainers[0].chosen")
    assert (chosen["a"], chosen["b"], chosen["seed"]) == (2, 1, 7)
    page.evaluate("location.hash = '#train=10,10,3'")
    rests_at(page, 0)
    assert page.evaluate("LearningToInfer.trainers[0].chosen.b") == 10
    for wrong in ("4,1,0", "1,1,5000", "1,1,0,301", "1,<b>,0"):
        page.evaluate(f"location.hash = '#train={wrong}'")
        page.wait_for_timeout(50)
        assert page.evaluate("LearningToInfer.trainers[0].chosen.b") == 10, wrong


def test_who_wants_no_motion_sees_the_end_alone(address: str, page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(address)
    page.evaluate(
        """() => {
          const part = LearningToInfer.trainers[0];
          window.drawn = [];
          const draw = part.draw.bind(part);
          part.draw = () => { window.drawn.push(part.update); draw(); };
        }"""
    )
    page.locator(".bench").focus()
    page.keyboard.press("t")
    rests_at(page, SPEC.updates)
    assert page.evaluate("window.drawn") == [SPEC.updates]


def test_it_is_well_made(address: str, page: Page) -> None:
    is_well_made(page, address)


def test_without_scripts_the_page_shows_the_training_in_torch(scriptless: Page) -> None:
    rows = scriptless.locator(".live-trainer table tbody tr")
    expect(rows).to_have_count(6)
    expect(rows.last).to_contain_text("9,600")


def test_the_table_falls_towards_bayes(bench: MetaTrainer) -> None:
    rows = [line.split() for line in repr(bench).splitlines()[1:]]
    assert float(rows[0][-1]) > 2
    assert float(rows[-1][-1]) < 0.05
    assert bench.settings()["held_out"] == HELD_OUT
    assert len(bench._repr_html_()) < 4_000


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"task": BernoulliTask(4, 1)}, "task is BernoulliTask(a=4.0, b=1.0); it must be a BernoulliTask"),
        ({"task": CategoricalTask((1, 1, 1))}, "it must be a BernoulliTask"),
        ({"agent": DeepLSTM(16)}, "agent is DeepLSTM(width=16); it must be an LSTM"),
        ({"agent": LSTM(16, orthogonal=True)}, "it must be an LSTM, with torch's own weights"),
        ({"schedule": CONSTANT}, "schedule is 'constant'; it must be 'one cycle'"),
    ],
)
def test_a_training_that_the_page_could_not_do_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        MetaTrainer(replace(SPEC, **change), {})


def test_a_page_with_two_seeds_does_not_mix_them(bench: MetaTrainer, page: Page, tmp_path: Any) -> None:
    """A report of a training that was given up is not drawn."""
    page.goto(standalone(bench, tmp_path))
    page.locator(".bench").focus()
    page.keyboard.press("t")
    page.keyboard.press("n")
    page.wait_for_timeout(500)
    assert state(page)[0] == 0
    assert page.evaluate("LearningToInfer.trainers[0].measured.length") == 1
