"""Pictures of coin predictors: what they say, how they come to say it, how far they are from Bayes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, Real
from matplotlib.axes import Axes

from lib.plotting import layout, style
from lib.plotting.grammar import curve, points
from lib.plotting.looks import OPTIMUM, SERIES, TRAINED, TRUTH, Look
from lib.plotting.style import Picture, Table, in_style, number, said, told
from lib.probes.quantiles import percentiles

Array = np.ndarray
WORLDS = dict(zip(("fair", "bent"), SERIES, strict=False))


@in_style
def worlds(grid: Float[Array, " p"], densities: Mapping[str, Array], coins: Mapping[str, Array]) -> Picture:
    """Where the coins of each world come from: the prior's density, and a handful of coins drawn from it."""
    figure, axes = layout.row(len(densities), 7.0, 2.3, sharey=True)
    numbers = Table("world", "coins drawn", "between 0.3 and 0.7")
    for panel, (world, density) in zip(axes, densities.items(), strict=True):
        color = WORLDS[world].color
        panel.fill_between(grid, density, color=color, alpha=0.25, linewidth=0)
        panel.plot(grid, density, color=color)
        panel.plot(coins[world], np.full(len(coins[world]), -0.35), "|", color=color, markersize=9)
        panel.set(title=f"{world} coins", xlabel="probability of heads", ylim=(-0.7, 5), xticks=[0, 0.5, 1], yticks=[])
        middle = np.mean((coins[world] > 0.3) & (coins[world] < 0.7))
        numbers.row(world, str(len(coins[world])), f"{middle:.0%}")
    axes[0].set_ylabel("density")
    alt = (
        "Densities of two priors over a coin's probability of heads. In the fair world they pile up around one half: "
        f"{numbers[0]['between 0.3 and 0.7']} of the coins drawn lie between 0.3 and 0.7. In the bent world they pile "
        f"up at zero and one: {numbers[1]['between 0.3 and 0.7']} do."
    )
    return style.picture(figure, alt, numbers)


@in_style
def tree(
    histories: Sequence[str],
    learned: Mapping[str, Float[Array, "run history"]],
    optimal: Mapping[str, Float[Array, " history"]],
) -> Picture:
    """What is said of heads after every history: Bayes as a lattice of counts, each history's networks as a mark."""
    figure, axes = layout.row(len(learned), 7.0, 3.7, sharey=True)
    x = np.array([len(history) for history in histories])
    numbers = Table("trained on", "at first", "after H", "Bayes after H", "largest distance, median (5-95%)")
    for panel, (world, networks) in zip(axes, learned.items(), strict=True):
        bayes = dict(zip(histories, optimal[world], strict=True))
        for history, p in bayes.items():
            for after in (history + flip for flip in "HT" if history + flip in bayes):
                curve(panel, [len(history), len(after)], np.array([p, bayes[after]]), OPTIMUM, linewidth=0.8)
        median = points(panel, x + _aside(histories), networks, WORLDS[world], upright=True, size=3.4).median
        panel.set(title=f"trained on {world} coins", xlabel="flips seen", xticks=range(max(x) + 1), ylim=(0, 1))
        worst = percentiles(np.abs(networks - optimal[world]).max(axis=1))
        numbers.row(
            f"{world} coins",
            f"{median[histories.index('')]:.3f}",
            f"{median[histories.index('H')]:.3f}",
            f"{bayes['H']:.3f}",
            f"{worst.median:.4f} ({worst.low:.4f}-{worst.high:.4f})",
        )
    axes[0].set_ylabel("predicted probability of heads")
    own = {f"networks of {world} coins, 5-95%": WORLDS[world] for world in learned}
    layout.legend(figure, {"Bayes": OPTIMUM, **own})
    sentence = "Networks trained on {trained on} start at {at first} and say {after H} after one head "
    alt = (
        "Predictions after every history of up to five flips. "
        + told(numbers, sentence + "(Bayes: {Bayes after H}).")
        + " After no history is the median network further from Bayes than "
        + told(numbers, "{largest distance, median (5-95%):first} ({trained on})", " and ")
    )
    return style.picture(figure, alt + ".", numbers)


