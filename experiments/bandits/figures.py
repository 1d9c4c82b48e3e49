"""Pictures of players of bandits: three episodes, how far players fall short of the optimum, which player is optimal
for what, and what it takes to see a difference.

Source: Mikulik et al. 2020, figures 1b and 4a.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int, Real
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from experiments.bandits.claims import SURE
from lib.plotting import layout, style
from lib.plotting.grammar import before_and_after, curve
from lib.plotting.looks import BEFORE_AND_AFTER, DASHES, FAMILIES, OPTIMUM, SERIES, TRAINED, Look, of_task
from lib.plotting.style import Picture, Table, first_number, in_style, number, said, told

Array = np.ndarray
FLAT = 0.01  # reward; below, the axis of shortfalls is linear, since a measured shortfall may lie below nought
BEST = replace(OPTIMUM, marker="s")  # the optimum, where its pulls are marks
LANDMARKS = [Look(style.INK, marker, "") for marker in ("x", "+", "1", "2")]


@dataclass(frozen=True)
class Pulls:
    """What one player did in an episode of a bandit with arms that pay 1 or 0.

    Attributes:
        chance: with which the player pulled the better arm, before each pull.
        better: whether it did.
        paid: whether the pull paid.
        regret: expected regret of each pull.
    """

    chance: Float[Array, " time"]
    better: Bool[Array, " time"]
    paid: Bool[Array, " time"]
    regret: Float[Array, " time"]


@dataclass(frozen=True)
class Episode:
    """One bandit as two players played it, with the same luck.

    Attributes:
        means: what its arms pay on average.
        network: the trained player.
        optimum: the Bayes-optimal one.
    """

    means: Sequence[float]
    network: Pulls
    optimum: Pulls


def _strip(panel: Axes, pulls: Pulls, look: Look) -> None:
    """The chance of the better arm, and the pulls on two lanes: above it was the better arm; full marks paid."""
    time = np.arange(1, len(pulls.chance) + 1)
    curve(panel, time, pulls.chance, look, marker="")
    for paid, marks in ((True, look.scattered), (False, look.scattered.hollow)):
        shown = pulls.paid == paid
        curve(panel, time[shown], pulls.better[shown].astype(float), marks, markeredgewidth=1)
    panel.set(ylim=(-0.18, 1.18), yticks=[0, 0.5, 1])


@in_style
def episodes(shown: Sequence[Episode]) -> Picture:
    """Episodes as columns: summed expected regret of both players; below it what each of them did."""
    heights = {"height_ratios": [1.7, 1, 1]}
    figure, axes = style.panels(3, len(shown), 7.4, 4.8, sharex=True, sharey="row", gridspec_kw=heights)
    numbers = []
    for column, (episode, (top, *strips)) in enumerate(zip(shown, axes.T, strict=True), start=1):
        found = {"bandit": str(column), "arms pay": " and ".join(f"{mean:.2f}" for mean in episode.means)}
        players = {"network": (episode.network, TRAINED), "optimum": (episode.optimum, BEST)}
        for strip, (name, (pulls, look)) in zip(strips, players.items(), strict=True):
            regret = np.concatenate([[0.0], pulls.regret.cumsum()])
            curve(top, np.arange(len(regret)), regret, look, marker="")
            _strip(strip, pulls, look)
            found[f"regret, {name}"] = f"{regret[-1]:.2f}"
            found[f"better arm at the last pull, {name}"] = f"{pulls.chance[-1]:.2f}"
        top.set(title="arms pay " + found["arms pay"])
        steps = len(episode.network.chance)
        strips[-1].set(xticks=[1, *range(5, steps + 1, 5)], xlim=(-0.3, steps + 0.6))
        numbers.append(found)
    axes[0, 0].set_ylim(bottom=0)  # the row shares it
    layout.label(axes, "pull", ("regret, summed", "network", "optimum"))
    mark = Look(style.GREY, "o", "")
    layout.legend(figure, {"network": TRAINED, "optimum": BEST, "it paid": mark, "not": mark.hollow})
    ends = told(numbers, "bandit {bandit}: {regret, network} and {regret, optimum}", "; ")
    last = {n: told(numbers, f"{{better arm at the last pull, {n}}}", ", ") for n in ("network", "optimum")}
    alt = (
        f"{len(shown)} bandits, {len(shown[0].network.chance)} pulls each. Summed expected regret of the network and "
        f"of the optimum: {ends}. The network's last pull is of the better arm with probability {last['network']}; "
        f"the optimum's with {last['optimum']}."
    )
    return style.picture(figure, alt, numbers)


@in_style
def shortfalls(
    families: Mapping[str, str],
    untrained: Float[Array, "task run"],
    trained: Float[Array, "task run"],
    errors: Float[Array, "task run"],
    landmarks: Mapping[str, Float[Array, " task"]],
    bound: float,
) -> Picture:
    """By how much players fall short of the optimum in every task, networks untrained and trained.

    Args:
        families: of rewards, by task.
        untrained: reward an episode.
        trained: the same.
        errors: standard error of the same.
        landmarks: the shortfall of players that were not trained and are not optimal, by their names.
        bound: where a dotted line is drawn.
    """
    figure, panel = layout.one(7.0, 3.5)
    numbers = []
    for place, (task, family) in enumerate(families.items()):
        start, end = before_and_after(panel, place, untrained[place], trained[place], FAMILIES[family], 0.12)
        half = SURE * float(np.median(errors[place]))
        panel.errorbar(float(end.median), place + 0.34, xerr=half, color=style.INK, linewidth=1, capsize=2.5)
        for look, values in zip(LANDMARKS, landmarks.values(), strict=False):
            panel.plot(values[place], place - 0.12, **look.drawn)
        numbers.append(
            {
                "task": task,
                "untrained": number(start.median),
                **{name: number(values[place]) for name, values in landmarks.items()},
                "trained, median (5-95%)": said(end),
                "95% of the measurement": f"+-{number(half)}",
            }
        )
    layout.bound(panel, x=bound)
    layout.optimum(panel, x=0)
    panel.set_xscale("symlog", linthresh=FLAT, linscale=0.6)
    measured = np.median(trained - SURE * errors, axis=1)
    least, most = min(float(trained.min()), float(measured.min()), 0.0), float(untrained.max())
    layout.marks(panel.xaxis, [tick for tick in (-0.1, -0.01, 0, 0.01, 0.1, 1, 10) if least <= tick <= most])
    panel.set(xlim=(least - 0.004, 1.5 * most), xlabel="shortfall from the optimum, reward an episode of 20 steps")
    layout.down(panel, families)
    named = dict(zip(landmarks, LANDMARKS, strict=False))
    layout.legend(figure, BEFORE_AND_AFTER | {"95% of the measurement": Look(style.INK, "|")} | named, 3)
    worst = max(numbers, key=lambda row: first_number(row["trained, median (5-95%)"]))
    alt = (
        f"Shortfall from the optimum on {len(families)} bandits. The median trained network falls short by at most "
        f"{worst['trained, median (5-95%)'].split()[0]} reward an episode ({worst['task']}), an untrained one by at "
        f"least {number(min(first_number(row['untrained']) for row in numbers))}."
    )
    return style.picture(figure, alt, numbers)


@in_style
def regret_by_step(
    families: Mapping[str, str],
    step: Int[Array, " step"],
    networks: Float[Array, "task run step"],
    optimum: Float[Array, "task step"],
) -> Picture:
    """Expected regret of each pull, on average over bandits: networks' median and 5th to 95th percentile, and the
    optimum.
    """
    figure, axes = style.panels(2, 2, 7.4, 4.6, sharex=True)
    numbers = Table(
        "task", "first pull", "last pull, network", "last pull, optimum", "episode, network", "episode, optimum"
    )
    for panel, (task, family), runs, best in zip(axes.flat, families.items(), networks, optimum, strict=True):
        median = curve(panel, step, runs, FAMILIES[family]).median
        curve(panel, step, best, OPTIMUM)
        panel.set(title=task, ylim=(0, None), xticks=layout.IN_AN_EPISODE)
        numbers.row(
            task,
            number(median[0]),
            number(median[-1]),
            number(best[-1]),
            number(np.median(runs.sum(axis=1)), 3),
            number(best.sum(), 3),
        )
    layout.label(axes, "pull", "regret of a pull")
    layout.legend(figure, {"networks": Look(style.GREY, "o"), "optimum": OPTIMUM})
    sentence = "{task}: from {first pull} to {last pull, network} for the median network, {last pull, optimum} for the "
    alt = "Expected regret of each pull falls along the episode. " + told(numbers, sentence + "optimum.")
    return style.picture(figure, alt, numbers)


@in_style
def indices(
    discounts: Sequence[float], coin: Float[Array, "discount even"], normal: Float[Array, "discount pull"]
) -> Picture:
    """What an arm is worth that is expected to pay the same, the better it is known.

    Args:
        discounts: for which the indices are made, at most five.
        coin: index of an arm that pays 1 or 0, after 0, 2, 4, ... pulls of which half paid.
        normal: what the index adds to the posterior mean of an arm with normal rewards, after 0, 1, 2, ... pulls.
    """
    figure, (left, right) = layout.row(2, 7.4, 3.7)
    numbers = []
    for discount, of_coin, of_normal, look in zip(discounts, coin, normal, SERIES, strict=False):
        curve(left, 2 * np.arange(len(of_coin)), of_coin, look.of(OPTIMUM), f"{discount:g}")
        curve(right, np.arange(len(of_normal)), of_normal, look.of(OPTIMUM))
        numbers.append(
            {
                "discount": f"{discount:g}",
                **{f"coin, {2 * i} pulls": f"{of_coin[i]:.4f}" for i in (0, 1, len(of_coin) - 1)},
                **{f"normal, {i} pulls": f"{of_normal[i]:.4f}" for i in (0, 2, len(of_normal) - 1)},
            }
        )
    layout.bound(left, 0.5)
    left.annotate("posterior mean", (0, 0.5), xytext=(2, -11), textcoords="offset points", fontsize=8)
    left.set(title="pays 1 or 0, half of the time so far", ylabel="Gittins index, reward")
    layout.bound(right, 0)
    right.set(title="normal rewards", ylabel="index over posterior mean, reward")
    for panel in (left, right):
        panel.set(xlabel="pulls so far", xticks=range(0, 2 * len(coin[0]), 5))
    left.set_ylim(bottom=0.45)
    layout.legend(figure, left, title="discount")
    first, last = numbers[0], numbers[-1]
    coins, normals = ([key for key in last if key.startswith(kind)] for kind in ("coin", "normal"))
    alt = (
        "Gittins index against the number of pulls, for arms whose posterior mean stays the same: a line for each "
        f"discount. It falls with every pull and is higher for the patient. A coin that is expected to pay 0.5 is "
        f"worth {first[coins[0]]} before the first pull at discount {first['discount']}, {last[coins[0]]} at discount "
        f"{last['discount']}; after {coins[-1].split()[1]} pulls {first[coins[-1]]} and {last[coins[-1]]}. To "
        f"an arm with normal rewards the index adds {last[normals[0]]} at first and {last[normals[-1]]} in the end, at "
        f"discount {last['discount']}."
    )
    return style.picture(figure, alt, numbers)


@in_style
def states(
    optimum: Float[Array, "won lost"],
    index: Float[Array, "won lost"],
    families: Mapping[str, str],
    apart: Float[Array, "task step"],
) -> Picture:
    """What two players do when only one arm was pulled so far, and how often they would do different things at all.

    Args:
        optimum: probability that the optimum stays with the arm that has paid and failed so often; NaN where the
            episode is over.
        index: the same for the Gittins player.
        families: of the tasks, by name.
        apart: probability that the two pull different arms, at each step of the optimum's play.
    """
    figure, (left, right) = layout.row(2, 7.4, 4.1)
    kinds = {
        "both stay": ((optimum > 0.5) & (index > 0.5), Look(style.BLUE, "s", "")),
        "both try the other": ((optimum < 0.5) & (index < 0.5), Look(style.GREY, "o", "", filled=False)),
        "only the optimum stays": ((optimum > 0.5) & (index < 0.5), Look(style.ORANGE, "^", "")),
        "only the index stays": ((optimum < 0.5) & (index > 0.5), Look(style.PURPLE, "v", "")),
    }
    numbers = Table("one arm pulled so far", "states", "fewest pulls", "most pulls")
    for name, (where, look) in kinds.items():
        won, lost = np.nonzero(where)
        if len(won):
            curve(left, won, lost, look, name, markersize=5)
        pulls = won + lost
        numbers.row(name, f"{len(won)}", f"{pulls.min()}" if len(won) else "", f"{pulls.max()}" if len(won) else "")
    steps = apart.shape[1]
    left.plot([0, steps], [steps, 0], color=style.INK, linewidth=0.8, linestyle=":")
    left.annotate("the end", (steps * 0.55, steps * 0.45), xytext=(3, 3), textcoords="offset points", fontsize=8)
    left.set(title="only one arm was pulled", xlabel="times it paid", ylabel="times it did not", aspect="equal")
    left.legend(loc="upper right", fontsize=8, handletextpad=0.1, borderpad=0)
    for axis in (left.xaxis, left.yaxis):
        axis.set_major_locator(MaxNLocator(5, integer=True, steps=[1, 5, 10]))
    for task, own in zip(families, apart, strict=True):
        most: list[int] = [int(np.argmax(own))]
        curve(right, np.arange(1, steps + 1), own, of_task(task, families), task, markevery=most, markersize=5)
    right.set(title="along the optimum's play", xlabel="step of the episode", ylabel="probability of another pull")
    right.set_ylim(bottom=0)
    right.set_xticks(layout.IN_AN_EPISODE if steps == 20 else range(1, steps + 1))
    layout.legend(figure, right)
    total = [f"{task}: {number(own.sum())} of {steps} pulls" for task, own in zip(families, apart, strict=True)]
    only = numbers[2]
    alt = (
        f"Left: every state of an episode of {steps} steps in which only one of two coins was pulled. In "
        f"{only['states']} states the optimum stays with it while the Gittins index tries the other"
        + (f", all after {only['fewest pulls']} pulls or more" if only["fewest pulls"] else "")
        + f"; in {numbers[3]['states']} it is the other way round. Right: how often the two would pull different arms "
        f"at each step of the optimum's play; on average {'; '.join(total)}."
    )
    return style.picture(figure, alt, numbers)


@in_style
def price(
    families: Mapping[str, str],
    players: Mapping[str, Float[Array, " task"]],
    discounts: Float[Array, " discount"],
    by_discount: Float[Array, "task discount"],
    chosen: float,
    steps: int,
) -> Picture:
    """By how much players fall short of the optimum, and the Gittins player by the discount of her indices.

    Args:
        families: of the tasks, by name.
        players: shortfall of each player, in reward an episode; the player who knows the means has a negative one and
            is left to the table.
        discounts: that there are indices for.
        by_discount: shortfall of the Gittins player with these.
        chosen: the book's discount.
        steps: in an episode.
    """
    figure, (left, right) = layout.row(2, 7.6, 4.0)
    shown = [name for name, short in players.items() if (short > 0).all()]
    short_of = "short of the optimum, reward an episode"
    numbers = []
    for place, (task, own) in enumerate(zip(families, by_discount, strict=True)):
        look = of_task(task, families)
        look = replace(look, filled=look.dash == "-")
        at = np.arange(len(shown)) + (place - (len(families) - 1) / 2) * 0.16
        curve(left, np.array([players[name][place] for name in shown]), at, look.scattered, task, markersize=6)
        least = int(np.argmin(own))
        curve(right, 1 / (1 - discounts), own, look, markevery=[least], markersize=6)
        numbers.append(
            {
                "task": task,
                **{name: number(short[place], 3) for name, short in players.items()},
                "best discount for an index": f"{discounts[least]:g}",
                "which costs": number(own[least], 3),
            }
        )
    left.set(xscale="log", xlabel=short_of)
    layout.down(left, shown)
    left.grid(False, axis="y")
    layout.bound(right, x=steps)
    right.annotate(
        f"{steps} steps", (steps, 1), xycoords=("data", "axes fraction"), xytext=(-3, -10),
        textcoords="offset points", fontsize=8, ha="right",
    )  # fmt: skip
    right.set(xscale="log", yscale="log", xlabel="discount of the index", ylabel=short_of)
    layout.plainly(left.xaxis)
    layout.plainly(right.yaxis)
    ticks = [each for each in (0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995) if each in discounts]
    layout.marks(right.xaxis, {1 / (1 - each): f"{each:g}".removeprefix("0") for each in ticks}, fontsize=8)
    layout.legend(figure, left)
    spans = (f"{name}: {number(players[name].min())} to {number(players[name].max())}." for name in shown)
    alt = (
        f"Left: by how much players fall short of the optimum of {steps} steps, in reward an episode, on a logarithmic "
        f"scale. {' '.join(spans)} Right: the shortfall of {shown[0]} by the discount of the index (left: {chosen:g}); "
        "smallest " + told(numbers, "at {best discount for an index} for {task} ({which costs})", "; ")
    )
    return style.picture(figure, alt + ".", numbers)


@in_style
def power(
    estimators: Sequence[str],
    gap: float,
    estimates: Mapping[str, Float[Array, " experiment"]],
    few: int,
    episodes: Real[Array, " size"],
    standard_error: Float[Array, "size estimator"],
    needed: Sequence[float],
) -> Picture:
    """What single experiments say of a difference, and how their error falls with the number of episodes.

    Args:
        estimators: their names, at most four.
        gap: the exact difference, in reward an episode.
        estimates: by some of the estimators, in experiments of `few` episodes each.
        few: episodes.
        episodes: sizes of experiments.
        standard_error: of the estimators, in reward an episode.
        needed: episodes until the 95% interval leaves out zero in every second experiment, by estimator.
    """
    figure, (left, right) = layout.row(2, 7.6, 4.0)
    spreads = np.random.default_rng(0)  # of dots, so that they do not hide each other
    looks = {name: replace(look, dash=dash) for name, look, dash in zip(estimators, SERIES, DASHES, strict=False)}
    for place, (name, own) in enumerate(estimates.items()):
        across = place + spreads.uniform(-0.28, 0.28, len(own))
        curve(left, across, own, looks[name].scattered, markersize=3, alpha=0.7)
    left.axhline(0, color=style.INK, linewidth=1)
    layout.bound(left, gap)
    left.set(title=f"{len(next(iter(estimates.values())))} experiments of {few:,} episodes")
    left.set(ylabel="optimum over greedy, reward")
    left.set_xticks(range(len(estimates)), list(estimates), fontsize=9)
    left.grid(False, axis="x")
    first_size, last_size = f"standard error, {episodes[0]:,} episodes", f"the same, {episodes[-1]:,} episodes"
    enough = "episodes until the interval leaves out zero"
    numbers = []
    for name, error, until in zip(estimators, standard_error.T, needed, strict=True):
        curve(right, episodes, error, looks[name], name)
        errors = {first_size: number(error[0]), last_size: number(error[-1])}
        numbers.append({"estimator": name, **errors, enough: f"{until:,.0f}"})
    layout.bound(right, gap)
    layout.bound(right, gap / SURE, look=Look(style.INK, dash="-."))
    middle = float(np.sqrt(episodes[0] * episodes[-1]))
    for text, x, y, up in (("the gap", float(episodes[0]), gap, 3), ("the gap / 1.96", middle, gap / SURE, -10)):
        right.annotate(text, (x, y), xytext=(0, up), textcoords="offset points", fontsize=8)
    right.set(xscale="log", yscale="log", xlabel="episodes of an experiment", ylabel="standard error, reward")
    layout.plainly(right.xaxis)
    layout.plainly(right.yaxis)
    right.legend(loc="lower left", fontsize=8)
    first, *others = ((name, f"{np.mean(own < 0):.0%}") for name, own in estimates.items())
    alt = (
        f"Left: the difference between optimum and greedy as single experiments of {few:,} episodes estimate it; it is "
        f"{number(gap, 3)} reward. By the estimator '{first[0]}' {first[1]} of them rank greedy above the optimum"
        + "".join(f", by '{name}' {share}" for name, share in others)
        + ". Right: standard error against the number of episodes. "
        + " ".join(
            f"'{row['estimator']}': {row[first_size]} at {episodes[0]:,}; {row[enough]} episodes until the 95% "
            "interval leaves out zero."
            for row in numbers
        )
    )
    return style.picture(figure, alt, numbers)
