"""Simulation, one step at a time, in a real browser, against torch and sklearn."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from playwright.sync_api import Page, expect

from experiments.prediction.widget import observation
from experiments.prediction.widget_simulation import Direction, StepThrough
from lib.optimal.conjugate import DirichletCategorical
from lib.probes.phi import linear, mlp
from lib.probes.simulation import outputs_before_and_after, simulate
from lib.random import generator
from lib.tasks.categorical import CategoricalTask
from tests.browser.test_dice import lively_network, sequence, shown
from tests.parts import is_told_by_its_address, is_well_made, standalone

WORLD = CategoricalTask((2, 1, 0.5))


@pytest.fixture(scope="module")
def steps() -> StepThrough:
    network, bayes = lively_network(), DirichletCategorical(WORLD)
    inputs = WORLD.sample(40, 20, generator("test steps", 0)).inputs
    there = simulate(network, bayes, inputs, bayes.state_size, regress=mlp)
    back = simulate(bayes, network, inputs, bayes.state_size, regress=linear)
    # Too wide a scale sends states to where the network cannot be: what then happens is part of the test.
    return StepThrough(WORLD, network, there, replace(back, target=replace(back.target, scale=back.target.scale * 4)))


@pytest.fixture
def address(steps: StepThrough, tmp_path: Path) -> str:
    return standalone(steps, tmp_path)


def choose(page: Page, direction: Direction) -> None:
    page.get_by_role("radio", name=direction.title).check()
    page.locator(".bench").focus()


def stage(page: Page) -> int:
    return int(page.locator(".bench").get_attribute("data-stage") or -1)


def test_every_number_of_a_round_is_that_of_torch(opened: Page, steps: StepThrough) -> None:
    chance = np.random.default_rng(0)
    histories = ["1", "3", "2" * 30] + ["".join(chance.choice(list("123"), n)) for n in (5, 12, 30)]
    for direction in steps.directions:
        choose(opened, direction)
        for throws in histories:
            opened.keyboard.press("r")
            opened.keyboard.type(throws)
            walk = steps.walk(direction, throws)
            for t in {1, len(throws)}:
                found = opened.evaluate(
                    """(t) => {
                        const r = LearningToInfer.steps[0].round(t);
                        return Object.fromEntries(Object.entries(r).map(([k, v]) => [k, v.length ? [...v] : v]));
                    }""",
                    t,
                )
                own, simulated = ("network", "bayes") if direction.source == "network" else ("bayes", "network")
                for name, expected in {
                    "embedded": walk.embedded,
                    "reached": walk.reached,
                    "expected": walk.expected,
                    own: walk.own,
                    simulated: walk.simulated,
                    "error": walk.squared_error,
                    "kl": walk.kl,
                }.items():
                    np.testing.assert_allclose(
                        found[name], expected[t - 1], atol=1e-5, err_msg=f"{direction.title}, {throws}, {t}, {name}"
                    )
            for who in ("network", "bayes"):
                expected = walk.own[-1] if direction.source == who else walk.simulated[-1]
                np.testing.assert_allclose(shown(opened, who), expected, atol=1e-5)


def test_a_round_is_what_the_probe_measures(steps: StepThrough) -> None:
    throws = "3121323"
    for direction in steps.directions:
        source, target = steps.machines[direction.source], steps.machines[direction.target]
        own, simulated = outputs_before_and_after(direction.embedding, source, target, observation(WORLD, throws))
        walk = steps.walk(direction, throws)
        np.testing.assert_allclose(walk.own, own[0].double().softmax(-1).detach(), atol=1e-6)
        np.testing.assert_allclose(walk.simulated, simulated[0].double().softmax(-1), atol=1e-6)
        optimal, learned = (walk.own, walk.simulated) if direction.source == "bayes" else (walk.simulated, walk.own)
        np.testing.assert_allclose(walk.kl, (optimal * np.log(optimal / learned)).sum(axis=1), atol=1e-9)
        assert (walk.kl >= 0).all()


def test_some_states_of_these_tests_are_ones_where_a_machine_cannot_be(steps: StepThrough) -> None:
    """Or nothing would notice if the page forgot to move them to the nearest possible one."""
    for direction in steps.directions:
        walk = steps.walk(direction, "2" * 30)
        hidden = walk.embedded[:, :8] if direction.target == "network" else -walk.embedded
        assert (hidden == (1 if direction.target == "network" else 0)).any(), direction.title


def test_the_nearest_state_is_the_same_on_the_page(opened: Page, steps: StepThrough) -> None:
    state = torch.linspace(-2, 2, 16)
    for who, given in {"network": state, "bayes": state[6:9]}.items():
        found = opened.evaluate(
            "([who, state]) => [...LearningToInfer.steps[0].machines[who].runner.machine"
            ".nearestState(Float64Array.from(state))]",
            [who, given.double().tolist()],
        )
        np.testing.assert_allclose(found, steps.machines[who].nearest_state(given[None])[0], atol=1e-7)


def test_a_throw_does_all_and_arrows_go_back_and_forth(opened: Page) -> None:
    def drawn() -> list[int]:
        return [opened.locator(f".bench figure:not([hidden]) .{what}").count() for what in ("disc", "ring", "gap")]

    back, forth = (opened.get_by_role("button", name=name) for name in ("Back", "Next"))
    assert stage(opened) == 2, "before a throw there is a state to map, and nothing to compare"
    assert drawn() == [1, 1, 0]
    expect(forth).to_be_disabled()
    opened.keyboard.press("ArrowLeft")
    assert stage(opened) == 1
    assert drawn() == [1, 0, 0]
    expect(back).to_be_disabled()
    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("ArrowRight")
    assert stage(opened) == 2
    opened.keyboard.press("1")
    assert stage(opened) == 4
    assert drawn() == [3, 2, 1]
    assert len(shown(opened, "network")) == 3
    said = shown(opened, "network")
    back.click()
    assert stage(opened) == 3
    assert drawn() == [3, 1, 0]
    expect(opened.locator(".bench tr[data-side]").first).to_contain_text("–")
    opened.get_by_role("button", name="Take a state").click()
    assert stage(opened) == 1
    assert drawn() == [1, 0, 0]
    opened.get_by_role("button", name="Compare").click()
    assert shown(opened, "network") == said
    opened.keyboard.press("ArrowLeft")
    opened.keyboard.press("2")
    assert stage(opened) == 4
    assert sequence(opened) == "12"


def test_steps_are_marked_and_told(opened: Page) -> None:
    status, steps = opened.locator(".bench [role=status]"), opened.locator(".bench ol li")
    expect(status).to_have_text(re.compile(r"^After no throw: step 2, Map it into the Bayesian's space: counts \("))
    expect(opened.get_by_role("button", name="Compare")).to_be_disabled()
    opened.keyboard.type("31")
    expect(status).to_have_text(
        re.compile(r"^After 3 1: step 4, Compare: .* Squared error \d.* What they say differs by .* nats\.$")
    )
    expect(steps.nth(2)).to_contain_text("Feed both the throw 1")
    expect(steps.nth(3).locator("button")).to_have_attribute("aria-current", "step")
    opened.keyboard.press("ArrowLeft")
    expect(status).to_have_text(re.compile("^After 3 1: step 3, Feed both the throw 1: network: coordinates"))
    expect(steps.nth(3).locator("button")).not_to_have_attribute("aria-current", "step")


def test_the_bayesians_states_are_told_as_counts(opened: Page, steps: StepThrough) -> None:
    choose(opened, steps.directions[1])
    opened.keyboard.type("1123")
    items = opened.locator(".bench ol li")
    expect(items.nth(0)).to_contain_text("Take a state of the Bayesian")
    expect(items.nth(0)).to_contain_text("counts (2.00, 1.00, 0.00)")
    expect(items.nth(2)).to_contain_text("Bayesian: counts (2.00, 1.00, 1.00)")


def test_the_direction_can_be_changed_on_the_way(opened: Page, steps: StepThrough) -> None:
    opened.keyboard.type("132")
    titles = opened.locator(".bench figure:not([hidden]) figcaption")
    assert [text.split("\n")[0] for text in titles.all_inner_texts()] == ["The network", "The Bayesian"]
    opened.get_by_role("radio").first.focus()
    opened.keyboard.press("ArrowDown")
    assert [text.split("\n")[0] for text in titles.all_inner_texts()] == ["The Bayesian", "The network"]
    assert sequence(opened) == "132"
    np.testing.assert_allclose(shown(opened, "bayes"), steps.walk(steps.directions[1], "132").own[-1], atol=1e-5)
    opened.keyboard.press("ArrowLeft")  # belongs to the radio button
    assert stage(opened) == 4
    assert [text.split("\n")[0] for text in titles.all_inner_texts()] == ["The network", "The Bayesian"]


def test_undo_reset_and_the_throws_so_far(opened: Page, steps: StepThrough) -> None:
    opened.keyboard.type("1123")
    rows = opened.locator(".bench details tbody tr")
    assert rows.locator("th").all_text_contents() == ["1", "11", "112", "1123"]
    walk = steps.walk(steps.directions[0], "1123")
    for name, expected in {"error": walk.squared_error, "kl": walk.kl}.items():
        found = [float(row.get_attribute(f"data-{name}") or "nan") for row in rows.all()]
        np.testing.assert_allclose(found, expected, atol=1e-5)
    said = shown(opened, "bayes")
    opened.keyboard.type("2")
    opened.keyboard.press("u")
    assert sequence(opened) == "1123"
    assert shown(opened, "bayes") == said
    expect(rows).to_have_count(4)
    for _ in range(4):
        opened.keyboard.press("Backspace")
    assert stage(opened) == 2
    opened.keyboard.type("3")
    opened.get_by_role("button", name="Reset").click()
    assert sequence(opened) == ""
    assert stage(opened) == 2
    expect(rows).to_have_count(0)


def test_thirty_throws_are_the_most(opened: Page) -> None:
    opened.keyboard.type("3" * 33)
    assert sequence(opened) == "3" * 30
    expect(opened.get_by_role("button", name="Feed 1")).to_be_disabled()
    expect(opened.locator(".bench [role=status]")).to_contain_text("30 throws are the most")


def test_all_that_a_round_draws_is_on_the_map(opened: Page, steps: StepThrough) -> None:
    for direction in steps.directions:
        choose(opened, direction)
        for throws in ("", "1", "3" * 30, "2"):
            opened.keyboard.press("r")
            opened.keyboard.type(throws)
            outside = opened.evaluate(
                """() => [...document.querySelectorAll('.bench figure:not([hidden]) svg')].flatMap((svg) => {
                    const frame = svg.getBoundingClientRect();
                    return [...svg.querySelectorAll('.disc, .ring, .number')].filter((shape) => {
                        const box = shape.getBoundingClientRect();
                        return box.left < frame.left || box.right > frame.right
                            || box.top < frame.top || box.bottom > frame.bottom;
                    }).map((shape) => shape.outerHTML);
                })"""
            )
            assert outside == [], (direction.title, throws)


@pytest.mark.parametrize("mirrored", [False, True])
def test_maps_lie_alike_with_sides_towards_their_corners(
    steps: StepThrough, page: Page, tmp_path: Path, mirrored: bool
) -> None:
    """Whatever the signs of the components. (The Bayesian's map alone: the network of this test knows no sides.)"""
    bayesian = steps.there.target
    if mirrored:
        bayesian = replace(bayesian, axes=bayesian.axes * [[-1], [1], [1]])
    page.goto(standalone(replace(steps, there=replace(steps.there, target=bayesian)), tmp_path))
    up, right, left = page.evaluate(
        """() => {
            const { embedding, maps } = LearningToInfer.steps[0].direction;
            return [[8, 0, 0], [0, 8, 0], [0, 0, 8]].map((counts) => maps[1].place(embedding.target.whiten(counts)));
        }"""
    )
    assert up[1] < min(right[1], left[1]) - 50, "1 is up"
    assert right[0] > left[0] + 50, "2 is right, 3 is left"


def test_it_is_well_made(address: str, page: Page) -> None:
    is_well_made(page, address)


def test_two_on_a_page_have_directions_of_their_own(steps: StepThrough, page: Page, tmp_path: Path) -> None:
    page.goto(standalone(steps._repr_html_() * 2, tmp_path))
    page.get_by_role("radio", name=steps.directions[1].title).nth(1).check()
    assert page.get_by_role("radio", name=steps.directions[0].title).first.is_checked()
    page.locator(".bench").first.focus()
    page.keyboard.press("1")
    assert page.locator(".bench .sequence").all_inner_texts() == ["1", ""]


def test_without_scripts_the_page_shows_a_table(steps: StepThrough, scriptless: Page) -> None:
    rows = scriptless.locator(".live-steps table tbody tr")
    expect(rows).to_have_count(4)
    there, back = (steps.walk(direction, "1123") for direction in steps.directions)
    last = [f"{each[-1]:.3f}" for walk in (there, back) for each in (walk.squared_error, walk.kl)]
    assert rows.last.locator("td").all_inner_texts() == last
    assert [line.split() for line in repr(steps).splitlines()][-1] == ["1123", *last]


def test_what_does_not_fit_together_is_refused(steps: StepThrough) -> None:
    with pytest.raises(ValueError, match="network into the Bayesian: the embedding leads from states of 3 numbers"):
        StepThrough(WORLD, steps.network, steps.back, steps.there)
    with pytest.raises(ValueError, match="2 sides; the page is made for 3"):
        StepThrough(CategoricalTask((1, 1)), steps.network, steps.there, steps.back)
    with pytest.raises(ValueError, match="nothing to compare"):
        steps.walk(steps.directions[0], "")


def test_the_address_tells_the_throws_after_those_that_it_begins_with(
    page: Page, steps: StepThrough, tmp_path: Path
) -> None:
    address = standalone(replace(steps, played="3332"), tmp_path)
    page.goto(address)
    assert (sequence(page), stage(page)) == ("3332", 4)
    page.locator(".bench").focus()
    page.keyboard.type("u1")
    is_told_by_its_address(page, address, "#fed=3331", "#fed=34", "#throws=3331")
    with pytest.raises(ValueError, match="throws '4' hold more"):
        replace(steps, played="4")
