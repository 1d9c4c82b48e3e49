"""The wiggle bench in a real browser, against torch."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from playwright.sync_api import Page, expect
from torch import Tensor

from experiments.fourier.widget import LEARNER_RATE, FourierBench, believed
from lib.agents.lstm import LSTMAgent, TiledLSTM
from lib.machine import unroll
from lib.optimal.fourier_posterior import GaussianFourierPosterior
from lib.probes.fourier import compare, grid
from lib.random import generator
from lib.tasks.fourier import Fourier
from tests.parts import is_told_by_its_address, is_well_made, standalone

WORLD = Fourier()
POINTS = [(0.1, 1.0), (-0.4, -2.0), (0.33, 0.5), (-0.1, 1.5)]
X = torch.linspace(-0.5, 0.5, 21)


def lively_network() -> LSTMAgent:
    """An untrained network whose start and readout are large enough for what it says to depend on what it was told."""
    network = TiledLSTM(16).build(2, 1, generator("test", 0))
    with torch.no_grad():
        network.readout.weight.mul_(6)
        network.start.normal_(generator=generator("test", 1))
    return network


@pytest.fixture(scope="module")
def bench() -> FourierBench:
    return FourierBench(lively_network(), WORLD, most=6, hidden=(12, 8), each=20)


def on_the_page(page: Page, who: str, points: list[tuple[float, float]]) -> Tensor:
    """What one of the three says at `X` after these points, by the page's arithmetic."""
    said = page.evaluate(
        """([who, points, xs]) => {
            const { ofNetwork, ofBayes, waves } = LearningToInfer.waves;
            if (who === "network") return xs.map(ofNetwork(LearningToInfer.wiggles[0].agent, points));
            const c = ofBayes({ amplitudes: [1, 1, 1, 1, 1], noise: 0.1 }, points);
            return xs.map((x) => waves(x, 5).reduce((sum, wave, i) => sum + wave * c[i], 0));
        }""",
        [who, points, X.tolist()],
    )
    return torch.tensor(said, dtype=torch.float32)


def shown(page: Page, player: str, what: str) -> list[float]:
    text = page.locator(f".bench tr[data-player={player}]").get_attribute(f"data-{what}")
    return [float(each) for each in (text or "").split()]


def made(page: Page) -> list[Any]:
    return page.evaluate("LearningToInfer.wiggles[0].points")


@pytest.mark.parametrize("count", [0, 1, 4])
def test_the_network_says_what_torch_says(opened: Page, bench: FourierBench, count: int) -> None:
    expected = believed(bench.network, torch.tensor(POINTS[:count]).reshape(-1, 2), X)
    torch.testing.assert_close(on_the_page(opened, "network", POINTS[:count]), expected, atol=2e-5, rtol=0)
    observation = torch.tensor(
        [(x, y) for (x, _), y in zip([*POINTS, (0.2, 0)], [0.0, *(y for _, y in POINTS)], strict=True)]
    )
    assert unroll(bench.network, observation[None]).outputs[0, 4, 0].item() == pytest.approx(
        believed(bench.network, torch.tensor(POINTS), torch.tensor([0.2])).item(), abs=1e-5
    )


@pytest.mark.parametrize("count", [0, 2, 4])
def test_the_bayesian_says_what_the_library_says(opened: Page, count: int) -> None:
    machine = GaussianFourierPosterior(Fourier(noise=0.1))
    state, last = machine.initial_state(1), 0.0
    for x, y in POINTS[:count]:
        state, _ = machine.step(state, torch.tensor([[x, last]]))
        last = y
    observation = torch.stack([X, torch.full_like(X, last)], dim=1)
    _, expected = machine.step(state.expand(len(X), -1), observation)
    torch.testing.assert_close(on_the_page(opened, "bayes", POINTS[:count]), expected[:, 0], atol=1e-4, rtol=0)


def test_the_learner_learns_as_with_torch(opened: Page, bench: FourierBench) -> None:
    weights, biases = ([each.double().requires_grad_() for each in part] for part in bench.learner())
    x, y = (torch.tensor(POINTS, dtype=torch.float64)[:, [i]] for i in (0, 1))

    def says(into: Tensor) -> Tensor:
        for depth, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
            into = into @ weight + bias
            into = into.relu() if depth < len(weights) - 1 else into
        return into

    adam = torch.optim.Adam([*weights, *biases], lr=LEARNER_RATE)
    for steps in (0, 1, 60):
        opened.evaluate("LearningToInfer.wiggles[0].learner.begin()")
        said = opened.evaluate(
            """([steps, points, xs]) => {
                const { learner } = LearningToInfer.wiggles[0];
                for (let i = 0; i < steps; i++) learner.learn(points);
                return xs.map((x) => learner.says(x));
            }""",
            [steps, POINTS, X.tolist()],
        )
        for _ in range(steps - (1 if steps == 60 else 0)):
            adam.zero_grad()
            (says(x) - y).square().mean().backward()
            adam.step()
        torch.testing.assert_close(
            torch.tensor(said).double(), says(X.double()[:, None])[:, 0].detach(), atol=1e-5, rtol=0
        )


def test_bars_are_amplitudes_and_q_is_equation_10(opened: Page, bench: FourierBench) -> None:
    for _ in range(3):
        opened.keyboard.press("p")
    points = torch.tensor([point[:2] for point in made(opened)])
    truth = torch.tensor(opened.evaluate("LearningToInfer.wiggles[0].truth")).reshape(1, 5, 2)
    places = grid()[:, 0]
    said = believed(bench.network, points, places).double()
    found = compare(said, WORLD.at(truth, grid()[None])[0, :, 0].double(), 5)
    assert shown(opened, "trained", "q") == pytest.approx(found.q.tolist(), abs=1e-4)
    spectrum = torch.fft.rfft(said)[1:6].abs() / 20
    assert shown(opened, "trained", "amplitudes") == pytest.approx(spectrum.tolist(), abs=1e-4)
    torch.testing.assert_close(WORLD.at(truth, points[None, :, :1])[0, :, 0], points[:, 1], atol=1e-5, rtol=0)
    expect(opened.locator(".bench caption").last).to_contain_text("how much of the hidden one")


