"""The bandit bench in a real browser, against torch and against the exact optimum."""

import re
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import Page, expect

from experiments.bandits.widget import BanditBench, TaskAgent, chance_of_a, observation
from lib.agents.lstm import LSTMAgent
from lib.machine import Machine
from lib.optimal.bandit_dp import optimum
from lib.optimal.bandit_dp_bernoulli import BernoulliOptimum
from lib.random import generator
from lib.tasks.bandits import Bandits, BernoulliBandit
from lib.tasks.environment import Rollout, pick
from tests.parts import is_told_by_its_address, is_well_made, standalone

WORLDS = {"even": BernoulliBandit(1, 1), "good": BernoulliBandit(2, 1)}
STEPS = 20
PLAYERS = ("own", "trained", "optimal")
GAME = "LearningToInfer.bandits[0].game"


def lively_network(seed: int) -> LSTMAgent:
    """An untrained network whose weights are large enough for what it does to depend on what it was told."""
    network = LSTMAgent(4, 2, 64, generator("test", seed))
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.mul_(12 if name.startswith("readout") else 4)
    return network


@pytest.fixture(scope="module")
def bench() -> BanditBench:
    return BanditBench([TaskAgent(title, world, lively_network(i)) for i, (title, world) in enumerate(WORLDS.items())])


@pytest.fixture(scope="module")
def best() -> dict[str, BernoulliOptimum]:
    found = {title: optimum(world, STEPS) for title, world in WORLDS.items()}
    return {title: each for title, each in found.items() if isinstance(each, BernoulliOptimum)}


def row(page: Page, player: str) -> Any:
    return page.locator(f".bench tr[data-player={player}]")


def shown(page: Page, player: str, what: str) -> float:
    return float(row(page, player).get_attribute(f"data-{what}") or "nan")


def pulls(page: Page, player: int) -> list[dict[str, float]]:
    return page.evaluate(f"LearningToInfer.bandits[0].seat.players[{player}].pulls")


def button(page: Page, name: str) -> Any:
    return page.get_by_role("button", name=name, exact=True)


def replayed(machine: Machine, world: BernoulliBandit, game: dict[str, Any]) -> Rollout:
    """What torch makes of a game of the page: its arms, its tapes, and its luck where a machine hesitates."""
    bandits = Bandits(torch.tensor([game["means"]]), torch.tensor([game["tapes"]], dtype=torch.float32))
    state, (place, inputs) = machine.initial_state(1), world.reset(bandits)
    steps = []
    with torch.inference_mode():
        for luck in game["luck"]:
            state, logits = machine.step(state, inputs)
            policy = logits.softmax(dim=1)
            action = pick(policy, torch.tensor([luck]))
            place, outcome = world.step(bandits, place, action)
            steps.append((inputs, policy, action, outcome.rewards, outcome.expected))
            inputs = outcome.observation
    return Rollout(*(torch.stack(each, dim=1) for each in zip(*steps, strict=True)))


@pytest.mark.parametrize("title", WORLDS)
def test_a_game_on_the_page_is_the_game_of_torch(
    opened: Page, bench: BanditBench, best: dict[str, BernoulliOptimum], title: str
) -> None:
    seat = next(each for each in bench.seats if each.title == title)
    opened.get_by_label(title).check()
    opened.locator(".bench").focus()
    hesitations, arms = [], set()
    for _ in range(3):
        opened.keyboard.press("n")
        game = opened.evaluate(GAME)
        expected = [replayed(machine, seat.world, game) for machine in (seat.network, best[title])]
        for t in range(STEPS):
            for player, played in zip(PLAYERS[1:], expected, strict=True):
                assert shown(opened, player, "a") == pytest.approx(played.policies[0, t, 0].item(), abs=1e-5), (
                    player,
                    t,
                )
            opened.keyboard.press("ab"[t % 2])
        for i, (player, played) in enumerate(zip(PLAYERS[1:], expected, strict=True), start=1):
            assert [pull["arm"] for pull in pulls(opened, i)] == played.actions[0].tolist()
            assert [pull["reward"] for pull in pulls(opened, i)] == played.rewards[0].tolist()
            regret = (max(game["means"]) - played.expected).sum().item()
            assert shown(opened, player, "regret") == pytest.approx(regret, abs=1e-4)
            assert shown(opened, player, "earned") == played.rewards.sum()
        hesitations.extend(expected[0].policies[0, :, 0].tolist())
        arms |= set(expected[0].actions[0].tolist())
    assert np.ptp(hesitations) > 0.1, "the network is no test"
    assert arms == {0, 1}


