"""How fast are live parts? Peer: the four machines of the coin bench stepped once in torch, in the same run.

Needs a built book (`make book`) and Chromium.
"""

import shutil
import time

import numpy as np
import torch
from playwright.sync_api import sync_playwright

from lib.agents.lstm import LSTMAgent
from lib.machine import Machine
from lib.optimal.conjugate import BetaBernoulli
from lib.runner import store
from lib.runner.provenance import ROOT
from lib.tasks.bernoulli import BernoulliTask

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
STEP = """() => {
    const bench = LearningToInfer.benches[0];
    const stepped = [], drawn = [];
    for (let repeat = 0; repeat < 10; repeat++) {
        bench.reset();
        for (let t = 0; t < 60; t++) {
            const began = performance.now();
            bench.step(t % 3 ? 'H' : 'T');
            const middle = performance.now();
            bench.show();
            stepped.push(middle - began);
            drawn.push(performance.now() - middle);
        }
    }
    return [stepped, drawn];
}"""


# A part, the chapter it is on, its target in milliseconds, and what it does at one touch of the reader.
TOUCHES = {
    "bandit, a pull": (
        "acting",
        4,
        "(i) => LearningToInfer.bandits[0].seat.players.slice(1).forEach(({ runner }) => "
        "runner.machine.step(runner.machine.initialState(), [1, 0, 0, 0]))",
    ),
    "wave, a point": ("wiggles", 200, "(i) => LearningToInfer.wiggles[0].take()"),
    "lives, a move of a slider": (
        "learning-not-to-learn",
        60,
        "(i) => { const part = LearningToInfer.lives[0]; part.mu = i / 10; part.draw(); }",
    ),
    "one-armed world, a move of a slider": (
        "worth-learning",
        40,
        "(i) => { const part = LearningToInfer.niche[0]; "
        "Object.assign(part.niche, { sigmaP: 1 + i / 20, sigmaL: 4 - i / 5, lifetime: 200 - i }); part.draw(); }",
    ),
}
TIMED = """(touch) => Array.from({ length: 15 }, (_, i) => {
    const began = performance.now();
    eval(touch)(i);
    return performance.now() - began;
})"""


def by_touch() -> dict[str, tuple[float, np.ndarray]]:
    """Milliseconds of each touch, beside their target."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for name, (chapter, target, touch) in TOUCHES.items():
            page = browser.new_page()
            page.goto((ROOT / "_build" / "html" / "book" / f"{chapter}.html").as_uri())
            found[name] = (float(target), np.array(page.evaluate(TIMED, touch)))
        browser.close()
    return found


def in_the_page() -> tuple[np.ndarray, np.ndarray]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page()
        page.goto((ROOT / "_build" / "html" / "book" / "coins.html").as_uri())
        stepped, drawn = page.evaluate(STEP)
        browser.close()
    return np.array(stepped), np.array(drawn)


def in_torch() -> np.ndarray:
    coins = store.load("coins")
    machines: list[Machine] = []
    for world, task in {"fair": BernoulliTask(10, 10), "bent": BernoulliTask(0.5, 0.5)}.items():
        key = coins.data.network.sel(world=world, run=0).item()
        machines += [LSTMAgent.from_weights(coins.weights(key, coins.manifest["checkpoint"])), BetaBernoulli(task)]
    heads, times = torch.tensor([[1.0, 0.0]]), []
    with torch.inference_mode():
        for _ in range(10):
            states = [machine.initial_state(1) for machine in machines]
            for _ in range(60):
                began = time.perf_counter()
                states = [machine.step(state, heads)[0] for machine, state in zip(machines, states, strict=True)]
                times.append(1000 * (time.perf_counter() - began))
    return np.array(times)


def main() -> None:
    (stepped, drawn), torch_times = in_the_page(), in_torch()
    for name, times in (
        ("page: step", stepped),
        ("page: step and draw", stepped + drawn),
        ("torch: step", torch_times),
    ):
        print(f"{name:22} median {np.median(times):.2f} ms, 95th percentile {np.quantile(times, 0.95):.2f} ms")
    print(f"ratio page / torch, mean time of a step: {stepped.mean() / torch_times.mean():.2f}")
    for name, (target, times) in by_touch().items():
        ratio = np.median(times) / np.median(torch_times)
        print(
            f"{name:36} median {np.median(times):6.2f} ms, 95th percentile {np.quantile(times, 0.95):.2f} ms "
            f"(target {target:.0f}), ratio to torch {ratio:.1f}"
        )


if __name__ == "__main__":
    main()
