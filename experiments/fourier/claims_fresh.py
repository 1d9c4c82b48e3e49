"""Amended rules for waves, each judged on networks or wiggles that nobody had looked at when it was fixed.

The first ensembles have seeds from 0 on, the fresh ones from 100 on. What the first rule missed is said in each.
"""

import numpy as np
from jaxtyping import Float

from experiments.fourier import claims
from experiments.fourier.claims import PAGE, in_stages, of_networks, ratio_said
from experiments.linear.modes import LEARNED, apart, in_order, interval, later, times_as_long, until
from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence
from lib.random import generator
from lib.runner import store

RESAMPLES = 1_000  # of wiggles, or of Learners

Array = np.ndarray


def interval_of_median(arms: Float[Array, " run"]) -> tuple[float, float]:
    """2.5th and 97.5th percentile of the median over resamples of the networks, by order statistics."""
    drawn = _rng("resample medians").integers(len(arms), size=(RESAMPLES, len(arms)))
    low, high = np.quantile(np.quantile(arms[drawn], 0.5, axis=1, method="nearest"), [0.025, 0.975], method="nearest")
    return float(low), float(high)


def _rng(purpose: str) -> np.random.Generator:
    return np.random.default_rng(generator(purpose, 0).initial_seed())


def steps_until(begun: store.Result, beginning: str, height: float = LEARNED) -> Float[Array, "learner mode"]:
    """After how many steps each Learner with first weights "sonnet" or "torch" has found so much of each wave."""
    values = begun.data[f"q_{beginning}"].transpose(f"learner_{beginning}", "update", "mode").values.astype(float)
    return until(values, begun.data["update"].values.astype(float), height)


@criterion(
    "R13",
    "fourier-beginnings",
    fixed="2026-11-29",
    amends=claims.learner,
    reason="Its Learners began with torch's weights. Where the source names first weights that are not its own choice "
    "(A.5), they are Sonnet v1's default, and how long fast waves take may depend on them.",
    fresh=("fourier-beginnings",),
)
def learner(begun: store.Result) -> Evidence:
    """R13: Learners, deep networks trained by gradient descent on one wiggle each, whose first weights are those that
    Sonnet v1 gives to linear layers: a normal distribution of standard deviation one over the square root of the number
    of inputs, cut off at two of them, and biases of zero. How many times as many steps they take for {LEARNED:.0%} of
    the fifth Fourier mode as for {LEARNED:.0%} of the first.

    Reproduced if the median Learner's ratio is within {claims.WITHIN:.0%} of the source's {claims.LEARNERS}; partly if
    it is at least {claims.STAGGERED:g}, which includes a fifth mode that is never learned. Learners that begin with
    torch's weights stand beside these and do not count.
    """
    times = steps_until(begun, "sonnet")
    arms, at_half = later(times), later(steps_until(begun, "sonnet", 0.5))
    plain = later(steps_until(begun, "torch"))
    value = (
        f"median Learner: {ratio_said(arms)} to find 80% of a wave, {ratio_said(at_half)} to find half; with torch's "
        f"first weights {ratio_said(plain)} (n = {len(plain)})"
    )
    episodes = max(begun.manifest["episodes"].values())
    figure, ratio = f"{PAGE}#fig-wiggles-beginnings", float(np.median(arms))
    return Evidence(in_stages(times), value, interval(arms), len(arms), episodes, begun.profile, figure, ratio)


def table_ratio(found: Float[Array, "wiggle point mode"], points: Float[Array, " point"]) -> float:
    """The latest wave's points over the earliest's, from what is found of each wave in single wiggles."""
    return float(apart(until(found.mean(axis=0), points)))


def table_ratios(found: Float[Array, "wiggle point mode"], points: Float[Array, " point"]) -> Float[Array, " sample"]:
    """The same over resamples of the wiggles, each drawn with replacement."""
    drawn = _rng("resample wiggles").integers(len(found), size=(RESAMPLES, len(found)))
    return np.array([table_ratio(found[each], points) for each in drawn])