@pytest.mark.parametrize("title", WORLDS)
def test_the_optimum_of_the_page_is_the_optimum_in_every_state(
    opened: Page, best: dict[str, BernoulliOptimum], title: str
) -> None:
    states = np.indices((STEPS,) * 4).reshape(4, -1).T
    states = states[states.sum(axis=1) < STEPS]
    assert len(states) == 8_855
    world = WORLDS[title]
    leads, says, earns = opened.evaluate(
        """([a, b, steps, states]) => {
            const player = new LearningToInfer.optimal.BernoulliOptimum(a, b, steps);
            const said = states.map((state) => player.step(state, [0, 0, 0, 0]).output);
            return [states.map((state) => player.lead[player.place(state)]), said, player.earns];
        }""",
        [world.a, world.b, STEPS, states.tolist()],
    )
    np.testing.assert_allclose(leads, best[title].lead[tuple(states.T)], atol=1e-12)
    expected = best[title].says(torch.from_numpy(states.astype(float)))
    np.testing.assert_array_equal(says, expected.numpy())
    assert earns == pytest.approx(best[title].earns.value, abs=1e-12)
    decided = np.argmax(says, axis=1)[np.ptp(says, axis=1) > 0]
    assert 0.3 < decided.mean() < 0.7


def test_everyone_has_the_same_luck(opened: Page) -> None:
    opened.keyboard.type("abbaaabababbbaabaaab")
    game = opened.evaluate(GAME)
    for player in range(3):
        seen = [0, 0]
        for pull in pulls(opened, player):
            arm = int(pull["arm"])
            assert pull["reward"] == game["tapes"][arm][seen[arm]]
            seen[arm] += 1
    own = [pull["arm"] for pull in pulls(opened, 0)]
    assert own == ["ab".index(key) for key in "abbaaabababbbaabaaab"]


def test_the_arms_are_hidden_until_the_end_or_until_asked_for(opened: Page) -> None:
    means = opened.evaluate(f"{GAME}.means")
    words = f"A pays with probability {means[0]:.2f}, B with {means[1]:.2f}"
    opened.keyboard.type("ab")
    for player in PLAYERS:
        expect(row(opened, player)).to_contain_text("hidden")
    expect(opened.locator("[data-player] polyline, polyline[data-player]")).to_have_count(0)
    expect(opened.locator(".bench")).not_to_contain_text(words)
    see = button(opened, "Show the arms (S)")
    expect(see).to_have_attribute("aria-pressed", "false")
    opened.keyboard.press("s")
    expect(see).to_have_attribute("aria-pressed", "true")
    expect(opened.locator(".bench")).to_contain_text(words)
    expect(opened.locator("polyline[data-player]")).to_have_count(3)
    opened.keyboard.press("s")
    expect(opened.locator("polyline[data-player]")).to_have_count(0)
    opened.keyboard.type("a" * 18)
    expect(opened.locator("polyline[data-player]")).to_have_count(3)
    expect(opened.locator(".bench")).to_contain_text(words)
    expect(see).to_be_disabled()


def test_the_curves_are_the_regrets(opened: Page) -> None:
    opened.keyboard.type("abab" * 5)
    means = opened.evaluate(f"{GAME}.means")
    ends: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for i, player in enumerate(PLAYERS):
        sums = list(accumulate((max(means) - means[int(pull["arm"])] for pull in pulls(opened, i)), initial=0.0))
        assert shown(opened, player, "regret") == pytest.approx(sums[-1], abs=1e-9)
        line = opened.locator(f"polyline[data-player={player}]").get_attribute("points") or ""
        heights = [float(point.split(",")[1]) for point in line.split()]
        assert len(heights) == STEPS + 1
        ends[player] = (np.array(sums), 144 - np.array(heights))  # the axis lies 36 pixels above the lower edge
    most = max(1.0, *(sums[-1] for sums, _ in ends.values()))
    for regrets, above in ends.values():
        np.testing.assert_allclose(above, regrets / most * 132, atol=0.02)


def test_marks_lie_on_the_lane_of_the_arm_and_are_full_where_it_paid(opened: Page) -> None:
    opened.keyboard.type("aabba")
    strips = opened.locator(".bench svg").first
    triangles = strips.locator("polygon")
    expect(triangles).to_have_count(5)
    heights = [float((t.get_attribute("points") or "").split()[0].split(",")[1]) for t in triangles.all()]
    missed = ["missed" in (t.get_attribute("class") or "") for t in triangles.all()]
    assert len({heights[i] for i in (0, 1, 4)}) == 1
    assert heights[2] == heights[3] == pytest.approx(heights[0] + 30)
    assert missed == [pull["reward"] == 0 for pull in pulls(opened, 0)]
    assert strips.locator("circle.mark.trained").count() == 5
    assert strips.locator("rect.mark.optimal").count() == 5


