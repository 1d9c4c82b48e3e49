"""Pictures of how players of bandits come to play as the optimum does, and of what they are like inside."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float, Int, Real
from matplotlib.axes import Axes

from lib.plotting import convergence, layout, structure, style
from lib.plotting.grammar import cloud, curve, points
from lib.plotting.looks import FAMILIES, LOW_TO_HIGH, MARKERS, OPTIMUM, SERIES, TRAINED, TRAINING, UNTRAINED, Look
from lib.plotting.structure import Panel
from lib.plotting.style import Picture, Table, first_number, in_style, number, said, told
from lib.probes.quantiles import percentiles

Array = np.ndarray
SHORT = "short of the optimum,\nreward an episode"
# What is done, from which probability of the first arm to which, and the mark that says so beside the colour.
CHOICES = (("second arm", -0.01, 1 / 3, "^"), ("either", 1 / 3, 2 / 3, "s"), ("first arm", 2 / 3, 1.01, "o"))
# Networks by what they are and what they are fed, in the order in which they come.
CONDITIONS = (UNTRAINED, Look(style.PURPLE, "D", filled=False), TRAINED)


@in_style
def within_episode(
    episodes_seen: Real[Array, " checkpoint"], missed: Float[Array, "checkpoint step"], threshold: float
) -> Picture:
    """Reward that one player misses against the optimum at each step of an episode, from untrained to trained."""
    figure, panel = convergence.within(episodes_seen, missed)
    layout.optimum(panel, 0)
    layout.bound(panel, threshold)
    panel.set(ylabel="reward missed")
    moments = len(missed)
    numbers = [
        {
            "episodes seen": f"{episodes_seen[moment]:,.0f}",
            **{f"step {step}": f"{missed[moment, step - 1]:.3f}" for step in (1, 2, 5, 10, 20)},
        }
        for moment in np.unique([*range(0, moments, 6), moments - 1])
    ]
    alt = (
        f"Reward that a player misses against the optimum at each step of an episode, a line for each of {moments} "
        f"moments of training. The untrained network misses {missed[0, 1]:.3f} at the second step and "
        f"{missed[0, -1]:.3f} at the last; the trained one {missed[-1, 1]:.3f} and {missed[-1, -1]:.3f}."
    )
    return style.picture(figure, alt, numbers)


@in_style
def staggered(families: Mapping[str, str], times: Float[Array, "task run step"], longest: float) -> Picture:
    """When each step of an episode is learned, from the second on: a panel for each family, a line for each bandit."""
    names = list(dict.fromkeys(families.values()))
    figure, axes = layout.row(len(names), 7.2, 3.6, sharey=True)
    found = convergence.learned(dict(zip(names, axes, strict=True)), families, times, 2)
    numbers = [{"bandit": task} | row for task, row in zip(families, found, strict=True)]
    for panel in axes:
        panel.axhline(longest, color=style.GREY, linestyle=":", linewidth=1)
        panel.set(xlabel="step of the episode")
    layout.plainly(axes[0].yaxis, 2, 5)
    axes[0].set_ylabel("episodes until learned")
    layout.legend(figure, axes)
    sentence = "{bandit}: first step {first step learned} after {after}, last step {last step learned} after {after }."
    ratio = "latest / earliest, median (5-95%)"
    alt = (
        "Episodes of training until each step of an episode is learned, from the second on. "
        + told(numbers, sentence)
        + " The last step learned takes "
        + ", ".join(f"{first_number(row[ratio]):,g} times ({row['bandit']})" for row in numbers)
        + " as many as the first."
    )
    return style.picture(figure, alt, numbers)


@in_style
def hesitation(
    episodes_seen: Real[Array, " checkpoint"],
    short: Float[Array, "run checkpoint"],
    allowed: Float[Array, " checkpoint"],
    missed: Mapping[str, tuple[Float[Array, " step"], Float[Array, " step"]]],
) -> Picture:
    """Players in training against the best that there is while randomness is paid: over training, and step by step.

    Args:
        episodes_seen: at each checkpoint.
        short: of the optimum, reward an episode.
        allowed: the same of the best while randomness is paid as it is at that checkpoint.
        missed: reward missed at each step at some moments, by the median player and by that best, from early to late.
    """
    figure, (left, right) = layout.row(2, 7.4, 3.6)
    x = layout.over_training(left, episodes_seen)
    median = curve(left, x, short, FAMILIES["Bernoulli"], "players, all along").median
    curve(left, x, allowed, OPTIMUM, "the best while randomness is paid")
    left.set(ylabel=SHORT)
    colors = TRAINING(np.linspace(0.4, 1, len(missed)))
    for (name, (players, best)), color, marker in zip(missed.items(), colors, MARKERS, strict=False):
        steps = np.arange(1, len(players) + 1)
        curve(right, steps, best, OPTIMUM, linewidth=1.1)
        curve(right, steps, players, Look(color, marker, ""), name)
    right.set(xlabel="step of the episode", ylabel="reward missed", xticks=layout.IN_AN_EPISODE)
    figure.legend(loc="outside lower center", ncols=3, fontsize=9)
    numbers = [
        {
            "episodes seen": f"{seen:,.0f}",
            "players short by, median (5-95%)": said(own),
            "the best while randomness is paid": f"{best:.3f}",
        }
        for seen, own, best in zip(episodes_seen[::3], short.T[::3], allowed[::3], strict=True)
    ]
    late = episodes_seen >= episodes_seen[-1] / 10
    apart = np.abs(median - allowed)[late].max()
    alt = (
        f"Left: shortfall of players over training, from {median[0]:.2f} to {median[-1]:.3f} reward "
        f"an episode, and of the best player while randomness is paid, from {allowed[0]:.2f} to {allowed[-1]:.3f}. "
        f"After a tenth of training the two are never more than {apart:.2f} apart. Right: reward missed at each "
        f"step, at {len(missed)} moments; marks for players, near dashed lines for that best."
    )
    return style.picture(figure, alt, numbers)


@in_style
def returns(
    episodes_seen: Real[Array, " checkpoint"],
    families: Mapping[str, str],
    earned: Float[Array, "task run checkpoint"],
    optimum: Float[Array, " task"],
    untrained: Float[Array, "task run"],
    trained: Float[Array, "task run"],
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
    numbers = Table(
        "bandit", "optimum earns", "untrained, short by", "trained, short by, median (5-95%)", "of which is left"
    )
    for place, ((task, family), panel) in enumerate(zip(families.items(), axes.flat, strict=True)):
        best, before = float(optimum[place]), float(np.median(untrained[place]))
        x = layout.over_training(panel, episodes_seen)
        curve(panel, x, earned[place], FAMILIES[family], markevery=3)
        layout.optimum(panel, best)
        panel.set(title=task)
        numbers.row(
            task, f"{best:.2f}", number(before, 3), said(trained[place]), f"{np.median(trained[place]) / before:.1%}"
        )
    for panel in axes[0]:
        panel.set_xlabel("")
    layout.label(axes, y="reward an episode")
    alt = (
        f"Expected return against training episodes in {len(families)} bandits, each rising to a dashed line at the "
        "return of the optimum. "
    ) + told(
        numbers,
        "{bandit}: the optimum earns {optimum earns}; untrained networks are short of that by {untrained, short by}, "
        "trained ones by {trained, short by, median (5-95%):first}.",
    )
    return style.picture(figure, alt, numbers)


@in_style
def widths(width: Int[Array, " width"], short: Float[Array, "width run"], bound: float) -> Picture:
    """Final shortfall against the width of all layers, on the source's bandit; a mark for each network."""
    figure, panel = layout.one(6.4, 3.6)
    look, middle = FAMILIES["Bernoulli"], np.median(short, axis=1)
    curve(panel, width, middle, look, marker="")
    for own in short.T:
        curve(panel, width, own, look.scattered, alpha=0.75)
    layout.bound(panel, bound)
    layout.optimum(panel, 0)
    panel.set(xscale="log", xlabel="width N", ylabel=SHORT)
    panel.set_yscale("symlog", linthresh=0.01)
    layout.marks(panel.xaxis, width.tolist())
    layout.marks(panel.yaxis, [0, 0.01, 0.1, 1])
    panel.set_ylim(min(-0.002, 1.2 * float(short.min())), 1.5 * float(short.max()))
    numbers = [
        {
            "width": str(units),
            "short by, median": f"{median:.4f}",
            "least": f"{own.min():.4f}",
            "most": f"{own.max():.4f}",
        }
        for units, median, own in zip(width, middle, short, strict=True)
    ]
    alt = f"Shortfall at the end of training against width, {short.shape[1]} networks of each: "
    return style.picture(figure, alt + told(numbers, "{short by, median} with {width} units", ", ") + ".", numbers)


