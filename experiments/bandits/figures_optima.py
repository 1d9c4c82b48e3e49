"""Pictures of which player of bandits is optimal for what, and of what it takes to see a difference."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Real
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lib.plotting import style
from lib.plotting.families import FAMILIES, dash
from lib.plotting.style import Picture, in_style, number

COLORS = (style.GREY, style.PURPLE, style.BLUE, style.ORANGE, style.GREEN)
MARKERS = ("o", "s", "^", "D", "v")
DASHES = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)))


@in_style
def indices(
    discounts: Sequence[float],
    coin: Float[np.ndarray, "discount even"],
    normal: Float[np.ndarray, "discount pull"],
) -> Picture:
    """What an arm is worth that is expected to pay the same, the better it is known.

    Args:
        discounts: for which the indices are made, at most five.
        coin: index of an arm that pays 1 or 0, after 0, 2, 4, ... pulls of which half paid.
        normal: what the index adds to the posterior mean of an arm with normal rewards, after 0, 1, 2, ... pulls.
    """
    figure, (left, right) = _pair(7.4, 3.7)
    numbers = []
    looks = zip(COLORS, MARKERS, DASHES, strict=True)
    for discount, of_coin, of_normal, (color, marker, line) in zip(discounts, coin, normal, looks, strict=False):
        look: Any = {"color": color, "marker": marker, "linestyle": line, "markersize": 4, "linewidth": 1.5}
        left.plot(2 * np.arange(len(of_coin)), of_coin, label=f"{discount:g}", **look)
        right.plot(np.arange(len(of_normal)), of_normal, **look)
        numbers.append(
            {
                "discount": f"{discount:g}",
                **{f"coin, {2 * i} pulls": f"{of_coin[i]:.4f}" for i in (0, 1, len(of_coin) - 1)},
                **{f"normal, {i} pulls": f"{of_normal[i]:.4f}" for i in (0, 2, len(of_normal) - 1)},
            }
        )
    left.axhline(0.5, color=style.INK, linestyle=":", linewidth=1)
    left.annotate("posterior mean", (0, 0.5), xytext=(2, -11), textcoords="offset points", fontsize=8)
    left.set(title="pays 1 or 0, half of the time so far", xlabel="pulls so far", ylabel="Gittins index, reward")
    right.axhline(0, color=style.INK, linestyle=":", linewidth=1)
    right.set(title="normal rewards", xlabel="pulls so far", ylabel="index over posterior mean, reward")
    for panel in (left, right):
        panel.set_xticks(range(0, 2 * len(coin[0]), 5))
    left.set_ylim(bottom=0.45)
    figure.legend(title="discount", loc="outside lower center", ncols=len(discounts), fontsize=8, title_fontsize=8)
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
    optimum: Float[np.ndarray, "won lost"],
    index: Float[np.ndarray, "won lost"],
    families: Mapping[str, str],
    apart: Float[np.ndarray, "task step"],
) -> Picture:
    """What two players do when only one arm was pulled so far, and how often they would do different things at all.

    Args:
        optimum: probability that the optimum stays with the arm that has paid and failed so often; NaN where the
            episode is over.
        index: the same for the Gittins player.
        families: of the tasks, by name.
        apart: probability that the two pull different arms, at each step of the optimum's play.
    """
    figure, (left, right) = _pair(7.4, 4.1)
    kinds = {
        "both stay": ((optimum > 0.5) & (index > 0.5), style.BLUE, "s", "full"),
        "both try the other": ((optimum < 0.5) & (index < 0.5), style.GREY, "o", "none"),
        "only the optimum stays": ((optimum > 0.5) & (index < 0.5), style.ORANGE, "^", "full"),
        "only the index stays": ((optimum < 0.5) & (index > 0.5), style.PURPLE, "v", "full"),
    }
    numbers = []
    for name, (where, color, marker, fill) in kinds.items():
        won, lost = np.nonzero(where)
        if len(won):
            left.plot(won, lost, marker, color=color, fillstyle=fill, markersize=5, linestyle="", label=name)
        pulls = won + lost
        numbers.append(
            {
                "one arm pulled so far": name,
                "states": f"{len(won)}",
                "fewest pulls": f"{pulls.min()}" if len(won) else "",
                "most pulls": f"{pulls.max()}" if len(won) else "",
            }
        )
    steps = apart.shape[1]
    ends = np.array([0, steps])
    left.plot(ends, ends[::-1], color=style.INK, linewidth=0.8, linestyle=":")
    left.annotate("the end", (steps * 0.55, steps * 0.45), xytext=(3, 3), textcoords="offset points", fontsize=8)
    left.set(title="only one arm was pulled", xlabel="times it paid", ylabel="times it did not", aspect="equal")
    left.legend(loc="upper right", fontsize=8, handletextpad=0.1, borderpad=0)
    for axis in (left.xaxis, left.yaxis):
        axis.set_major_locator(MaxNLocator(5, integer=True, steps=[1, 5, 10]))
    for task, own in zip(families, apart, strict=True):
        look = FAMILIES[families[task]]
        right.plot(np.arange(1, steps + 1), own, dash(task, families), color=look.color, label=task, linewidth=1.6)
        most = int(np.argmax(own))
        right.plot(most + 1, own[most], look.marker, color=look.color, markersize=5)
    right.set(title="along the optimum's play", xlabel="step of the episode", ylabel="probability of another pull")
    right.set_ylim(bottom=0)
    right.set_xticks([1, 5, 10, 15, 20] if steps == 20 else range(1, steps + 1))
    right.legend(loc="upper center", fontsize=8)
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
    players: Mapping[str, Float[np.ndarray, " task"]],
    discounts: Float[np.ndarray, " discount"],
    by_discount: Float[np.ndarray, "task discount"],
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
    figure, (left, right) = _pair(7.6, 4.0)
    shown = [name for name, short in players.items() if (short > 0).all()]
    numbers = []
    for place, (task, family) in enumerate(families.items()):
        look, line = FAMILIES[family], dash(task, families)
        fill = "full" if line == "-" else "none"
        at = np.arange(len(shown)) + (place - (len(families) - 1) / 2) * 0.16
        look_of_mark: Any = {"marker": look.marker, "color": look.color, "fillstyle": fill, "markersize": 6}
        left.plot([players[name][place] for name in shown], at, linestyle="", label=task, **look_of_mark)
        right.plot(1 / (1 - discounts), by_discount[place], line, color=look.color, linewidth=1.6)
        least = int(np.argmin(by_discount[place]))
        right.plot(1 / (1 - discounts[least]), by_discount[place, least], **look_of_mark)
        numbers.append(
            {
                "task": task,
                **{name: number(float(short[place]), 3) for name, short in players.items()},
                "best discount for an index": f"{discounts[least]:g}",
                "which costs": number(float(by_discount[place, least]), 3),
            }
        )
    left.set(xscale="log", xlabel="short of the optimum, reward an episode", ylim=(len(shown) - 0.5, -0.5))
    left.set_yticks(range(len(shown)), shown)
    left.grid(False, axis="y")
    right.axvline(steps, color=style.INK, linestyle=":", linewidth=1)
    right.annotate(
        f"{steps} steps", (steps, 1), xycoords=("data", "axes fraction"), xytext=(-3, -10),
        textcoords="offset points", fontsize=8, ha="right",
    )  # fmt: skip
    right.set(
        xscale="log", yscale="log", xlabel="discount of the index", ylabel="short of the optimum, reward an episode"
    )
    for axis in (left.xaxis, right.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value:g}")
    ticks = [each for each in (0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995) if each in discounts]
    right.set_xticks([1 / (1 - each) for each in ticks], [f"{each:g}".removeprefix("0") for each in ticks], fontsize=8)
    right.minorticks_off()
    figure.legend(loc="outside lower center", ncols=len(families), fontsize=8)
    gittins = shown[0]
    alt = (
        f"Left: by how much players fall short of the optimum of {steps} steps, in reward an episode, on a logarithmic "
        "scale. "
        + " ".join(
            f"{name}: {number(float(players[name].min()))} to {number(float(players[name].max()))}." for name in shown
        )
        + f" Right: the shortfall of {gittins} by the discount of the index (left: {chosen:g}); smallest "
        + "; ".join(
            f"at {row['best discount for an index']} for {row['task']} ({row['which costs']})" for row in numbers
        )
        + "."
    )
    return style.picture(figure, alt, numbers)


@in_style
def power(
    estimators: Sequence[str],
    gap: float,
    estimates: Mapping[str, Float[np.ndarray, " experiment"]],
    few: int,
    episodes: Real[np.ndarray, " size"],
    standard_error: Float[np.ndarray, "size estimator"],
    needed: Sequence[float],
) -> Picture:
    """What single experiments say of a difference, and how their error falls with the number of episodes.

    Args:
        estimators: their names.
        gap: the exact difference, in reward an episode.
        estimates: by some of the estimators, in experiments of `few` episodes each.
        few: episodes.
        episodes: sizes of experiments.
        standard_error: of the estimators, in reward an episode.
        needed: episodes until the 95% interval leaves out zero in every second experiment, by estimator.
    """
    figure, (left, right) = _pair(7.6, 4.0)
    spreads = np.random.default_rng(0)  # of dots, so that they do not hide each other
    looks = {
        name: (color, marker, line)
        for name, color, marker, line in zip(estimators, _SHADES, MARKERS, DASHES, strict=False)
    }
    misled = {}
    for place, (name, own) in enumerate(estimates.items()):
        color, marker, _ = looks[name]
        across = place + spreads.uniform(-0.28, 0.28, len(own))
        left.plot(across, own, marker, color=color, markersize=3, alpha=0.7, linestyle="")
        misled[name] = float(np.mean(own < 0))
    left.axhline(0, color=style.INK, linewidth=1)
    left.axhline(gap, color=style.INK, linestyle=":", linewidth=1.4)
    left.set(
        title=f"{len(next(iter(estimates.values())))} experiments of {few:,} episodes",
        ylabel="optimum over greedy, reward",
    )
    left.set_xticks(range(len(estimates)), list(estimates), fontsize=9)
    left.grid(False, axis="x")
    numbers = []
    for name, error, enough in zip(estimators, standard_error.T, needed, strict=True):
        color, marker, line = looks[name]
        right.plot(episodes, error, color=color, marker=marker, linestyle=line, markersize=4, linewidth=1.5, label=name)
        numbers.append(
            {
                "estimator": name,
                f"standard error, {episodes[0]:,} episodes": number(float(error[0])),
                f"the same, {episodes[-1]:,} episodes": number(float(error[-1])),
                "episodes until the interval leaves out zero": f"{enough:,.0f}",
            }
        )
    right.axhline(gap / 1.96, color=style.INK, linestyle="--", linewidth=1)
    right.axhline(gap, color=style.INK, linestyle=":", linewidth=1.4)
    middle = float(np.sqrt(episodes[0] * episodes[-1]))
    beside: Any = {"textcoords": "offset points", "fontsize": 8}
    right.annotate("the gap", (float(episodes[0]), gap), xytext=(0, 3), **beside)
    right.annotate("the gap / 1.96", (middle, gap / 1.96), xytext=(0, -3), ha="center", va="top", **beside)
    right.set(xscale="log", yscale="log", xlabel="episodes of an experiment", ylabel="standard error, reward")
    right.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    right.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    right.legend(loc="lower left", fontsize=8)
    first = next(iter(estimates))
    alt = (
        f"Left: the difference between optimum and greedy as single experiments of {few:,} episodes estimate it; it is "
        f"{number(gap, 3)} reward. By the estimator '{first}' {misled[first]:.0%} of them rank greedy above the optimum"
        + "".join(f", by '{name}' {share:.0%}" for name, share in list(misled.items())[1:])
        + ". Right: standard error against the number of episodes. "
        + " ".join(
            f"'{row['estimator']}': {list(row.values())[1]} at {episodes[0]:,}; {list(row.values())[3]} episodes until "
            "the 95% interval leaves out zero."
            for row in numbers
        )
    )
    return style.picture(figure, alt, numbers)


_SHADES = (style.ORANGE, style.BLUE, style.PURPLE, style.GREEN)


def _pair(width: float, height: float) -> tuple[Figure, tuple[Axes, Axes]]:
    figure, axes = style.panels(1, 2, width, height)
    return figure, (axes[0, 0], axes[0, 1])