def test_buttons_keys_undo_and_the_same_game_again(opened: Page) -> None:
    undo, again = button(opened, "Undo (U)"), button(opened, "Same game again (R)")
    expect(undo).to_be_disabled()
    first = shown(opened, "trained", "a")
    for key in "ABA":
        button(opened, f"Arm {key}").click()
    assert [pull["arm"] for pull in pulls(opened, 0)] == [0, 1, 0]
    rewards, after_three = [pull["reward"] for pull in pulls(opened, 0)], shown(opened, "trained", "a")
    opened.keyboard.press("b")
    undo.click()
    assert shown(opened, "trained", "a") == after_three
    opened.keyboard.press("Backspace")
    opened.keyboard.press("a")
    assert [pull["reward"] for pull in pulls(opened, 0)] == rewards, "the same pull pays the same again"
    again.click()
    assert pulls(opened, 0) == []
    assert shown(opened, "trained", "a") == first
    opened.keyboard.type("aba")
    assert [pull["reward"] for pull in pulls(opened, 0)] == rewards


def test_twenty_pulls_are_the_game_and_keys_elsewhere_are_none(opened: Page) -> None:
    opened.keyboard.press("Control+a")
    opened.get_by_role("heading", name="A page").click()
    opened.keyboard.press("a")
    assert pulls(opened, 0) == []
    opened.locator(".bench").focus()
    opened.keyboard.type("b" * 23)
    assert [len(pulls(opened, player)) for player in range(3)] == [20, 20, 20]
    expect(button(opened, "Arm A")).to_be_disabled()
    expect(row(opened, "optimal")).not_to_contain_text("1.000")
    button(opened, "New game (N)").click()
    assert pulls(opened, 0) == []
    expect(button(opened, "Arm A")).to_be_enabled()


def test_only_games_played_at_first_sight_count(opened: Page) -> None:
    tally = opened.locator(".bench .tally")
    opened.keyboard.type("a" * 20)
    regrets = [[shown(opened, player, "regret") for player in PLAYERS]]
    expect(tally).to_contain_text("Mean regret in 1 game ")
    for spoilt in ("u" + "a", "r" + "a" * 20, "n" + "s" + "a" * 20, "n" + "aua" + "a" * 20):
        opened.keyboard.type(spoilt)
        expect(tally).to_contain_text("Mean regret in 1 game ")
    opened.keyboard.type("n" + "b" * 20)
    regrets.append([shown(opened, player, "regret") for player in PLAYERS])
    own, network, best = np.mean(regrets, axis=0)
    expect(tally).to_contain_text(f"in 2 games played to the end at first sight: you {own:.2f}, network {network:.2f}")
    expect(tally).to_contain_text(f"optimum {best:.2f}.")


def test_every_reader_gets_the_same_games_and_no_two_are_alike(opened: Page, address: str) -> None:
    def games() -> list[dict[str, Any]]:
        found = []
        for _ in range(3):
            found.append(opened.evaluate(GAME))
            opened.keyboard.press("n")
        return found

    first = games()
    assert len({tuple(game["means"]) for game in first}) == 3
    opened.goto("about:blank")
    opened.goto(address)
    opened.locator(".bench").focus()
    assert games() == first


@pytest.mark.parametrize("title", WORLDS)
def test_arms_come_from_the_prior_and_pay_as_often_as_they_say(opened: Page, title: str) -> None:
    opened.get_by_label(title).check()
    games = opened.evaluate(
        """() => Array.from({ length: 4000 }, (_, number) => {
            const bench = LearningToInfer.bandits[0];
            bench.begin(number);
            return [bench.game.means, bench.game.tapes.map((tape) => tape.reduce((a, b) => a + b) / tape.length)];
        })"""
    )
    means, paid = np.array(games).transpose(1, 0, 2)
    a, b = WORLDS[title].a, WORLDS[title].b
    assert means.mean() == pytest.approx(a / (a + b), abs=0.01)
    assert means.var() == pytest.approx(a * b / (a + b) ** 2 / (a + b + 1), abs=0.003)
    assert abs(np.corrcoef(means.T)[0, 1]) < 0.05
    assert (paid - means).mean() == pytest.approx(0, abs=0.005)
    assert np.square(paid - means).mean() == pytest.approx((means * (1 - means)).mean() / STEPS, rel=0.05)