@in_style
def when_scarce(short: Mapping[str, Float[Array, " run"]], plenty: Float[Array, " run"]) -> Picture:
    """Final shortfall with few episodes, by how they were learned from; a line joins networks of one seed.

    Args:
        short: of each network, by way of learning.
        plenty: of the networks that had all episodes, for comparison.
    """
    figure, panel = layout.one(6.4, 3.6)
    together = np.array(list(short.values()))
    panel.plot(range(len(short)), together, color=style.GREY, linewidth=0.8, alpha=0.6)
    for place, (own, look) in enumerate(zip(together, SERIES[: len(short)], strict=True)):
        curve(panel, np.full(len(own), place), own, look.scattered, markersize=5)
        panel.hlines(np.median(own), place - 0.22, place + 0.22, color=look.color, linewidth=3)
    layout.bound(panel, float(np.median(plenty)))
    panel.set(ylabel=SHORT, yscale="log", xlim=(-0.5, len(short) - 0.5))
    layout.plainly(panel.yaxis, 2, 5)
    panel.set_xticks(range(len(short)), list(short))
    panel.grid(False, axis="x")
    ways = {**short, "all episodes, 1 pass": plenty}
    numbers = [{"way": way, "short by, median (5-95%)": said(own)} for way, own in ways.items()]
    medians = told(numbers, "{way}: {short by, median (5-95%):first}", "; ")
    alt = f"Shortfall at the end of training, a mark for each network. Medians: {medians} reward an episode."
    return style.picture(figure, alt, numbers)


