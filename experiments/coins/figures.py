"""Pictures of coin predictors: what they say, how they come to say it, how far they are from Bayes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, Real
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from lib.plotting import style
from lib.plotting.style import Picture, in_style, number, said
from lib.probes.quantiles import percentiles

COLORS = {"fair": style.BLUE, "bent": style.ORANGE}
MARKERS = {"fair": "o", "bent": "s"}


@in_style
def worlds(
    grid: Float[np.ndarray, " p"], densities: Mapping[str, np.ndarray], coins: Mapping[str, np.ndarray]
) -> Picture:
    """Where the coins of each world come from: the prior's density, and a handful of coins drawn from it."""
    figure, axes = style.panels(1, len(densities), 7.0, 2.3, sharey=True)
    numbers = []
    for panel, (world, density) in zip(axes[0], densities.items(), strict=True):
        panel.fill_between(grid, density, color=COLORS[world], alpha=0.25, linewidth=0)
        panel.plot(grid, density, color=COLORS[world])
        panel.plot(coins[world], np.full(len(coins[world]), -0.35), "|", color=COLORS[world], markersize=9)
        panel.set(title=f"{world} coins", xlabel="probability of heads", ylim=(-0.7, 5), xticks=[0, 0.5, 1], yticks=[])
        middle = np.mean((coins[world] > 0.3) & (coins[world] < 0.7))
        numbers.append({"world": world, "coins drawn": str(len(coins[world])), "between 0.3 and 0.7": f"{middle:.0%}"})
    axes[0, 0].set_ylabel("density")
    alt = (
        "Densities of two priors over a coin's probability of heads. In the fair world they pile up around one half: "
        f"{numbers[0]['between 0.3 and 0.7']} of the coins drawn lie between 0.3 and 0.7. In the bent world they pile "
        f"up at zero and one: {numbers[1]['between 0.3 and 0.7']} do."
    )
    return style.picture(figure, alt, numbers)


@in_style
def tree(
    histories: Sequence[str],
    learned: Mapping[str, Float[np.ndarray, "run history"]],
    optimal: Mapping[str, Float[np.ndarray, " history"]],
) -> Picture:
    """What is said of heads after every history: Bayes as a lattice of counts, each history's networks as a mark."""
    figure, axes = style.panels(1, len(learned), 7.0, 3.7, sharey=True)
    longest = max(map(len, histories))
    numbers = []
    for panel, world in zip(axes[0], learned, strict=True):
        bayes = dict(zip(histories, optimal[world], strict=True))
        for history, p in bayes.items():
            for flip in "HT":
                if history + flip in bayes:
                    panel.plot(
                        [len(history), len(history) + 1],
                        [p, bayes[history + flip]],
                        "--",
                        color=style.GREY,
                        linewidth=0.9,
                    )
        networks = percentiles(learned[world])
        x = np.array([len(history) for history in histories]) + _aside(histories)
        panel.vlines(x, networks.low, networks.high, color=COLORS[world], linewidth=1.6)
        panel.plot(x, networks.median, MARKERS[world], color=COLORS[world], markersize=3.4)
        panel.set(title=f"trained on {world} coins", xlabel="flips seen", xticks=range(longest + 1), ylim=(0, 1))
        worst = percentiles(np.abs(learned[world] - optimal[world]).max(axis=1))
        after = {h: networks.median[histories.index(h)] for h in ("", "H", "T")}
        numbers.append(
            {
                "trained on": f"{world} coins",
                "at first": f"{after['']:.3f}",
                "after H": f"{after['H']:.3f}",
                "Bayes after H": f"{bayes['H']:.3f}",
                "largest distance, median (5-95%)": f"{worst.median:.4f} ({worst.low:.4f}-{worst.high:.4f})",
            }
        )
    axes[0, 0].set_ylabel("predicted probability of heads")
    figure.legend(
        handles=[
            Line2D([], [], linestyle="--", color=style.GREY, label="Bayes"),
            *(Line2D([], [], marker=MARKERS[w], color=COLORS[w], label="networks: median, 5-95%") for w in learned),
        ],
        loc="outside lower center",
        ncols=3,
    )
    alt = "Predictions after every history of up to five flips. " + " ".join(
        f"Networks trained on {row['trained on']} start at {row['at first']} and say {row['after H']} after one head "
        f"(Bayes: {row['Bayes after H']})."
        for row in numbers
    )
    alt += " After no history is the median network further from Bayes than " + " and ".join(
        f"{row['largest distance, median (5-95%)'].split()[0]} ({row['trained on']})" for row in numbers
    )
    alt += "."
    return style.picture(figure, alt, numbers)


def _aside(histories: Sequence[str]) -> Float[np.ndarray, " history"]:
    """How far each history's mark stands from its place, so that those with the same counts stand side by side."""
    groups: dict[tuple[int, int], list[int]] = {}
    for index, history in enumerate(histories):
        groups.setdefault((history.count("H"), history.count("T")), []).append(index)
    shift = np.zeros(len(histories))
    for members in groups.values():
        if len(members) > 1:
            shift[members] = np.linspace(-0.2, 0.2, len(members))
    return shift


