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


TARGET = 60  # milliseconds from a touch of the reader until what it changes is drawn
# Where a part stands, and what a reader does there, again and again: keys pressed in turn, or a slider, by its number,
# moved over its range.
TOUCHES: dict[str, tuple[str, str | int]] = {
    "coins, a flip": ("coins", "hht"),
    "dice, a throw": ("predict", "123"),
    "scrubber, a checkpoint": ("becoming", 0),
    "trainer, a step": ("becoming", "s"),
    "steps, an observation": ("hood", "123"),
    "memory, a step": ("memory", 0),
    "bandits, a pull": ("acting", "ab"),
    "discount, a move": ("which-optimum", 0),
    "power, a move": ("which-optimum", 0),
    "power, 500 episodes": ("which-optimum", "p"),
    "price, a move": ("learning-to-act", 0),
    "echo, a move": ("acting-hood", 0),
    "modes, a singular value": ("straight-lines", 0),
    "modes, another function": ("straight-lines", "o"),
    "wiggles, a point": ("wiggles", "p"),
    "wiggles, 150 steps": ("wiggles", "l"),
    "contexts, an action": ("interference", "12345"),
    "coupling, a move": ("interference", 0),
    "coupling, another Learner": ("interference", "n"),
    "clocks, outer time": ("outer-loop", 0),
    "clocks, inner time": ("outer-loop", 1),
    "niche, uncertainty": ("worth-learning", 0),
    "niche, lifetime": ("worth-learning", 2),
    "lives, what an arm pays": ("learning-not-to-learn", 0),
    "lives, other luck": ("learning-not-to-learn", "n"),
    "walkers, other luck": ("lifetimes", "n"),
    "walkers, a goal": ("lifetimes", "m"),
    "belief, a symbol": ("belief", "123"),
    "switching, a toss": ("switching", "hht"),
    "switching, a hazard": ("switching", 0),
    "diversity, tasks": ("task-diversity", 1),
    "prompts, a toss": ("prompts", "hht"),
    "gallery, a choice": ("gallery", "a"),
}
# What a touch asks to be drawn with the next picture is drawn at once, and laid out, so that all of it is timed.
TIMED = """([part, what]) => {
    const bench = document.querySelector(`.live-${part} .bench`);
    const slider = bench.querySelectorAll("input[type=range]")[what];
    const waiting = [];
    window.requestAnimationFrame = (act) => waiting.push(act);
    return Array.from({ length: 20 }, (_, i) => {
        const began = performance.now();
        if (slider) {
            const [least, most] = [Number(slider.min), Number(slider.max)];
            slider.value = least + ((most - least) * ((7 * i) % 20)) / 19;
            slider.dispatchEvent(new Event("input", { bubbles: true }));
        } else bench.dispatchEvent(new KeyboardEvent("keydown", { key: what[i % what.length], bubbles: true }));
        for (const act of waiting.splice(0)) act(performance.now());
        bench.getBoundingClientRect();
        return performance.now() - began;
    });
}"""


def by_touch() -> dict[str, np.ndarray]:
    """Milliseconds of each touch."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for name, (chapter, what) in TOUCHES.items():
            page = browser.new_page()
            page.goto((ROOT / "_build" / "html" / "book" / f"{chapter}.html").as_uri())
            part = name.split(",")[0]
            page.locator(f".live-{part} .bench").wait_for()
            found[name] = np.array(page.evaluate(TIMED, [part, what]))
            page.close()
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
    for name, times in by_touch().items():
        slow = np.quantile(times, 0.95)
        print(
            f"{name:26} median {np.median(times):6.1f} ms, 95th percentile {slow:6.1f} ms "
            f"(target {TARGET}{', missed' if slow > TARGET else ''}), ratio to torch "
            f"{np.median(times) / np.median(torch_times):.1f}"
        )


if __name__ == "__main__":
    main()