@criterion(
    "R16",
    "fourier-table",
    fixed="2026-11-29",
    amends=claims.bayes,
    reason="The source's claim is about its table of phases; the linear posterior is ours, and may not decide.",
    unseen="wiggles that no other run has",
)
def bayes(table: store.Result) -> Evidence:
    """R16: the posterior over the source's table of phases, with the noise that it declares, on wiggles: the points
    after which the latest Fourier mode is found to {LEARNED:.0%}, over those for the earliest.

    Reproduced if this ratio is at most {claims.TOGETHER}; partly if it is at most {claims.META}. That of the exact
    linear posterior stands beside it and does not count.
    """
    found, points = (table.data[name].values.astype(float) for name in ("found_by_table", "point"))
    ratio, linear = table_ratio(found, points), float(apart(claims.points_until(table, "gauss"))[0])
    low, high = np.quantile(table_ratios(found, points), [0.025, 0.975])
    verdict = "reproduced" if ratio <= claims.TOGETHER else "partly" if ratio <= claims.META else "not"
    value = (
        f"latest wave over earliest: table of phases {times_as_long(ratio, 2)} (95% of resamples of wiggles: {low:.2f} "
        f"to {high:.2f}); linear posterior {times_as_long(linear, 2)}"
    )
    return Evidence(verdict, value, None, None, None, table.profile, f"{PAGE}#fig-wiggles-bayes", ratio)


def updates_until(again: store.Result, who: str) -> Float[Array, "run mode"]:
    """After how many updates each LSTM that sees one wiggle over and over has found so much of each wave: "single"
    begins with torch's weights, "matched" is in all else a Meta-Learner.
    """
    values = again.data[f"q_{who}"].transpose(f"run_{who}", f"checkpoint_{who}", "mode").values.astype(float)
    return until(values, again.data[f"checkpoint_{who}"].values.astype(float), LEARNED)


@criterion(
    "R17",
    "fourier-again",
    fixed="2026-11-29",
    amends=claims.single,
    reason="The source gives no number for its LSTM, only that it learns in stages; the first rule asked for that of "
    "another network, and had no control with the Meta-Learner's first weights.",
    fresh=("fourier-again",),
)
def single(again: store.Result) -> Evidence:
    """R17: the Meta-Learner's LSTM as a Learner, trained on one wiggle over and over, with torch's first weights and,
    as a control, with the first weights, optimiser and length of episodes that our Meta-Learners have. When each finds
    {LEARNED:.0%} of each Fourier mode.

    Learning is in stages if the median network finds modes in their order, and takes at least {claims.STAGGERED:g}
    times as many updates for the fifth as for the first. Reproduced if it is for both; partly if for one. The number
    that decides is the smaller ratio of the two.
    """
    times = {who: updates_until(again, who) for who in ("single", "matched")}
    ratios = {who: later(each) for who, each in times.items()}
    holds = {who: in_order(np.median(each, axis=0)) for who, each in times.items()}
    both = [holds[who] and float(np.median(ratios[who])) >= claims.STAGGERED for who in times]
    verdict = ("not", "partly", "reproduced")[sum(both)]
    words = {True: "in order", False: "not in order"}
    value = "; ".join(
        f"{called}: {ratio_said(ratios[who])}, {words[holds[who]]} (n = {len(ratios[who])})"
        for who, called in {"single": "torch's first weights", "matched": "matched to Meta-Learners"}.items()
    )
    least = min(ratios.values(), key=lambda each: float(np.median(each)))
    return of_networks(again, "single", verdict, value, least, "fig-wiggles-single")


FEW = "It read three networks; the rule is the same, on ten others."


@criterion("R18", "fourier-worlds", fixed="2026-11-29", amends=claims.band, reason=FEW, fresh=("fourier-worlds",))
def band(worlds: store.Result) -> Evidence:
    """R18: ten fresh Meta-Learners trained on wiggles without the {claims.STOPPED} lowest Fourier modes, given wiggles
    that have them: the most that a network finds of such a mode at any step of an episode, as a share of it, of either
    sign.

    Reproduced if that is at most {claims.SILENT} for the median network, and if on wiggles as in training the median
    network finds more than {LEARNED:.0%} of every mode by the end of an episode; partly if only the first, as it is for
    networks that have learned nothing. The number that decides is the share in the first.
    """
    return claims.band(worlds)


@criterion("R19", "fourier-worlds", fixed="2026-11-29", amends=claims.varied, reason=FEW, fresh=("fourier-worlds",))
def varied(worlds: store.Result) -> Evidence:
    """R19: ten fresh Meta-Learners of wiggles whose amplitudes vary from episode to episode: as R14, how many times as
    many points they take for {LEARNED:.0%} of the fifth Fourier mode as for {LEARNED:.0%} of the first.

    Reproduced if the median network's ratio is at most {claims.META} and of every mode the median network finds more
    than {LEARNED:.0%} by the end of the episode; partly if one of the two. The number that decides is the ratio.
    """
    return claims.varied(worlds)