def states(axes: Axes, panel: Panel) -> None:
    """States as marks: colour and form say which arm is pulled from there; a few episodes as lines."""
    first = panel.says.reshape(-1)
    for _, low, high, mark in CHOICES:
        chosen = (first > low) & (first <= high)
        cloud(axes, panel.places.reshape(-1, 2)[chosen], LOW_TO_HIGH(first[chosen]), mark, 9)
    structure.finish(axes, panel)


@in_style
def four_panels(panels: Sequence[Panel]) -> Picture:
    """The states of both machines, and each embedded in the other: Opt, RNN into Opt; Opt into RNN, RNN.

    What a panel says is the probability of the first of two arms.
    """
    figure, rows, errors = structure.two_by_two(panels, states, 6.8)
    arms = zip(CHOICES, LOW_TO_HIGH([0.0, 0.5, 1.0]), strict=True)
    layout.legend(figure, {name: Look(tuple(color), mark, "") for (name, _, _, mark), color in arms})
    numbers = []
    for row, panel in zip(rows, panels, strict=True):
        undecided = float(((panel.says > 1 / 3) & (panel.says <= 2 / 3)).mean())
        numbers.append({"panel": "", "states": "", "undecided": f"{undecided:.0%}"} | row)
    alt = "Four clouds of states, coloured by the arm that is pulled from there, with three episodes as lines: " + told(
        numbers, "{panel}, undecided in {undecided} of the states", "; "
    )
    return style.picture(figure, alt + errors, numbers)