@dataclass(frozen=True)
class Episode:
    """One coin, flip by flip, as two predictors saw it."""

    title: str
    world: str
    bias: float
    flips: Float[np.ndarray, " time"]
    learned: Float[np.ndarray, " time"]
    optimal: Float[np.ndarray, " time"]


@in_style
def episodes(rows: Sequence[Sequence[Episode]], trained_steps: int) -> Picture:
    """Episodes side by side: network solid, Bayes dashed, the coin's true bias as a band, flips as ticks."""
    figure, axes = style.panels(len(rows), len(rows[0]), 7.2, 2.1 * len(rows) + 0.4, sharex=True, sharey=True)
    numbers = []
    for row, shown in zip(axes, rows, strict=True):
        for panel, episode in zip(row, shown, strict=True):
            _episode(panel, episode, trained_steps)
            numbers.append(
                {
                    "episode": episode.title,
                    "true bias": f"{episode.bias:.3f}",
                    "network at the last flip": f"{episode.learned[-1]:.3f}",
                    "Bayes at the last flip": f"{episode.optimal[-1]:.3f}",
                    "largest distance": f"{np.abs(episode.learned - episode.optimal).max():.4f}",
                }
            )
        row[0].set_ylabel("P(heads)")
    for panel in axes[-1]:
        panel.set_xlabel("flip")
    figure.legend(
        handles=[
            Line2D([], [], color=style.BLUE, label="network"),
            Line2D([], [], color=style.INK, linestyle=(0, (2, 2)), label="Bayes"),
            Line2D([], [], color=style.GREY, linewidth=6, alpha=0.35, label="the coin's true bias"),
        ],
        loc="outside lower center",
        ncols=3,
    )
    worst = max(float(row["largest distance"]) for row in numbers)
    alt = (
        f"{len(numbers)} episodes of {len(rows[0][0].flips)} flips. Beside the coin's true bias stand the network's "
        f"prediction and the Bayesian one; they are never more than {worst:.3f} apart."
    )
    return style.picture(figure, alt, numbers)


def _episode(panel: Axes, episode: Episode, trained_steps: int) -> None:
    color = COLORS[episode.world]
    time = np.arange(1, len(episode.flips) + 1)
    panel.axhspan(episode.bias - 0.02, episode.bias + 0.02, color=style.GREY, alpha=0.35, linewidth=0)
    panel.plot(time, episode.learned, color=color)
    panel.plot(time, episode.optimal, color=style.INK, linestyle=(0, (2, 2)), linewidth=1.3)
    heads = episode.flips > 0.5
    panel.plot(time[heads], np.full(heads.sum(), 1.08), "|", color=color, markersize=6)
    panel.plot(time[~heads], np.full((~heads).sum(), -0.08), "|", color=color, markersize=6)
    panel.axvline(trained_steps + 0.5, color=style.GREY, linestyle=":", linewidth=1)
    panel.set(title=episode.title, ylim=(-0.14, 1.14), yticks=[0, 0.5, 1], xticks=[1, 10, 20, 30])


@in_style
def convergence(
    episodes_seen: Real[np.ndarray, " checkpoint"],
    kl: Mapping[str, Float[np.ndarray, "run checkpoint"]],
    never_learns: Mapping[str, float],
) -> Picture:
    """KL from Bayes over an episode, against the episodes seen in training; untrained networks at the left."""
    figure, axes = style.panels(1, 1, 6.4, 3.5)
    panel = axes[0, 0]
    first = episodes_seen[1] / 3  # a place on a logarithmic axis for "none"
    x = np.where(episodes_seen == 0, first, episodes_seen)
    numbers = []
    for world, values in kl.items():
        networks = percentiles(values)
        style.band(panel, x, networks.low, networks.high, COLORS[world])
        panel.plot(x, networks.median, color=COLORS[world], marker=MARKERS[world], markersize=4, label=f"{world} coins")
        panel.axhline(never_learns[world], color=COLORS[world], linestyle=":", linewidth=1.2)
        panel.annotate(
            "says ½ for ever", (x[-1], never_learns[world]), ha="right", va="bottom", color=COLORS[world], fontsize=9
        )
        below = int(np.argmax(networks.median < 0.01))
        numbers.append(
            {
                "world": world,
                "untrained": number(networks.median[0]),
                "trained, median (5-95%)": said(percentiles(values[:, -1])),
                "episodes until below 0.01": f"{episodes_seen[below]:,.0f}",
            }
        )
    panel.set(xscale="log", yscale="log", xlabel="episodes seen in training", ylabel="KL from Bayes, nats an episode")
    ticks = [10.0**power for power in range(2, int(np.log10(x[-1])) + 1) if 10.0**power > 2 * first]
    panel.set_xticks([first, *ticks], ["none", *(f"{tick:,.0f}" for tick in ticks)])
    panel.minorticks_off()
    panel.legend(loc="lower left")
    alt = "KL divergence from Bayes against training episodes. " + " ".join(
        f"On {row['world']} coins it falls from {row['untrained']} to {row['trained, median (5-95%)'].split()[0]} nats "
        f"an episode, and is below 0.01 after {row['episodes until below 0.01']} episodes."
        for row in numbers
    )
    return style.picture(figure, alt, numbers)


