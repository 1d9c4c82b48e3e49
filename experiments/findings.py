"""What surprised: findings that the sources do not have, each as a small picture and a sentence for the first page."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from matplotlib.colors import LogNorm

from experiments.bandits import claims_optima, specs
from experiments.one_armed.claims_networks import SOME, Grown, grown
from experiments.one_armed.figures import map_panel
from experiments.prediction.claims import episodes_seen
from lib.optimal.bandit_dp import optimum
from lib.optimal.entropy_regularised import entropy_regularised_optimum
from lib.plotting import layout, style
from lib.plotting.findings import Finding
from lib.plotting.grammar import curve
from lib.plotting.looks import FIXED, OPTIMUM, SERIES, TRAINED, UNTRAINED
from lib.plotting.style import Picture, Table, in_style, number, told
from lib.probes.benchmark import SOURCES_BANDIT, STEPS
from lib.runner import store

SIZE = (4.2, 2.9)  # inches of each picture
LOW = 0.1  # of what the constant map makes: below it D_s is called low


def found() -> list[Finding]:
    """All of them, from the results that ship."""
    return [
        adaptive_optimum(grown(store.load("exploration-map"))),
        blind_metric(store.load("bandit-power")),
        price_of_entropy(store.load("bandits")),
        forget_bias(store.load("bandit-simulation")),
    ]


def adaptive_optimum(each: Sequence[Grown]) -> Finding:
    """Networks explore where the adaptive optimum does, also where the source's theory says that it does not pay."""
    disputed = sum(int((own.adaptive & ~own.fixed).sum()) for own in each)
    explored = sum(int((own.explores & own.adaptive & ~own.fixed).sum()) for own in each)
    return Finding(
        "Networks follow an optimum that their source did not know",
        "The source's theory fixes the number of exploratory pulls beforehand. Where it says that exploring never "
        "pays, and an optimum that decides pull by pull explores all the same, networks do too: in "
        f"{explored} of {disputed} worlds.",
        "learning-not-to-learn.html#fig-not-to-learn-sides",
        _explored(each[len(each) // 2]),
    )


@in_style
def _explored(own: Grown) -> Picture:
    figure, panel = layout.one(*SIZE)
    most = max(1.0, float(max(own.pulls.max(), own.theory.pulls.max())))
    map_panel(panel, own.pulls, own.theory, LogNorm(SOME, most), SOME)
    panel.set(xlabel="noise of a reward", ylabel="how much arms differ")
    for name, look in {"the source's edge": FIXED, "the adaptive optimum's": OPTIMUM}.items():
        panel.plot([], [], **look.drawn, label=name)
    panel.legend(loc="lower right", fontsize=10)
    numbers = Table("lifetime", "explore as the adaptive optimum in", "as the fixed rule in")
    numbers.row(str(own.lifetime), f"{own.agrees:.0%}", f"{(own.explores == own.fixed).mean():.0%}")
    alt = (
        "A map of worlds, coloured where networks explore. They begin at the dashed edge, that of the adaptive "
        "optimum, which lies below the solid one, that of the fixed rule. "
    )
    sentence = "Lifetime {lifetime}: {explore as the adaptive optimum in} of worlds, against {as the fixed rule in}."
    return style.picture(figure, alt + told(numbers, sentence), numbers)


def blind_metric(power: store.Result) -> Finding:
    """The source's difference of rewards is mostly luck."""
    own = power.data.sel(task=SOURCES_BANDIT.name)
    printed = own.sel(estimator=claims_optima.AS_PRINTED)
    few = printed.sel(episodes=claims_optima.FEW)
    return Finding(
        "The measure of reward cannot tell an optimal player from a greedy one",
        f"Over {claims_optima.FEW:,} episodes, the size of the source's experiment, luck is "
        f"{float(few.standard_error / own.gap):.0f} times as large as what the optimum gains by exploring. "
        f"In {float(few.misled):.0%} of experiments the greedy player comes out ahead.",
        "which-optimum.html#fig-which-optimum-power",
        _experiments(printed.estimate.values.astype(float), float(own.gap)),
    )


@in_style
def _experiments(estimates: np.ndarray, gap: float) -> Picture:
    figure, panel = layout.one(*SIZE)
    edges = np.linspace(-1, 1, 25) * np.ceil(10 * np.abs(estimates).max()) / 10
    behind, ahead = estimates[estimates < 0], estimates[estimates >= 0]
    for values, look in ((behind, SERIES[1]), (ahead, SERIES[0])):
        panel.hist(values, edges, color=look.color, alpha=0.75)
    layout.optimum(panel, x=gap)
    panel.set(xlabel="optimum over greedy, reward", ylabel="experiments")
    for at, words in ((0.02, "greedy ahead"), (0.72, "optimum ahead")):
        panel.text(at, 0.92, words, transform=panel.transAxes, fontsize=10)
    numbers = Table("experiments", "true gap", "least", "most")
    numbers.row(str(len(estimates)), number(gap), number(estimates.min()), number(estimates.max()))
    sentence = (
        "A histogram of {experiments} experiments that ask by how much the optimum beats a greedy player: from {least} "
        "to {most} reward, about a true gap of {true gap}, dashed. Left of zero the greedy player is ahead."
    )
    return style.picture(figure, told(numbers, sentence), numbers)


def price_of_entropy(bandits: store.Result) -> Finding:
    """After a tenth of training players are as good as what is paid for entropy lets them be."""
    spec = specs.players(bandits.profile, (SOURCES_BANDIT,))[0]
    shares = np.maximum(bandits.data.checkpoint.values - 1, 0) / spec.updates
    prices = [spec.entropy.at(share) for share in shares]
    short = (
        bandits.data.regret_on_the_way.sel(task=SOURCES_BANDIT.name).sum("step").transpose("run", "checkpoint").values
    )
    best = optimum(SOURCES_BANDIT.task, STEPS).earns.value
    allowed = np.array(
        [
            best - entropy_regularised_optimum(SOURCES_BANDIT.task, STEPS, price).earns.value if price else 0.0
            for price in prices
        ]
    )
    seen = np.array(episodes_seen(bandits), dtype=float)
    late = seen >= seen[-1] / 10
    off = float(np.abs(np.median(short, axis=0) - allowed)[late].max())
    return Finding(
        "The price of entropy sets the pace of learning",
        f"Training pays players for being undecided. After its first tenth the median player stays within {off:.2f} "
        "reward of the best that this payment allows: what falls from then on is the price, not ignorance.",
        "learning-to-act.html#fig-learning-to-act-hesitation",
        _pace(seen, short, allowed, off),
    )


@in_style
def _pace(seen: np.ndarray, short: np.ndarray, allowed: np.ndarray, off: float) -> Picture:
    figure, panel = layout.one(*SIZE)
    x = layout.over_training(panel, seen)
    median = curve(panel, x, short, replace(TRAINED, marker=""), "players").median
    curve(panel, x, allowed, OPTIMUM, "the best at that price")
    panel.set(ylabel="short of the optimum, reward")
    panel.legend(loc="lower left", fontsize=10)
    numbers = Table("moment", "players", "the best at that price")
    for name, place in (("untrained", 0), ("halfway, in updates", int(np.abs(seen - seen[-1] / 2).argmin()))):
        numbers.row(name, number(median[place]), number(allowed[place]))
    alt = "Shortfall of players over training, and of the best player at the price of entropy then paid, dashed. "
    after = f"After a tenth of training the two are at most {off:.2f} apart."
    return style.picture(figure, alt + told(numbers, "{moment}: {players}. ") + after, numbers)


def forget_bias(compared: store.Result) -> Finding:
    """Whether an untrained network can be read depends on the bias of its forget gate."""
    added = compared.data.forget.values
    error = compared.data.state_by_forget.transpose("run", "forget").values.astype(float)
    first, *_, last = np.median(error, axis=0)
    return Finding(
        "Behind the reservoir effect: one bias",
        "A count can be read from networks that were never trained, says the source. Whether it can depends on the "
        f"bias of the forget gate: {added[-1]:g} more, and the error falls from {first:.2f} to {last:.2f}.",
        "acting-hood.html#fig-acting-hood-reservoir",
        _reading(added, error),
    )


@in_style
def _reading(added: np.ndarray, error: np.ndarray) -> Picture:
    figure, panel = layout.one(*SIZE)
    found = curve(panel, added, error, UNTRAINED, markersize=8)
    layout.bound(panel, LOW)
    panel.set(xlabel="added to the bias of the forget gate", ylabel="error of reading the count", ylim=(0, None))
    layout.marks(panel.xaxis, added.tolist())
    numbers = Table("added", "error, median")
    for bias, middle in zip(added, found.median, strict=True):
        numbers.row(f"{bias:g}", number(middle))
    alt = "Error of reading the count from untrained networks, by what was added to the bias of their forget gate. "
    sentences = told(numbers, "{added} added: {error, median}.")
    return style.picture(figure, f"{alt}{sentences} It is called low below the dotted line, at {LOW}.", numbers)
