"""Pictures of networks that grew up in one-armed worlds: how often they pull and from where on, which of two theories
they follow, whether a crowd of them falls into classes, and what they are like inside.

Source: Lange and Sprekeler 2020, figures 1 (right), 2 (bottom), 3 and 9. Its figure 2 has one theory only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, Real
from matplotlib.colors import LogNorm
from matplotlib.ticker import MaxNLocator

from experiments.one_armed.claims_networks import Grown
from experiments.one_armed.figures import APART, NOISE, finish_maps, label_maps, map_panel
from lib.optimal.phase_diagram import PhaseDiagram
from lib.plotting import layout, style
from lib.plotting.grammar import curve, heat
from lib.plotting.looks import AMOUNT, FIXED, OPTIMUM, SERIES, TRAINED, Look
from lib.plotting.style import Picture, Table, in_style, number, said, told
from lib.probes.bimodality import Classes
from lib.probes.state_geometry import shared

Array = np.ndarray
OF_NETWORKS = "pulls of an arm that pays −1"
RULES = {"adaptive optimum": OPTIMUM, "fixed rule": FIXED}
STATISTICS = {"mean": Look(style.GREY, dash=":"), "spread": Look(style.BLUE), "change": Look(style.ORANGE, dash="--")}


@in_style
def maps(each: Sequence[Grown], some: float) -> Picture:
    """How often networks pull over worlds, a map for each lifetime; below it what the adaptive optimum does. Both edges
    are drawn on all. Where nothing is explored the page shows through.

    Args:
        some: pulls from which on a network explores.
    """
    figure, axes = style.panels(2, len(each), 7.4, 5.2, sharex=True, sharey=True)
    norm = LogNorm(some, max(1.0, *(float(max(own.pulls.max(), own.theory.pulls.max())) for own in each)))
    numbers = []
    for own, (above, below) in zip(each, axes.T, strict=True):
        map_panel(above, own.pulls, own.theory, norm, some)
        map_panel(below, own.theory.pulls, own.theory, norm)
        numbers.append(
            {
                "lifetime": str(own.lifetime),
                "worlds": str(own.pulls.size),
                "networks explore in": share(own.explores),
                "adaptive optimum in": share(own.adaptive),
                "fixed rule in": share(own.fixed),
                "networks as the adaptive optimum": share(own.explores == own.adaptive),
                "as the fixed rule": share(own.explores == own.fixed),
                "rank correlation": f"{own.alike:.2f}" if np.isfinite(own.alike) else "-",
            }
        )
    finish_maps(figure, axes, norm, OF_NETWORKS)
    label_maps(axes, [own.lifetime for own in each], "networks")
    alt = (
        "Maps of worlds, with the noise of rewards to the right and the difference between arms upwards: above, how "
        "often networks pull an arm that pays less than nothing; below, the adaptive optimum. "
    ) + told(
        numbers,
        "Lifetime {lifetime}: networks explore in {networks explore in} of worlds, the adaptive optimum in {adaptive "
        "optimum in}, the fixed rule in {fixed rule in}; networks do as the first in {networks as the adaptive "
        "optimum}, as the second in {as the fixed rule}.",
    )
    return style.picture(figure, alt, numbers)


@in_style
def edges(each: Sequence[Grown]) -> Picture:
    """From which sigma_p on exploring begins, against the noise, for each lifetime: networks, and both theories."""
    figure, (networks, theory) = layout.row(2, 7.4, 3.4, sharex=True, sharey=True)
    begin, names = "networks begin at, median over noise", {}
    numbers = Table("lifetime", begin, "networks never begin in", "adaptive edge, median", "fixed edge, median")
    for own, look in zip(each, SERIES, strict=False):
        seen = np.isfinite(own.edge)
        curve(networks, own.theory.sigma_l[seen], own.edge[seen], look)
        every = max(1, len(own.theory.along) // 6)
        for line, drawn in ((own.theory.edge_fixed, look.of(FIXED)), (own.theory.edge, look.of(OPTIMUM))):
            curve(theory, own.theory.along, line, drawn, markevery=every)
        names[f"lifetime {own.lifetime}"] = look
        middle = float(np.median(own.edge))
        numbers.row(
            str(own.lifetime),
            f"{middle:.2f}" if np.isfinite(middle) else "never",
            f"{(~seen).sum()} of {seen.size} columns",
            f"{np.median(own.theory.edge):.2f}",
            f"{np.median(own.theory.edge_fixed):.2f}",
        )
    networks.set(title="networks", xlabel=NOISE, ylabel=APART, ylim=(0, None))
    theory.set(title="theory", xlabel=NOISE)
    layout.legend(figure, names | RULES)
    alt = (
        "How much arms must differ for exploring to begin, against the noise of rewards; left networks, right both "
        "theories, for each lifetime. "
    ) + told(
        numbers,
        f"Lifetime {{lifetime}}, median over noise: networks {{{begin}}}, adaptive optimum {{adaptive edge, median}}, "
        "fixed rule {fixed edge, median}.",
    )
    return style.picture(figure, alt, numbers)


@in_style
def training(
    episodes_seen: Sequence[int],
    pulls: Float[Array, "moment lifetime row column"],
    theory: Sequence[PhaseDiagram],
    some: float,
) -> Picture:
    """Maps of networks at some moments of training: a row for each lifetime, early to the left.

    Args:
        episodes_seen: at each moment.
        pulls: of the median network of each world.
        theory: for each lifetime.
        some: pulls from which on a network explores.
    """
    figure, axes = style.panels(len(theory), len(episodes_seen), 7.4, 1.5 * len(theory) + 0.8, sharex=True, sharey=True)
    norm, numbers = (
        LogNorm(some, max(1.0, float(pulls.max()))),
        Table(
            "episodes seen",
            "lifetime",
            "share of steps pulled, least to most",
            "explore in",
            "as the adaptive optimum in",
        ),
    )
    for column, seen, moment in zip(axes.T, episodes_seen, pulls, strict=True):
        for panel, own, each in zip(column, moment, theory, strict=True):
            map_panel(panel, own, each, norm, some)
            of_steps = own / each.lifetime
            numbers.row(
                f"{seen:,}",
                str(each.lifetime),
                f"{of_steps.min():.0%} to {of_steps.max():.0%}",
                share(own > some),
                share((own > some) == (each.earns > 0)),
            )
    names = [f"T = {each.lifetime}\n" + r"$\sigma_p$" for each in theory]
    titles = ["untrained" if seen == 0 else f"{seen:,}" for seen in episodes_seen]
    layout.label(axes, r"$\sigma_l$", names, titles, fontsize=10)
    finish_maps(figure, axes, norm, OF_NETWORKS)
    alt = "Maps of how often networks pull, before, during and after training. " + " ".join(
        f"Lifetime {row['lifetime']}: untrained networks pull in {row['share of steps pulled, least to most']} of "
        f"steps; they explore or not as the adaptive optimum does in {row['as the adaptive optimum in']} of worlds, "
        f"and in {end['as the adaptive optimum in']} after training."
        for row, end in zip(numbers[: len(theory)], numbers[-len(theory) :], strict=True)
    )
    return style.picture(figure, alt, numbers)


@in_style
def sides(each: Sequence[Grown]) -> Picture:
    """Where the two theories disagree, what networks earn against what the adaptive optimum earns: a mark for each such
    world, hollow if its network does not explore. The fixed rule earns nothing there. Left, in how many worlds
    networks do as either theory says.
    """
    figure, (agree, earn) = layout.row(2, 7.4, 3.6, width_ratios=(2, 3))
    most, numbers, names = 0.0, [], {}
    for place, (own, look) in enumerate(zip(each, SERIES, strict=False)):
        marks = names[f"lifetime {own.lifetime}"] = look.scattered
        disputed = own.adaptive & ~own.fixed
        for rule, shown, aside in ((own.adaptive, marks, -0.15), (own.fixed, marks.hollow, 0.15)):
            agree.plot(place + aside, float((own.explores == rule).mean()), **shown.drawn, markersize=8)
        best, got, does = own.theory.earns[disputed], own.earned[disputed], own.explores[disputed]
        for those, shown in ((does, marks), (~does, marks.hollow)):
            curve(earn, best[those], got[those], shown, markersize=5)
        most = max(most, *best, *got, 0.1)
        numbers.append(
            {
                "lifetime": str(own.lifetime),
                "as the adaptive optimum": share(own.explores == own.adaptive),
                "as the fixed rule": share(own.explores == own.fixed),
                "worlds in which they disagree": str(int(disputed.sum())),
                "networks explore there": share(does),
                "earn of the adaptive optimum there": f"{got.sum() / best.sum():.0%}" if best.size else "-",
                "earn more than the fixed rule there": share(got > 0),
            }
        )
    agree.set(ylabel="share of worlds", ylim=(0, 1.05), xlim=(-0.5, len(each) - 0.5), xlabel="lifetime")
    agree.set_title("networks do as", pad=8)
    agree.set_xticks(range(len(each)), [str(own.lifetime) for own in each])
    grey = Look(style.GREY, "o", "")
    for look, name in ((grey, "adaptive optimum"), (grey.hollow, "fixed rule")):
        agree.plot([], [], label=name, **look.drawn)
    agree.legend(fontsize=9, loc="lower left")
    curve(earn, [0, most], np.array([0, most]), OPTIMUM)
    layout.bound(earn, 0, look=FIXED)
    earn.set(xlabel="adaptive optimum earns, reward in a life", ylabel="network earns")
    earn.set_title("where the theories disagree", pad=8)
    layout.legend(figure, names | RULES)
    alt = "Which of two theories networks follow. " + told(
        numbers,
        "Lifetime {lifetime}: as the adaptive optimum in {as the adaptive optimum} of worlds, as the fixed rule in {as "
        "the fixed rule}; where the two disagree, in {worlds in which they disagree} worlds, {networks explore there} "
        "explore, and they earn {earn of the adaptive optimum there} of the adaptive optimum.",
    )
    return style.picture(figure, alt, numbers)


@dataclass(frozen=True)
class Crowd:
    """Many networks of one world.

    Attributes:
        world: where it is.
        sigma_p: how much arms differ there.
        pulls: of each network.
        found: the crowd as two classes.
        two: whether the rule says that these are two.
        optimum: how often the adaptive optimum pulls.
    """

    world: str
    sigma_p: float
    pulls: Float[Array, " network"]
    found: Classes
    two: bool
    optimum: float


@in_style
def crowds(worlds: Sequence[Crowd], some: float) -> Picture:
    """How many networks of each world pull how often; in how many classes they fall, and where the classes are.

    Args:
        some: pulls from which on a network explores.
    """
    figure, axes = style.panels(len(worlds), 1, 7.4, 1.7 * len(worlds) + 0.7, sharex=True)
    bins = np.linspace(0, max(1.0, *(max(float(each.pulls.max()), each.optimum) for each in worlds)), 41)
    diamond, numbers = Look(style.ORANGE, "D", ""), []
    for panel, each in zip(axes.flat, worlds, strict=True):
        found = each.found
        panel.hist(each.pulls, bins, color=TRAINED.color)
        layout.optimum(panel, x=each.optimum)
        panel.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        count = "two classes" if each.two else "one class"
        panel.set_title(f"{each.world}, σₚ = {each.sigma_p:.2f}: {count}", fontsize=10)
        if each.two:
            curve(panel, found.means, np.full(2, 0.9 * panel.get_ylim()[1]), diamond, markersize=7)
        numbers.append(
            {
                "world": each.world,
                "networks": str(len(each.pulls)),
                "pulls, median (5-95%)": said(each.pulls),
                "do not explore": share(each.pulls <= some),
                "adaptive optimum pulls": number(each.optimum),
                "classes": "2" if each.two else "1",
                "at": " and ".join(number(max(mean, 0.0)) for mean in found.means) if each.two else "-",
                "with": " and ".join(f"{part:.0%}" for part in found.shares) if each.two else "-",
                "evidence for two": f"{found.evidence:.0f}",
                "deviations apart": f"{found.separation:.1f}",
            }
        )
    layout.label(axes, OF_NETWORKS, "networks")
    layout.legend(figure, {"adaptive optimum": OPTIMUM, "mean of a class, if two": diamond})
    alt = (
        "How often the networks of a crowd pull an arm that pays -1, in worlds that differ in sigma_p alone. "
        + " ".join(
            f"{row['world']}: {row['classes']} {'class' if row['classes'] == '1' else 'classes'} of {row['networks']} "
            f"networks, {row['do not explore']} of which do not explore; median "
            f"{row['pulls, median (5-95%)'].split()[0]} pulls, the adaptive optimum {row['adaptive optimum pulls']}."
            for row in numbers
        )
    )
    return style.picture(figure, alt, numbers)


@dataclass(frozen=True)
class Inside:
    """What was seen inside the networks of one world, with arms of either sign.

    Attributes:
        world: its name.
        entropy: of the choice at each step, nats.
        statistics: `mean`, `spread` and `change` of hidden units at each step.
        density: share of the states of one network that is in each cell of their principal plane.
    """

    world: str
    entropy: Float[Array, "run mu step"]
    statistics: Mapping[str, Float[Array, "run mu step"]]
    density: Float[Array, "mu row column"]


@in_style
def dynamics(worlds: Sequence[Inside], mu: Sequence[float]) -> Picture:
    """Entropy, statistics of hidden units, and where the states of one network are: a column for each world and sign.

    Args:
        mu: what the unknown arm pays, for each sign.
    """
    columns = [(each, sign, f"{pays:g}".replace("-", "−")) for each in worlds for sign, pays in enumerate(mu)]
    figure, axes = style.panels(3, len(columns), 7.4, 6.4)
    steps = np.arange(1, worlds[0].entropy.shape[2] + 1)
    every = np.concatenate([values.ravel() for each in worlds for values in each.statistics.values()])
    numbers, found = [], []
    for (each, sign, pays), (entropy, units, plane) in zip(columns, axes.T, strict=True):
        own = curve(entropy, steps, each.entropy[:, sign], Look(style.PURPLE))
        entropy.set_title(f"{each.world}\nμ = {pays}", fontsize=10)
        entropy.set(ylim=(-0.02, 0.72))
        statistics = {name: each.statistics[name][:, sign] for name in STATISTICS}
        for name, look in STATISTICS.items():
            curve(units, steps, statistics[name], look)
        units.set(ylim=(min(float(every.min()), 0) - 0.02, 1.05 * float(every.max())), xlabel="step")
        shown = np.ma.masked_equal(each.density, 0)
        heat(plane, shown[sign], AMOUNT, LogNorm(float(shown.min()), float(shown.max())))
        plane.set(xticks=[], yticks=[], xlabel="component 1")
        numbers.append(
            {
                "world": each.world,
                "μ": pays,
                "entropy at first, nats": said(each.entropy[:, sign, 0]),
                "entropy at last": said(each.entropy[:, sign, -1]),
                **{f"{name} at last": said(values[:, -1]) for name, values in statistics.items()},
                "shared with the other sign": f"{shared(*each.density):.0%}",
            }
        )
        found.append(
            f"{each.world}, mu = {pays}: entropy from {own.median[0]:.2f} to {own.median[-1]:.2f} nats, spread of "
            f"hidden units over lives at the end {np.median(statistics['spread'][:, -1]):.2f}."
        )
    layout.label(axes, y=("entropy, nats", "hidden units", "component 2"))
    for panel in axes[:2, 1:].flat:
        panel.set_yticklabels([])
    layout.legend(figure, STATISTICS)
    alt = (
        "Entropy of choices and statistics of hidden units at each step, and where states are on a plane. "
        f"{' '.join(found)} On the plane, lives of both signs share "
        f"{told(numbers[:: len(mu)], '{shared with the other sign} ({world})', ', ')} of where they are."
    )
    return style.picture(figure, alt, numbers)


@in_style
def places(
    counts: Mapping[str, Int[Array, "run cloud"]],
    clouds: Sequence[str],
    silhouettes: Mapping[str, Float[Array, "run cloud"]],
    strong: float,
) -> Picture:
    """In how many places the end states of each network gather: a panel for each cloud of states, a mark for each
    network.

    Args:
        counts: of each network, by world.
        clouds: names of the clouds.
        silhouettes: of the best way to cut each cloud, by world.
        strong: below this there is one place.
    """
    figure, axes = layout.row(len(clouds), 7.4, 3.0, sharex=True, sharey=True)
    numbers = []
    most = max(2, *(int(each.max()) for each in counts.values()))
    for place, (cloud, panel) in enumerate(zip(clouds, axes, strict=True)):
        for (world, count), look, aside in zip(counts.items(), SERIES, (-0.12, 0.12), strict=False):
            own, runs = silhouettes[world][:, place], len(count)
            along = count[:, place] + aside + np.linspace(-0.08, 0.08, runs)
            curve(panel, own, along, look.scattered, world, markersize=5)
            gather = {f"{n} place{'s' * (n > 1)}": str(int((count[:, place] == n).sum())) for n in range(1, most + 1)}
            row = {"states": cloud, "world": world, "networks": str(runs), **gather}
            numbers.append(row | {"silhouette": said(own)})
        layout.bound(panel, x=strong)
        panel.set(title=cloud, xlabel="silhouette", xlim=(-0.05, 1.05), xticks=[0, 0.5, 1])
        panel.set_yticks(range(1, most + 1))
    axes[0].set_ylabel("places")
    layout.legend(figure, axes[0])
    alt = "In how many places the states of networks gather. " + " ".join(
        f"{row['states']}, {row['world']}: "
        + ", ".join(f"{n} {row[n]} of {row['networks']}" for n in row if n[0].isdigit() and row[n] != "0")
        + "."
        for row in numbers
    )
    return style.picture(figure, alt, numbers)


@in_style
def on_the_way(
    episodes_seen: Real[Array, " checkpoint"],
    entropy: Mapping[str, Float[Array, "run checkpoint"]],
    pulls: Mapping[str, Float[Array, "run checkpoint"]],
    price: tuple[Float[Array, " checkpoint"], Float[Array, " checkpoint"]],
) -> Picture:
    """Entropy of choices and pulls over training, and what the price that is paid for entropy would make of one who
    knows that the arm pays -1.

    Args:
        episodes_seen: at each checkpoint.
        entropy: nats, mean over a life, by world.
        pulls: of an arm that pays -1, in a life, by world.
        price: entropy and pulls of that one.
    """
    figure, axes = layout.row(2, 7.4, 3.4)
    for panel, values, alone in zip(axes, (entropy, pulls), price, strict=True):
        x = layout.over_training(panel, episodes_seen)
        for (world, networks), look in zip(values.items(), SERIES, strict=False):
            curve(panel, x, networks, look, world)
        curve(panel, x, alone, OPTIMUM, "the price of certainty alone")
        panel.set(ylim=(0, None))
    axes[0].set_ylabel("entropy of a choice, nats")
    axes[1].set_ylabel(OF_NETWORKS)
    layout.legend(figure, axes[0])
    numbers = [
        {
            "episodes seen": f"{episodes_seen[m]:,.0f}",
            **{f"entropy, {world}": said(each[:, m]) for world, each in entropy.items()},
            "by price alone": number(price[0][m]),
            **{f"pulls, {world}": said(each[:, m]) for world, each in pulls.items()},
            "by price alone ": number(price[1][m]),
        }
        for m in range(len(episodes_seen))
    ]
    ends = "; ".join(
        f"{world}: entropy of a choice goes from {np.median(each[:, 0]):.2f} to {np.median(each[:, -1]):.2f} nats, "
        f"pulls from {np.median(pulls[world][:, 0]):.0f} to {np.median(pulls[world][:, -1]):.1f}"
        for world, each in entropy.items()
    )
    alt = (
        f"Over training, {ends}. One who knows what the arm pays, and is paid for entropy as the networks are, goes "
        f"from {price[1][0]:.0f} pulls to {price[1][-1]:.1f}."
    )
    return style.picture(figure, alt, numbers)


def share(holds: Array) -> str:
    """A share in percent, or a dash if there is nothing to share.

    >>> share(np.array([True, False])), share(np.array([]))
    ('50%', '-')
    """
    return f"{holds.mean():.0%}" if holds.size else "-"