def test_a_screen_reader_hears_what_came_of_it(opened: Page) -> None:
    status = opened.locator(".bench [role=status]")
    expect(status).to_have_text("After no pull: earned: you 0, network 0, optimum 0.")
    opened.keyboard.press("b")
    paid = int(pulls(opened, 0)[0]["reward"])
    expect(status).to_have_text(
        re.compile(f"^After B: arm B paid {paid}; earned: you {paid}, network [01], optimum [01].$")
    )
    opened.keyboard.type("b" * 19)
    expect(status).to_have_text(
        re.compile(
            r"^After 20 pulls, .* The arms pay: A 0\.\d\d, B 0\.\d\d\. Regret: you \d+\.\d\d, network .*, optimum "
        )
    )


def test_two_benches_on_a_page_leave_each_other_alone(bench: BanditBench, page: Page, tmp_path: Path) -> None:
    page.goto(standalone(bench._repr_html_() + bench._repr_html_(), tmp_path))
    page.locator(".bench").nth(1).focus()
    page.get_by_label("good").nth(1).check()
    page.locator(".bench").nth(1).focus()
    page.keyboard.type("ab")
    found = page.evaluate("LearningToInfer.bandits.map((bench) => [bench.seat.title, bench.told.join('')])")
    assert found == [["even", ""], ["good", "AB"]]
    assert page.get_by_label("even").first.is_checked()


def test_a_bench_with_one_world_offers_no_choice(bench: BanditBench, page: Page, tmp_path: Path) -> None:
    page.goto(standalone(BanditBench(bench.seats[:1], steps=6), tmp_path))
    assert page.locator(".bench input").count() == 0
    page.locator(".bench").focus()
    page.keyboard.type("a" * 8)
    assert len(pulls(page, 0)) == 6


def test_it_is_well_made(address: str, page: Page) -> None:
    is_well_made(page, address)


def test_without_scripts_the_page_shows_a_table(scriptless: Page) -> None:
    expect(scriptless.locator(".live-bandits table tbody tr")).to_have_count(6)
    expect(scriptless.locator(".live-bandits table tbody tr").nth(1)).to_contain_text(
        "1.000"
    )  # the optimum stays where it won


def test_in_a_terminal_it_is_the_same_table(bench: BanditBench, best: dict[str, BernoulliOptimum]) -> None:
    heads, *rows = bench.table(["", "A1", "A0 A0 B0"])
    assert heads == ["after", "even, network", "even, optimum", "good, network", "good, optimum"]
    assert [[each[0], each[2], each[4]] for each in rows] == [
        ["nothing", "0.500", "0.500"],
        ["A1", "1.000", "1.000"],
        ["A0 A0 B0", "0.000", "0.000"],
    ]
    assert rows[1][1] == f"{chance_of_a(bench.seats[0].network, WORLDS['even'], 'A1'):.3f}"
    assert repr(bench).splitlines()[0].startswith("after")
    assert len(BanditBench(bench.seats, steps=2).table()) == 4, "longer histories than a game has are left out"
    assert best["even"].earns.value == pytest.approx(12.4313, abs=1e-4)


def test_what_cannot_be_played_is_refused(bench: BanditBench) -> None:
    with pytest.raises(ValueError, match="3 arms; the page is made for 2"):
        TaskAgent("three", BernoulliBandit(1, 1, arms=3), lively_network(0))
    with pytest.raises(ValueError, match="die: the network takes 3 numbers and says 3; here it must be 4 and 2"):
        TaskAgent("die", WORLDS["even"], LSTMAgent(3, 3, 4, generator("test", 0)))
    with pytest.raises(ValueError, match="seats is empty"):
        BanditBench([])
    with pytest.raises(ValueError, match="steps is 0; a game has at least 1"):
        BanditBench(bench.seats, steps=0)
    for history in ("A2", "C1", "A"):
        with pytest.raises(ValueError, match=f"'{history}' holds more than the pulls A0, A1, B0, B1"):
            observation(WORLDS["even"], history)


def test_the_address_tells_the_game(opened: Page, address: str) -> None:
    opened.get_by_role("radio", name="good").check()
    opened.locator(".bench").focus()
    for key in ("n", "a", "b", "b"):
        opened.keyboard.press(key)
    is_told_by_its_address(opened, address, "#pulls=1,2,ABB", "#pulls=1,2,AC", "#pulls=2,2,AB", "#pulls=1,0,AB")


def test_a_game_that_is_begun_for_the_reader_counts_for_nobody(page: Page, bench: BanditBench, tmp_path: Path) -> None:
    page.goto(standalone(replace(bench, played="AAB"), tmp_path))
    assert [pull["arm"] for pull in pulls(page, 0)] == [0, 0, 1]
    page.locator(".bench").focus()
    page.keyboard.type("a" * (STEPS - 3))
    expect(page.locator(".bench .tally")).to_have_text("")
    with pytest.raises(ValueError, match="pulls are A or B, not C"):
        replace(bench, played="AC")