def _aside(histories: Sequence[str]) -> Float[Array, " history"]:
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
    """One coin, flip by flip, as two predictors saw it.

    Attributes:
        title: of the panel.
        world: that the coin comes from.
        bias: its probability of heads.
        flips: 1 for heads, 0 for tails.
        learned: the network's probability of heads, before each flip.
        optimal: that of Bayes.
    """

    title: str
    world: str
    bias: float
    flips: Float[Array, " time"]
    learned: Float[Array, " time"]
    optimal: Float[Array, " time"]


@in_style
def episodes(rows: Sequence[Sequence[Episode]], trained_steps: int) -> Picture:
    """Episodes side by side: network solid, Bayes dashed, the coin's true bias as a band, flips as ticks."""
    figure, axes = style.panels(len(rows), len(rows[0]), 7.2, 2.1 * len(rows) + 0.4, sharex=True, sharey=True)
    numbers = Table("episode", "true bias", "network at the last flip", "Bayes at the last flip", "largest distance")
    for panel, episode in zip(axes.flat, [each for row in rows for each in row], strict=True):
        _episode(panel, episode, trained_steps)
        numbers.row(
            episode.title,
            f"{episode.bias:.3f}",
            f"{episode.learned[-1]:.3f}",
            f"{episode.optimal[-1]:.3f}",
            f"{np.abs(episode.learned - episode.optimal).max():.4f}",
        )
    layout.label(axes, "flip", "P(heads)")
    network = Look(TRAINED.color)
    layout.legend(figure, {"network": network, "Bayes": OPTIMUM, "the coin's true bias": Look(TRUTH, "s", "")})
    worst = max(float(row["largest distance"]) for row in numbers)
    alt = (
        f"{len(numbers)} episodes of {len(rows[0][0].flips)} flips. Beside the coin's true bias stand the network's "
        f"prediction and the Bayesian one; they are never more than {worst:.3f} apart."
    )
    return style.picture(figure, alt, numbers)


def _episode(panel: Axes, episode: Episode, trained_steps: int) -> None:
    look, time = WORLDS[episode.world], np.arange(1, len(episode.flips) + 1)
    panel.axhspan(episode.bias - 0.02, episode.bias + 0.02, color=TRUTH, alpha=0.35, linewidth=0)
    curve(panel, time, episode.learned, look, marker="", linewidth=1.8)
    curve(panel, time, episode.optimal, OPTIMUM, linewidth=1.3)
    for came, height in ((episode.flips > 0.5, 1.08), (episode.flips <= 0.5, -0.08)):
        panel.plot(time[came], np.full(came.sum(), height), "|", color=look.color, markersize=6)
    layout.end_of_training(panel, trained_steps)
    panel.set(title=episode.title, ylim=(-0.14, 1.14), yticks=[0, 0.5, 1], xticks=[1, 10, 20, 30])


@in_style
def convergence(
    episodes_seen: Real[Array, " checkpoint"],
    kl: Mapping[str, Float[Array, "run checkpoint"]],
    never_learns: Mapping[str, float],
) -> Picture:
    """KL from Bayes over an episode, against the episodes seen in training; untrained networks at the left."""
    figure, panel = layout.one(6.4, 3.5)
    x = layout.over_training(panel, episodes_seen)
    numbers = Table("world", "untrained", "trained, median (5-95%)", "episodes until below 0.01")
    for world, values in kl.items():
        color, never = WORLDS[world].color, never_learns[world]
        median = curve(panel, x, values, WORLDS[world], f"{world} coins").median
        panel.axhline(never, color=color, linestyle=":", linewidth=1.2)
        panel.annotate("says ½ for ever", (x[-1], never), ha="right", va="bottom", color=color, fontsize=9)
        numbers.row(
            world, number(median[0]), said(values[:, -1]), f"{episodes_seen[int(np.argmax(median < 0.01))]:,.0f}"
        )
    panel.set(yscale="log", ylabel="KL from Bayes, nats an episode")
    panel.legend(loc="lower left")
    alt = "KL divergence from Bayes against training episodes. " + " ".join(
        f"On {row['world']} coins it falls from {row['untrained']} to {row['trained, median (5-95%)'].split()[0]} nats "
        f"an episode, and is below 0.01 after {row['episodes until below 0.01']} episodes."
        for row in numbers
    )
    return style.picture(figure, alt, numbers)