@in_style
def wrong_prior(
    step: Int[np.ndarray, " time"],
    own: Mapping[str, Float[np.ndarray, "run time"]],
    other: Mapping[str, Float[np.ndarray, "run time"]],
    other_bayes: Mapping[str, Float[np.ndarray, " time"]],
    trained_steps: int,
) -> Picture:
    """What a wrong prior costs at each flip, in either world: networks from here, networks from the other world, and
    the Bayesian who holds the other world's prior. Nought is the Bayesian who is right.
    """
    figure, axes = style.panels(1, len(own), 7.2, 3.6, sharey=True)
    numbers = []
    for panel, world in zip(axes[0], own, strict=True):
        elsewhere = next(name for name in own if name != world)
        stranger, native = percentiles(other[world]), percentiles(own[world])
        for networks, home in ((stranger, elsewhere), (native, world)):
            style.band(panel, step, networks.low, networks.high, COLORS[home])
            panel.plot(step, networks.median, color=COLORS[home], marker=MARKERS[home], markersize=2.5)
        disagree = other_bayes[world] > 0  # before the first flip both Bayesians say one half
        panel.plot(step[disagree], other_bayes[world][disagree], color=style.INK, linestyle=(0, (2, 2)), linewidth=1.3)
        panel.axvline(trained_steps + 0.5, color=style.GREY, linestyle=":", linewidth=1)
        panel.set(title=f"playing with {world} coins", xlabel="flip", yscale="log", xticks=[1, 10, 20, 30])
        numbers.append(
            {
                "playing with": f"{world} coins",
                "Bayes with the wrong prior": number(other_bayes[world][:trained_steps].sum()),
                "networks from the other world": said(percentiles(other[world][:, :trained_steps].sum(axis=1))),
                "networks from this world": number(np.median(own[world][:, :trained_steps].sum(axis=1))),
            }
        )
    axes[0, 0].set_ylabel("KL from the right Bayesian, nats")
    figure.legend(
        handles=[
            *(Line2D([], [], color=COLORS[w], marker=MARKERS[w], label=f"networks from {w} coins") for w in own),
            Line2D([], [], color=style.INK, linestyle=(0, (2, 2)), label="Bayes, wrong prior"),
        ],
        loc="outside lower center",
        ncols=3,
    )
    alt = "Loss at each flip from holding the wrong prior. " + " ".join(
        f"Over {trained_steps} flips of {row['playing with']}, Bayes with the wrong prior loses "
        f"{row['Bayes with the wrong prior']} nats and networks from the other world "
        f"{row['networks from the other world'].split()[0]}."
        for row in numbers
    )
    return style.picture(figure, alt, numbers)


@in_style
def beyond(
    step: Int[np.ndarray, " time"], kl: Mapping[str, Float[np.ndarray, "run time"]], trained_steps: int
) -> Picture:
    """KL from Bayes at each flip, through the end of the episodes that training knew and past it."""
    figure, axes = style.panels(1, 1, 6.4, 3.1)
    panel = axes[0, 0]
    numbers = []
    for world, values in kl.items():
        networks = percentiles(values)
        style.band(panel, step, networks.low, networks.high, COLORS[world])
        panel.plot(
            step, networks.median, color=COLORS[world], marker=MARKERS[world], markersize=3.5, label=f"{world} coins"
        )
        early, late = (percentiles(part.sum(axis=1)) for part in (values[:, :trained_steps], values[:, trained_steps:]))
        numbers.append(
            {
                "world": world,
                f"flips 1-{trained_steps}": said(early),
                f"flips {trained_steps + 1}-{len(step)}": said(late),
            }
        )
    panel.axvspan(trained_steps + 0.5, step[-1] + 0.5, color=style.GREY, alpha=0.12, linewidth=0)
    panel.annotate("never trained on", (trained_steps + 1, 1), xycoords=("data", "axes fraction"), va="top", fontsize=9)
    panel.set(xlabel="flip", ylabel="KL from Bayes, nats", yscale="log", xlim=(0.5, step[-1] + 0.5))
    panel.legend(loc="lower right")
    columns = list(numbers[0])
    alt = "KL divergence from Bayes at each flip. " + " ".join(
        f"On {row['world']} coins it sums to {row[columns[1]].split()[0]} nats over the {trained_steps} flips of "
        f"training episodes and to {row[columns[2]].split()[0]} over the {len(step) - trained_steps} flips after them."
        for row in numbers
    )
    return style.picture(figure, alt, numbers)