def test_points_are_made_by_click_and_by_keyboard(opened: Page) -> None:
    canvas = opened.locator(".bench svg.canvas")
    box = canvas.bounding_box()
    assert box is not None
    # The plot lies 34 from the left, 12 from the right, 10 from the top and 30 from the bottom of its drawing.
    canvas.click(position={"x": 34 + (box["width"] - 46) * 0.75, "y": 10 + 220 / 4})
    ((x, y, own),) = made(opened)
    assert (x, y, own) == (pytest.approx(0.25, abs=0.01), pytest.approx(2, abs=0.05), False)
    opened.keyboard.press("ArrowLeft")
    opened.keyboard.press("ArrowUp")
    opened.keyboard.press("Enter")
    x2, y2, _ = made(opened)[1]
    assert x2 == pytest.approx(x - 0.025, abs=1e-3)
    assert y2 == pytest.approx(y + 0.25, abs=1e-6)
    for _ in range(60):
        opened.keyboard.press("ArrowRight")
    expect(opened.locator(".bench [role=status]")).to_contain_text("The cross is at x 0.500")


def test_undo_reset_and_a_full_bench(opened: Page) -> None:
    opened.keyboard.type("ppp")
    before = opened.evaluate("[0, 0.2].map((x) => LearningToInfer.wiggles[0].learner.says(x))")
    assert opened.evaluate("LearningToInfer.wiggles[0].learner.steps") == 60
    opened.keyboard.type("u")
    assert len(made(opened)) == 2
    assert opened.evaluate("[0, 0.2].map((x) => LearningToInfer.wiggles[0].learner.says(x))") != before
    opened.keyboard.type("pppppp")
    assert len(made(opened)) == 6
    expect(opened.locator(".bench [role=status]")).to_contain_text("After 6 points")
    expect(opened.locator(".bench [role=status]")).to_contain_text("6 points are the most.")
    expect(opened.get_by_role("button", name="Point from the wiggle (P)")).to_be_disabled()
    opened.keyboard.type("r")
    assert made(opened) == []
    assert opened.evaluate("LearningToInfer.wiggles[0].learner.steps") == 0


def test_wiggles_are_new_come_from_the_world_and_are_hidden_until_asked_for(opened: Page) -> None:
    first = opened.evaluate("LearningToInfer.wiggles[0].truth")
    assert opened.locator(".truth-shown").count() == 0
    opened.keyboard.press("s")
    assert opened.locator(".truth-shown").count() == 1
    opened.keyboard.press("n")
    assert opened.locator(".truth-shown").count() == 0
    second = opened.evaluate("LearningToInfer.wiggles[0].truth")
    assert first != second
    amplitudes = torch.tensor([first, second]).reshape(2, 5, 2).norm(dim=-1)
    torch.testing.assert_close(amplitudes, torch.ones(2, 5), atol=1e-6, rtol=0)


def test_it_is_well_made(address: str, page: Page) -> None:
    is_well_made(page, address)


def test_without_scripts_the_page_shows_a_table(bench: FourierBench, scriptless: Page) -> None:
    expect(scriptless.locator(".live-wiggles table tbody tr")).to_have_count(6)
    heads, *rows = bench.table()
    assert heads == ["after", "k = 1", "k = 2", "k = 3", "k = 4", "k = 5"]
    assert [each[0] for each in rows[:2]] == ["0 points, network", "0 points, linear Bayes"]
    assert rows[1][1:] == ["0.00"] * 5
    assert repr(bench).splitlines()[0].startswith("after")


def test_what_cannot_be_shown_is_refused() -> None:
    with pytest.raises(ValueError, match="the network takes 4 numbers and says 2; here it must be 2 and 1"):
        FourierBench(LSTMAgent(4, 2, 4, generator("test", 0), deep=False), WORLD)
    for world in (Fourier(varied=True), Fourier((0.0, 1.0))):
        with pytest.raises(ValueError, match="on the page every wave has one amplitude"):
            FourierBench(lively_network(), world)
    with pytest.raises(ValueError, match="most is 0 and each is 150"):
        FourierBench(lively_network(), WORLD, most=0)


def test_the_address_tells_what_was_done(opened: Page, address: str) -> None:
    for key in ("n", "p", "p", "r", "p", "l", "p", "u", "ArrowUp", "ArrowLeft", "Enter"):
        opened.keyboard.press(key)
    (_, _, own), (x, y, placed) = made(opened)
    assert (own, placed) == (True, False)
    assert abs(x) > 0
    fragment = opened.evaluate("`#wiggle=1,2,p_l_p_u_${LearningToInfer.wiggles[0].deeds.at(-1)}`")
    assert fragment.endswith(f"{x:.3f}:{y:.3f}")
    is_told_by_its_address(opened, address, fragment, "#wiggle=1,2,q", "#wiggle=1,-2,p", "#wiggle=1,2,1:2", "#wiggle=")


def test_a_bench_may_begin_with_points(page: Page, bench: FourierBench, tmp_path: Path) -> None:
    page.goto(standalone(replace(bench, played=2), tmp_path))
    assert [own for _, _, own in made(page)] == [True, True]
    with pytest.raises(ValueError, match="played is 7; it must be from 0 to the 6 points"):
        replace(bench, played=7)