@in_style
def wrong_prior(
    step: Int[Array, " time"],
    own: Mapping[str, Float[Array, "run time"]],
    other: Mapping[str, Float[Array, "run time"]],
    other_bayes: Mapping[str, Float[Array, " time"]],
    trained_steps: int,
) -> Picture:
    """What a wrong prior costs at each flip, in either world: networks from here, networks from the other world, and
    the Bayesian who holds the other world's prior. Nought is the Bayesian who is right.
    """
    figure, axes = layout.row(len(own), 7.2, 3.6, sharey=True)
    numbers = Table(
        "playing with", "Bayes with the wrong prior", "networks from the other world", "networks from this world"
    )
    for panel, world in zip(axes, own, strict=True):
        elsewhere = next(name for name in own if name != world)
        curve(panel, step, other[world], WORLDS[elsewhere], markersize=2.5)
        curve(panel, step, own[world], WORLDS[world], markersize=2.5)
        disagree = other_bayes[world] > 0  # before the first flip both Bayesians say one half
        curve(panel, step[disagree], other_bayes[world][disagree], OPTIMUM, linewidth=1.3)
        layout.end_of_training(panel, trained_steps)
        panel.set(title=f"playing with {world} coins", xlabel="flip", yscale="log", xticks=[1, 10, 20, 30])
        numbers.row(
            f"{world} coins",
            number(other_bayes[world][:trained_steps].sum()),
            said(other[world][:, :trained_steps].sum(axis=1)),
            number(np.median(own[world][:, :trained_steps].sum(axis=1))),
        )
    axes[0].set_ylabel("KL from the right Bayesian, nats")
    networks = {f"networks from {world} coins": WORLDS[world] for world in own}
    layout.legend(figure, {**networks, "Bayes, wrong prior": OPTIMUM})
    alt = "Loss at each flip from holding the wrong prior. " + told(
        numbers,
        f"Over {trained_steps} flips of {{playing with}}, Bayes with the wrong prior loses "
        "{Bayes with the wrong prior} nats and networks from the other world {networks from the other world:first}.",
    )
    return style.picture(figure, alt, numbers)


@in_style
def beyond(step: Int[Array, " time"], kl: Mapping[str, Float[Array, "run time"]], trained_steps: int) -> Picture:
    """KL from Bayes at each flip, through the end of the episodes that training knew and past it."""
    figure, panel = layout.one(6.4, 3.1)
    early, late = f"flips 1-{trained_steps}", f"flips {trained_steps + 1}-{len(step)}"
    numbers = []
    for world, values in kl.items():
        curve(panel, step, values, WORLDS[world], f"{world} coins", markersize=3.5)
        parts = {early: values[:, :trained_steps], late: values[:, trained_steps:]}
        numbers.append({"world": world} | {name: said(each.sum(axis=1)) for name, each in parts.items()})
    panel.axvspan(trained_steps + 0.5, step[-1] + 0.5, color=style.GREY, alpha=0.12, linewidth=0)
    panel.annotate("never trained on", (trained_steps + 1, 1), xycoords=("data", "axes fraction"), va="top", fontsize=9)
    panel.set(xlabel="flip", ylabel="KL from Bayes, nats", yscale="log", xlim=(0.5, step[-1] + 0.5))
    panel.legend(loc="lower right")
    alt = "KL divergence from Bayes at each flip. " + told(
        numbers,
        f"On {{world}} coins it sums to {{{early}:first}} nats over the {trained_steps} flips of training episodes and "
        f"to {{{late}:first}} over the {len(step) - trained_steps} flips after them.",
    )
    return style.picture(figure, alt, numbers)
