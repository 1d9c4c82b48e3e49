"""Pictures of networks of one-armed worlds of which there are several in each world, with seeds of their own; and of
those that cease to explore.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle

import numpy as np
from jaxtyping import Float, Int, Real
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from experiments.one_armed.claims_networks import SOME
from experiments.one_armed.claims_seeds import Seeds
from experiments.one_armed.figures import APART, NOISE
from experiments.one_armed.figures_networks import OF_NETWORKS
from lib.plotting import layout, style
from lib.plotting.grammar import curve, edge, heat
from lib.plotting.looks import AMOUNT, BOUND, FIXED, OPTIMUM, SERIES, Look
from lib.plotting.style import Picture, in_style, number, said, told

Array = np.ndarray
MANY, FEW = 10.0, 3.0  # pulls of a life: a network falls when it goes from more than the first to less than the second
OVER_TRAINING = {"pulled": "pulls of a life", "seen": "reward of a life", "gradient": "norm of the gradient"}


@in_style
def shares(each: Sequence[Seeds]) -> Picture:
    """The share of the networks of each world that explore, a map for each lifetime, with both edges of the theory."""
    figure, axes = layout.row(len(each), 7.4, 3.2, sharex=True, sharey=True)
    numbers = []
    for own, panel in zip(each, axes, strict=True):
        world = own.own.theory
        explore = (own.pulls > SOME).mean(axis=1)
        split = (explore > 0) & (explore < 1)
        shown = np.ma.masked_equal(explore.reshape(own.own.pulls.shape), 0)
        heat(panel, shown, AMOUNT, Normalize(0, 1), world.sigma_l, world.sigma_p)
        for line, look in ((world.edge_fixed, FIXED), (world.edge, OPTIMUM)):
            edge(panel, world.along, line, look)
        panel.set(title=f"lifetime {own.own.lifetime}", xlabel=NOISE)
        disputed = explore[own.disputed]
        numbers.append(
            {
                "lifetime": str(own.own.lifetime),
                "networks": f"{own.pulls.shape[1]} in each of {len(explore)} worlds",
                "all explore in": f"{(explore == 1).sum()} of {len(explore)}",
                "none in": f"{(explore == 0).sum()} of {len(explore)}",
                "some in": f"{split.sum()} of {len(explore)}",
                "as the adaptive optimum": f"{((own.pulls > SOME) == own.adaptive[:, None]).mean():.0%} of networks",
                "explore where the theories disagree": f"{disputed.mean():.0%}" if disputed.size else "no such world",
            }
        )
    axes[0].set_ylabel(APART)
    layout.bar(figure, axes, layout.scale(AMOUNT, 0, 1), "share that explores")
    layout.legend(figure, {"adaptive optimum": OPTIMUM, "fixed rule": FIXED})
    alt = "Share of the networks of each world that explore. " + told(
        numbers,
        "Lifetime {lifetime}: all explore in {all explore in} worlds, none in {none in}, some in {some in}; {as the "
        "adaptive optimum} do as the adaptive optimum.",
    )
    return style.picture(figure, alt, numbers)


@dataclass(frozen=True)
class Trace:
    """Networks of one recipe over training.

    Attributes:
        episodes: seen at each point.
        values: `pulled`, `seen` and `gradient` of each network.
    """

    episodes: Real[Array, " point"]
    values: Mapping[str, Float[Array, "run point"]]


def fall(pulled: Float[Array, " point"]) -> tuple[int, int] | None:
    """The point of a network's last spell of many pulls, and the next with few; None if it never falls for good.

    >>> fall(np.array([30.0, 28, 12, 5, 2, 1]))
    (2, 4)
    """
    many = np.flatnonzero(pulled > MANY)
    if not many.size or pulled[-1] >= FEW:
        return None
    after = np.flatnonzero(pulled[many[-1] :] < FEW)
    return int(many[-1]), int(many[-1] + after[0])


@in_style
def collapses(first: Trace, patient: Trace, seeds: Sequence[int] | Int[Array, " run"], every: int) -> Picture:
    """Networks that cease to explore, over training: pulls, reward and gradient of each, trained once more by the first
    recipe; and the medians and band of those by the patient recipe in the same world.

    Args:
        seeds: of the first.
        every: updates that a point of its trace stands for.
    """
    figure, axes = layout.row(3, 7.4, 3.4)
    numbers = []
    for (name, title), panel in zip(OVER_TRAINING.items(), axes, strict=True):
        for run, own in enumerate(first.values[name]):
            curve(panel, first.episodes / 1000, own, Look(style.ORANGE), None if run else "first recipe", linewidth=0.8)
        curve(panel, patient.episodes / 1000, patient.values[name], Look(SERIES[0].color), "patient recipe")
        panel.set(xlabel="thousand episodes")
        panel.set_title(title, fontsize=10)
    axes[2].set_yscale("log")
    layout.legend(figure, axes[0])
    for seed, pulled, seen, gradient in zip(
        seeds, first.values["pulled"], first.values["seen"], first.values["gradient"], strict=True
    ):
        fell = fall(pulled)
        row = {"seed": str(seed), "ends with pulls": number(pulled[-1])}
        if fell is None:
            numbers.append(row | {"falls": "not", "within updates": "-", "reward before": "-", "largest gradient": "-"})
            continue
        start, end = fell
        around = np.s_[max(start - 1, 0) : end + 2]
        numbers.append(
            row
            | {
                "falls": f"after {start * every:,} updates",
                "within updates": str((end - start) * every),
                "reward before": number(seen[max(start - 1, 0)]),
                "largest gradient": f"{gradient[around].max() / np.median(gradient):.0f} times its median",
            }
        )
    end = np.median(patient.values["pulled"][:, -1])
    fallen = [row for row in numbers if row["falls"] != "not"]
    alt = (
        f"Of {len(numbers)} networks trained once more by the first recipe {len(fallen)} fall from more than {MANY:g} "
        f"pulls to less than {FEW:g} and stay there: "
        + (told(fallen, "seed {seed} {falls}, within {within updates}", "; ") or "none")
        + f". By the patient recipe the median network ends with {end:.1f} pulls."
    )
    return style.picture(figure, alt, numbers)


@in_style
def trap(found: Mapping[str, Float[Array, " run"]], caught: float) -> Picture:
    """What networks earn, as a share of what the adaptive optimum earns: a row of marks for each crowd.

    Args:
        found: of each network of each crowd.
        caught: the share below which a network is caught.
    """
    figure = _strips(found, caught, 1.0, "earned, as a share of what the adaptive optimum earns")
    numbers = [
        {
            "networks": name,
            "how many": str(len(earned)),
            "caught": str(int((earned < caught).sum())),
            "share of the optimum": said(earned),
        }
        for name, earned in found.items()
    ]
    alt = "What networks earn, as a share of what the adaptive optimum earns. " + told(
        numbers, "{networks}: {caught} of {how many} are caught; the median earns {share of the optimum:first}."
    )
    return style.picture(figure, alt, numbers)


@in_style
def settings(found: Mapping[str, Float[Array, " run"]], some: float, optimum: float) -> Picture:
    """How often networks of one world pull an arm that pays -1: a row of marks for each recipe of training.

    Args:
        found: pulls of each network by each recipe.
        some: pulls from which on a network explores.
        optimum: how often the adaptive optimum pulls.
    """
    figure = _strips(found, some, optimum, OF_NETWORKS)
    numbers = [
        {
            "recipe": name,
            "networks": str(len(pulls)),
            "do not explore": f"{(pulls <= some).mean():.0%}",
            "the others pull": said(pulls[pulls > some]) if (pulls > some).any() else "-",
        }
        for name, pulls in found.items()
    ]
    alt = f"How often networks pull an arm that pays -1; the adaptive optimum {number(optimum)} times. " + told(
        numbers,
        "{recipe}: {do not explore} of {networks} do not explore, the others pull {the others pull:first} times.",
    )
    return style.picture(figure, alt, numbers)


def _strips(found: Mapping[str, Float[Array, " run"]], bound: float, optimum: float, what: str) -> Figure:
    """A row of marks for each crowd, one mark a network."""
    figure, panel = layout.one(7.4, 0.6 * len(found) + 1.1)
    for place, (values, look) in enumerate(zip(found.values(), cycle(SERIES), strict=False)):
        beside = place + 0.5 * (np.random.default_rng(0).random(len(values)) - 0.5)
        panel.plot(values, beside, **look.scattered.hollow.drawn, markersize=3.5)
    layout.bound(panel, x=bound, look=BOUND)
    layout.optimum(panel, x=optimum)
    layout.down(panel, found)
    panel.set(xlabel=what)
    return figure
