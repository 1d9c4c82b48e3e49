"""Pictures of how players of bandits come to play as the optimum does."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float, Real
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from lib.plotting import style
from lib.plotting.families import FAMILIES, dash
from lib.plotting.looks import TRAINING
from lib.plotting.style import Picture, first_number, in_style, number, said
from lib.probes.quantiles import percentiles


@in_style
def within_episode(
    episodes_seen: Real[np.ndarray, " checkpoint"], missed: Float[np.ndarray, "checkpoint step"], threshold: float
) -> Picture:
    """Reward that one player misses against the optimum at each step of an episode, from untrained to trained."""
    figure, axes = style.panels(1, 1, 6.6, 3.6)
    panel = axes[0, 0]
    steps, moments = np.arange(1, missed.shape[1] + 1), len(missed)
    for line, color in zip(missed, TRAINING(np.linspace(0, 1, moments)), strict=True):
        panel.plot(steps, line, color=color, linewidth=1.3)
    panel.axhline(0, color=style.INK, linewidth=0.8)
    panel.axhline(threshold, color=style.INK, linestyle=":", linewidth=1)
    panel.set(xlabel="step of the episode", ylabel="reward missed", xticks=[1, 5, 10, 15, 20])
    marks = np.linspace(0, moments - 1, 5).round().astype(int)
    bar = figure.colorbar(
        ScalarMappable(Normalize(0, moments - 1), TRAINING),
        ax=panel,
        label="episodes seen in training",
        ticks=marks,
    )
    bar.ax.set_yticklabels([_seen(episodes_seen[mark]) for mark in marks])
    bar.outline.set_visible(False)
    shown = np.unique([*range(0, moments, 6), moments - 1])
    numbers = [
        {
            "episodes seen": f"{episodes_seen[moment]:,.0f}",
            **{f"step {step}": f"{missed[moment, step - 1]:.3f}" for step in (1, 2, 5, 10, 20)},
        }
        for moment in shown
    ]
    alt = (
        f"Reward that a player misses against the optimum at each step of an episode, a line for each of {moments} "
        f"moments of training. The untrained network misses {missed[0, 1]:.3f} at the second step and "
        f"{missed[0, -1]:.3f} at the last; the trained one {missed[-1, 1]:.3f} and {missed[-1, -1]:.3f}."
    )
    return style.picture(figure, alt, numbers)


@in_style
def staggered(families: Mapping[str, str], times: Float[np.ndarray, "task run step"], longest: float) -> Picture:
    """When each step of an episode is learned, from the second on: a panel for each family, a line for each bandit."""
    names = list(dict.fromkeys(families.values()))
    figure, axes = style.panels(1, len(names), 7.2, 3.6, sharey=True)
    steps = np.arange(2, times.shape[-1] + 2)
    numbers = []
    for (task, family), own in zip(families.items(), times, strict=True):
        look, panel, networks = FAMILIES[family], axes[0, names.index(family)], percentiles(own)
        style.band(panel, steps, networks.low, networks.high, look.color)
        panel.plot(steps, networks.median, dash(task, families), color=look.color, label=task)
        numbers.append(
            {
                "bandit": task,
                "first step learned": f"{steps[np.argmin(networks.median)]}",
                "after": f"{networks.median.min():,.0f}",
                "last step learned": f"{steps[np.argmax(networks.median)]}",
                "after ": f"{networks.median.max():,.0f}",
                "latest / earliest, median (5-95%)": said(percentiles(own.max(axis=1) / own.min(axis=1))),
            }
        )
    for family, panel in zip(names, axes[0], strict=True):
        panel.axhline(longest, color=style.GREY, linestyle=":", linewidth=1)
        panel.set(title=family, yscale="log", xlabel="step of the episode", xticks=[2, 5, 10, 15, 20])
    plain_numbers(axes[0, 0])
    axes[0, 0].set_ylabel("episodes until learned")
    figure.legend(loc="outside lower center", ncols=len(families), fontsize=9)
    alt = (
        "Episodes of training until each step of an episode is learned, from the second on. "
        + " ".join(
            f"{row['bandit']}: first step {row['first step learned']} after {row['after']}, last step "
            f"{row['last step learned']} after {row['after ']}."
            for row in numbers
        )
        + " The last step learned takes "
        + ", ".join(f"{first_number(row[list(row)[-1]]):,g} times ({row['bandit']})" for row in numbers)
        + " as many as the first."
    )
    return style.picture(figure, alt, numbers)


@in_style
def hesitation(
    episodes_seen: Real[np.ndarray, " checkpoint"],
    short: Float[np.ndarray, "run checkpoint"],
    allowed: Float[np.ndarray, " checkpoint"],
    missed: Mapping[str, tuple[Float[np.ndarray, " step"], Float[np.ndarray, " step"]]],
) -> Picture:
    """Players in training against the best that there is while randomness is paid: over training, and step by step.

    Args:
        episodes_seen: at each checkpoint.
        short: of the optimum, reward an episode.
        allowed: the same of the best while randomness is paid as it is at that checkpoint.
        missed: reward missed at each step at some moments, by the median player and by that best, from early to late.
    """
    figure, axes = style.panels(1, 2, 7.4, 3.6)
    left, right = axes[0]
    first = episodes_seen[1] / 3
    x, networks, look = np.where(episodes_seen == 0, first, episodes_seen), percentiles(short), FAMILIES["Bernoulli"]
    style.band(left, x, networks.low, networks.high, look.color)
    left.plot(x, networks.median, look.marker + "-", color=look.color, markersize=4, label="players, all along")
    left.plot(x, allowed, "--", color=style.INK, linewidth=1.3, label="the best while randomness is paid")
    left.set(xscale="log", xlabel="episodes seen in training", ylabel="short of the optimum, reward an episode")
    _episodes_below(left, first, x[-1])
    colors = TRAINING(np.linspace(0.4, 1, len(missed)))
    for (name, (players, best)), color, marker in zip(missed.items(), colors, ("o", "s", "^", "D"), strict=False):
        steps = np.arange(1, len(players) + 1)
        right.plot(steps, best, "--", color=style.INK, linewidth=1.1)
        right.plot(steps, players, marker, color=color, markersize=4, label=name)
    right.set(xlabel="step of the episode", ylabel="reward missed", xticks=[1, 5, 10, 15, 20])
    figure.legend(loc="outside lower center", ncols=3, fontsize=9)
    numbers = [
        {
            "episodes seen": f"{seen:,.0f}",
            "players short by, median (5-95%)": said(percentiles(own)),
            "the best while randomness is paid": f"{best:.3f}",
        }
        for seen, own, best in zip(episodes_seen[::3], short.T[::3], allowed[::3], strict=True)
    ]
    late = episodes_seen >= episodes_seen[-1] / 10
    apart = np.abs(networks.median - allowed)[late].max()
    alt = (
        f"Left: shortfall of players over training, from {networks.median[0]:.2f} to {networks.median[-1]:.3f} reward "
        f"an episode, and of the best player while randomness is paid, from {allowed[0]:.2f} to {allowed[-1]:.3f}. "
        f"After a tenth of training the two are never more than {apart:.2f} apart. Right: reward missed at each "
        f"step, at {len(missed)} moments; marks for players, near dashed lines for that best."
    )
    return style.picture(figure, alt, numbers)


@in_style
def returns(
    episodes_seen: Real[np.ndarray, " checkpoint"],
    families: Mapping[str, str],
    earned: Float[np.ndarray, "task run checkpoint"],
    optimum: Float[np.ndarray, " task"],
    untrained: Float[np.ndarray, "task run"],
    trained: Float[np.ndarray, "task run"],
) -> Picture:
    """Training curves: expected return against episodes seen, and that of the optimum; a panel for each bandit.

    Args:
        episodes_seen: at each checkpoint.
        families: of the rewards, by bandit.
        earned: on the way, reward an episode.
        optimum: what it earns.
        untrained: by how much each network falls short of that before training, measured on more episodes.
        trained: the same at the end.
    """
    figure, axes = style.panels(2, 2, 7.2, 5.0, sharex=True)
    first = episodes_seen[1] / 3
    x = np.where(episodes_seen == 0, first, episodes_seen)
    numbers = []
    for place, ((task, family), panel) in enumerate(zip(families.items(), axes.flat, strict=True)):
        look, networks, best = FAMILIES[family], percentiles(earned[place]), float(optimum[place])
        style.band(panel, x, networks.low, networks.high, look.color)
        panel.plot(x, networks.median, color=look.color)
        panel.plot(x[::3], networks.median[::3], look.marker, color=look.color, markersize=4)
        panel.axhline(best, color=style.INK, linestyle="--", linewidth=1)
        panel.set(title=task, xscale="log")
        _episodes_below(panel, first, x[-1])
        before = float(np.median(untrained[place]))
        numbers.append(
            {
                "bandit": task,
                "optimum earns": f"{best:.2f}",
                "untrained, short by": number(before, 3),
                "trained, short by, median (5-95%)": said(percentiles(trained[place])),
                "of which is left": f"{np.median(trained[place]) / before:.1%}",
            }
        )
    for panel in axes[-1]:
        panel.set_xlabel("episodes seen in training")
    for panel in axes[:, 0]:
        panel.set_ylabel("reward an episode")
    alt = (
        f"Expected return against training episodes in {len(families)} bandits, each rising to a dashed line at the "
        "return of the optimum. "
        + " ".join(
            f"{row['bandit']}: the optimum earns {row['optimum earns']}; untrained networks are short of that by "
            f"{row['untrained, short by']}, trained ones by {row['trained, short by, median (5-95%)'].split()[0]}."
            for row in numbers
        )
    )
    return style.picture(figure, alt, numbers)


def plain_numbers(panel: Axes) -> None:
    """Numbers without powers of ten up a logarithmic axis, at 1, 2 and 5."""
    panel.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    panel.yaxis.set_minor_locator(NullLocator())


def _seen(episodes: float) -> str:
    return "none" if episodes == 0 else f"{episodes:,.0f}"


def _episodes_below(panel: Axes, first: float, last: float) -> None:
    """Powers of ten below a logarithmic axis that begins with untrained networks."""
    ticks = [10.0**power for power in range(2, int(np.log10(last)) + 1) if 10.0**power > 2 * first]
    panel.set_xticks([first, *ticks], [_seen(0), *map(_seen, ticks)])
    panel.minorticks_off()