@in_style
def dissimilarities(
    tasks: Sequence[str], values: Mapping[str, Mapping[str, Float[Array, "task run"]]], columns: int = 3
) -> Picture:
    """Dissimilarities, a panel each, of networks in three conditions, in every bandit.

    Args:
        tasks: names of the bandits.
        values: by title of the panel and name of the condition.
        columns: panels side by side.
    """
    conditions = list(next(iter(values.values())))
    figure, axes = style.panels(-(-len(values) // columns), columns, 7.6, 4.6, sharey=True)
    numbers = {(task, condition): {"task": task, "network": condition} for task in tasks for condition in conditions}
    spans = []
    for (title, by_condition), panel in zip(values.items(), axes.flat, strict=True):
        middles = {}
        for (condition, each), aside, look in zip(by_condition.items(), (-0.22, 0, 0.22), CONDITIONS, strict=True):
            points(panel, np.arange(len(tasks)) + aside, each.T, look)
            for task, own in zip(tasks, each, strict=True):
                numbers[task, condition][title] = said(own)
            middles[condition] = np.median(each, axis=1)
        ends = (f"{condition} {number(m.min())} to {number(m.max())}" for condition, m in middles.items())
        spans.append(f"{title}, {', '.join(ends)}")
        panel.set(xscale="log")
        panel.set_title(title, fontsize=9)
        _few_ticks(panel)
    layout.down(axes[0, 0], tasks)
    layout.legend(figure, dict(zip(conditions, CONDITIONS, strict=True)))
    alt = f"State and output dissimilarity in {len(tasks)} bandits. Medians over networks, lowest and highest bandit: "
    return style.picture(figure, alt + "; ".join(spans) + ".", list(numbers.values()))


def _few_ticks(panel: Axes) -> None:
    """Powers of ten below a panel, and three times these where there is room."""
    low, high = panel.get_xlim()
    layout.plainly(panel.xaxis, *((3.0,) if high < 50 * low else ()))
    panel.xaxis.set_tick_params(labelsize=8)


@in_style
def reservoir(
    forget: Float[Array, " forget"],
    errors: Float[Array, "forget run"],
    echoes: Mapping[str, Float[Array, " time"]],
    low: float,
) -> Picture:
    """Why an untrained network can be read: how long it echoes what it was told, and how well counts are read from it.

    Args:
        forget: what was added to the bias of the forget gate.
        errors: D_s of untrained networks, RNN to Opt.
        echoes: how far an input moves the last state, by how many steps ago it came, for each machine by its name: the
            untrained ones, the trained one, the optimum.
        low: the bound under which D_s is called low.
    """
    figure, (fading, reading) = layout.row(2, 7.6, 3.8)
    greys = [Look(style.GREY, marker, filled=False) for marker in MARKERS]
    looks = [*greys[: len(echoes) - 2], TRAINED, OPTIMUM][-len(echoes) :]
    for (name, each), look in zip(echoes.items(), looks, strict=True):
        curve(fading, np.arange(len(each)), each, look, name, markersize=3.5)
    longest = len(next(iter(echoes.values())))
    fading.set(yscale="log", ylim=(1e-4, 5), xlabel="steps ago", ylabel="echo of an input", xticks=range(0, longest, 6))
    fading.legend(fontsize=8, loc="lower left")
    networks = points(reading, forget, errors.T, UNTRAINED, upright=True)
    curve(reading, forget, networks.median, Look(UNTRAINED.color))
    layout.bound(reading, low)
    reading.annotate(" low", (0, low), xycoords=("axes fraction", "data"), ha="left", va="bottom", fontsize=9)
    reading.set(yscale="log", xlabel="added to the forget gate's bias", ylabel="$D_s$, untrained RNN to Opt")
    reading.set_xticks(forget)
    layout.plainly(reading.yaxis, 3.0)
    numbers = [{"forget gate's bias": f"+{bias:g}", "D_s": said(own)} for bias, own in zip(forget, errors, strict=True)]
    left = "; ".join(f"{name} {number(each[longest // 2])}" for name, each in echoes.items())
    alt = (
        f"Left: what is left, {longest // 2} steps later, of the echo of an input: {left}. Right: the error of reading "
        "counts from an untrained network falls with the bias of its forget gate: "
        + told(numbers, "{forget gate's bias}: {D_s:first}", "; ")
    )
    return style.picture(figure, alt + ".", numbers)


@in_style
def gallery(
    name: str,
    missed: Float[Array, "run checkpoint step"],
    places: Float[Array, "point 2"],
    moments: int,
    panels: Sequence[Panel],
    short: Float[Array, " run"],
) -> Picture:
    """One bandit in six panels: reward missed within an episode by the first network, the map of all policies, and the
    four panels of structure.

    Args:
        name: of the bandit.
        missed: reward a step that the optimum can expect and the network cannot, during training.
        places: of every network at every moment on the map, network by network, and of the optimum at the end.
        moments: on the map.
        panels: states of both players, and each embedded in the other.
        short: shortfall of each trained network, reward an episode.
    """
    figure, within, errors = structure.six(places, len(missed), moments, panels, "ten policies and the optimum", states)
    convergence.within_panel(within, missed[0])
    within.set(ylabel="reward missed")
    start, end = number(np.median(missed[:, 0].sum(axis=1))), percentiles(short)
    there, back = errors.values()
    alt = (
        f"The bandit {name} in six panels. The shortfall from the optimum goes from {start} to "
        f"{number(end.median)} reward an episode; {len(missed)} paths of training around the optimum; "
        f"states of the optimum and of the network, and each embedded in the other with errors of {there} and {back}."
    )
    found = {"bandit": name, "untrained": start, "trained, median (5-95%)": said(end), **errors}
    return style.picture(figure, alt, [found])
