"""Rules for what is found first of a wiggle: slow waves, or all of them together.

Bounds were fixed before the runs. A wave is found when `q_k` of equation (10) reaches `modes.LEARNED`, 0.8, between two
looks by a straight line: the one threshold that the source states (in the caption of its figure 7; its numbers for
waves come without one). To a Learner time is steps of gradient descent; to a machine that learns within an episode it
is points seen. A wave that is not found while we look takes for ever.
"""

import numpy as np
from jaxtyping import Float

from experiments.linear.modes import LEARNED, apart, interval, later, times_as_long, until
from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence
from lib.runner import store

LEARNERS = 6.4  # the source's: how many times as long its Learner takes for the fifth wave as for the first
WITHIN = 0.3  # of that
STAGGERED = 2.0  # how many times as long counts as in stages, whatever the number
META = 1.8  # how many times as long still counts as nearly at once
TOGETHER = 1.2  # latest over earliest that still counts as at once
SILENT = 0.1  # of a wave, at most, that counts as not found at all
STOPPED = 2  # waves, the slowest, that the band-pass world does not have
HALF = 0.5  # of the error left: where progress is compared
FAR, NEAR = 0.5, 0.25  # how far apart waves then are: in stages, at once
PAGE = "wiggles.html"

Array = np.ndarray


def steps_until(learner: store.Result, height: float = LEARNED) -> Float[Array, "learner mode"]:
    """After how many steps each Learner has found so much of each wave."""
    values = learner.data.q.transpose("learner", "update", "mode").values.astype(float)
    return until(values, learner.data["update"].values.astype(float), height)


def updates_until(meta: store.Result, height: float = LEARNED) -> Float[Array, "run mode"]:
    """After how many updates each LSTM that sees one wiggle over and over has found so much of each wave."""
    values = meta.data.q_single.transpose("run_single", "checkpoint_single", "mode").values.astype(float)
    return until(values, meta.data.checkpoint_single.values.astype(float), height)


def found_within(meta: store.Result, who: str) -> Float[Array, "run step mode"]:
    """How much of each wave machines of a kind have found after 0, 1, 2... points; a Bayesian is a kind of one."""
    values: Array = meta.data[f"q_{who}"].values.astype(float)
    return values if values.ndim == 3 else values[None]


def points_until(meta: store.Result, who: str, height: float = LEARNED) -> Float[Array, "run mode"]:
    """After how many points machines of a kind have found so much of each wave."""
    values = found_within(meta, who)
    return until(values, np.arange(values.shape[1], dtype=float), height)


def points_until_own(meta: store.Result, who: str) -> Float[Array, "run mode"]:
    """The same, relative to what each network has found of each wave by the end of an episode: the source's A5."""
    values = found_within(meta, who)
    return until(values / values[:, -1:], np.arange(values.shape[1], dtype=float), LEARNED)


def in_stages(times: Float[Array, "run mode"]) -> str:
    """The verdict on a Learner: "reproduced" if the median takes as many times as long for the fifth wave as the
    source's, up to 30%; "partly" if only at least `STAGGERED` times as long; "not" if it never finds the first.
    """
    median = float(np.median(later(times)))
    if not np.isfinite(np.median(times[:, 0])):
        return "not"
    if np.isfinite(median) and abs(median / LEARNERS - 1) <= WITHIN:
        return "reproduced"
    return "partly" if median >= STAGGERED else "not"


def ratio_said(arms: Float[Array, " run"]) -> str:
    """How many times as long the median takes, in words."""
    return times_as_long(float(np.median(arms)))


@criterion("R13", "fourier-learner", fixed="2026-11-21")
def learner(learners: store.Result) -> Evidence:
    """R13: Learners, deep networks trained by gradient descent on one wiggle each: how many times as many steps they
    take for {LEARNED:.0%} of the fifth Fourier mode as for {LEARNED:.0%} of the first.

    Reproduced if the median Learner's ratio is within {WITHIN:.0%} of the source's {LEARNERS}; partly if it is at least
    {STAGGERED:g}, which includes a fifth mode that is never learned.
    """
    times = steps_until(learners)
    arms = later(times)
    at_half = later(steps_until(learners, 0.5))
    value = f"median Learner: {ratio_said(arms)} to find 80% of a wave; {ratio_said(at_half)} to find half"
    episodes = max(learners.manifest["episodes"].values())
    figure = f"{PAGE}#fig-wiggles-learner"
    verdict, ratio = in_stages(times), float(np.median(arms))
    return Evidence(verdict, value, interval(arms), len(arms), episodes, learners.profile, figure, ratio)


def _nearly_at_once(meta: store.Result, who: str, figure: str) -> Evidence:
    arms, found = later(points_until(meta, who)), found_within(meta, who)[:, -1]
    own = later(points_until_own(meta, who))
    least = np.median(found, axis=0)
    soon, all_found = float(np.median(arms)) <= META, float(least.min()) > LEARNED
    value = (
        f"median network: {ratio_said(arms)}; relative to asymptote {ratio_said(own)}; found of the waves at the end "
        f"of an episode: {', '.join(f'{each:.2f}' for each in least)}"
    )
    verdict = ("not", "partly", "reproduced")[soon + all_found]
    return of_networks(meta, who, verdict, value, arms, figure)


def of_networks(meta: store.Result, who: str, verdict: str, value: str, arms: Array, figure: str) -> Evidence:
    """What networks show; their median decides."""
    n, episodes, median = len(arms), meta.manifest["episodes_of"][who], float(np.median(arms))
    return Evidence(verdict, value, interval(arms), n, episodes, meta.profile, f"{PAGE}#{figure}", median)


@criterion("R14", "fourier-meta", fixed="2026-11-21")
def meta_learner(meta: store.Result) -> Evidence:
    """R14: within an episode of Meta-Learners of wiggles, how many times as many points they take for {LEARNED:.0%} of
    the fifth Fourier mode as for {LEARNED:.0%} of the first.

    Reproduced if the median network's ratio is at most {META} and of every mode the median network finds more than
    {LEARNED:.0%} by the end of the episode; partly if one of the two. The number that decides is the ratio. Relative to
    each network's own asymptote it stands beside it and does not count.
    """
    return _nearly_at_once(meta, "all", "fig-wiggles-meta")


def spread_at_half(error: Float[Array, "run time"], q: Float[Array, "run time mode"]) -> Float[Array, " run"]:
    """How far the waves of which most and least is found are apart when half of the first error is left; NaN for a
    network that does not get there.
    """
    moments = np.arange(error.shape[1], dtype=float)
    found = []
    for own, waves in zip(error, q, strict=True):
        when = until(-own[:, None] / own[0], moments, -HALF)[0]
        there = [np.interp(when, moments, wave) for wave in waves.T]
        found.append(np.ptp(there) if np.isfinite(when) else np.nan)
    return np.array(found)


def apart_at_half(learners: store.Result, meta: store.Result) -> dict[str, Float[Array, " run"]]:
    """The same for Learners and for Meta-Learners."""
    own = learners.data.error.transpose("learner", "update").values.astype(float)
    of_learners = learners.data.q.transpose("learner", "update", "mode").values.astype(float)
    return {
        "Learner": spread_at_half(own, of_learners),
        "Meta-Learner": spread_at_half(meta.data.error_all.values.astype(float), found_within(meta, "all")),
    }


@criterion("R15", "fourier-learner", "fourier-meta", fixed="2026-11-21")
def shares_of_progress(learners: store.Result, meta: store.Result) -> Evidence:
    """R15: how far the five Fourier modes of a wiggle are apart at equal performance, in Learners and in Meta-Learners:
    the largest less the smallest q, the share of a mode that is found, when {HALF:.0%} of the first error is left.

    Reproduced if this spread is at least {FAR} in the median Learner and at most {NEAR} in the median Meta-Learner;
    partly if only every Learner's is larger than every Meta-Learner's; not if a network never gets there. The number
    that decides is the spread of the median Meta-Learner.
    """
    found = apart_at_half(learners, meta)
    one, other = found["Learner"], found["Meta-Learner"]
    known = bool(np.isfinite([*one, *other]).all())
    if known and np.median(one) >= FAR and np.median(other) <= NEAR:
        verdict = "reproduced"
    else:
        verdict = "partly" if known and one.min() > other.max() else "not"
    said = "; ".join(f"{name} {np.median(each):.2f}" for name, each in found.items()) if known else "never half learned"
    value = f"largest less smallest q when half of the error is left, medians: {said}"
    return of_networks(meta, "all", verdict, value, other, "fig-wiggles-progress") if known else _unknown(meta, value)


def _unknown(meta: store.Result, value: str) -> Evidence:
    episodes = meta.manifest["episodes_of"]["all"]
    return Evidence("not", value, None, None, episodes, meta.profile, f"{PAGE}#fig-wiggles-progress")


@criterion("R16", "fourier-meta", fixed="2026-11-21")
def bayes(meta: store.Result) -> Evidence:
    """R16: two Bayesian regressions on wiggles: the points after which the latest Fourier mode is found to
    {LEARNED:.0%}, over those for the earliest.

    Reproduced if this ratio is at most {TOGETHER} for the posterior over the source's table of phases, with the noise
    that it declares, and for the exact linear posterior; partly if for one of the two. The number that decides is the
    larger ratio.
    """
    ratios = {
        name: float(apart(points_until(meta, who))[0])
        for name, who in {"table of phases": "table", "linear posterior": "gauss"}.items()
    }
    verdict = ("not", "partly", "reproduced")[sum(ratio <= TOGETHER for ratio in ratios.values())]
    said = "; ".join(f"{name} {times_as_long(ratio, 2)}" for name, ratio in ratios.items())
    value = f"latest wave over earliest: {said}"
    largest = max(ratios.values())
    return Evidence(verdict, value, None, None, None, meta.profile, f"{PAGE}#fig-wiggles-bayes", largest)


@criterion("R17", "fourier-meta", fixed="2026-11-21")
def single(meta: store.Result) -> Evidence:
    """R17: the Meta-Learner's LSTM as a Learner, trained on one wiggle over and over: how many times as many updates it
    takes for {LEARNED:.0%} of the fifth Fourier mode as for {LEARNED:.0%} of the first.

    Reproduced, as R13, if the median network's ratio is within {WITHIN:.0%} of {LEARNERS}, the ratio of the source's
    Learner; partly if it is at least {STAGGERED:g}, which includes a fifth mode that is never learned.
    """
    times = updates_until(meta)
    arms, own = later(times), apart(times)
    value = f"median LSTM on one wiggle: {ratio_said(arms)}; latest wave over earliest {ratio_said(own)}"
    return of_networks(meta, "single", in_stages(times), value, arms, "fig-wiggles-single")


def stopped(meta: store.Result) -> Float[Array, " run"]:
    """The most, of either sign, that each network of the band-pass world ever finds of waves that world lacks."""
    return np.abs(found_within(meta, "band")[..., :STOPPED]).max(axis=(1, 2))


@criterion("R18", "fourier-meta", fixed="2026-11-21")
def band(meta: store.Result) -> Evidence:
    """R18: Meta-Learners trained on wiggles without the {STOPPED} lowest Fourier modes, given wiggles that have them:
    the most that a network finds of such a mode at any step of an episode, as a share of it, of either sign.

    Reproduced if that is at most {SILENT} for the median network, and if on wiggles as in training the median network
    finds more than {LEARNED:.0%} of every mode by the end of an episode; partly if only the first, as it is for
    networks that have learned nothing. The number that decides is the share in the first.
    """
    arms = stopped(meta)
    own = np.median(found_within(meta, "in_band")[:, -1], axis=0)
    silent, learned = float(np.median(arms)) <= SILENT, float(own.min()) > LEARNED
    value = (
        f"at most {np.median(arms):.3f} of a wave outside the band, median network; inside it, in its own world, "
        f"{', '.join(f'{each:.2f}' for each in own)} at the end"
    )
    verdict = "not" if not silent else "reproduced" if learned else "partly"
    return of_networks(meta, "band", verdict, value, arms, "fig-wiggles-band")


@criterion("R19", "fourier-meta", fixed="2026-11-21")
def varied(meta: store.Result) -> Evidence:
    """R19: Meta-Learners of wiggles whose amplitudes vary from episode to episode: as R14, how many times as many
    points they take for {LEARNED:.0%} of the fifth Fourier mode as for {LEARNED:.0%} of the first.

    The mean over episodes is weighted by the power of the mode, or functions with next to nothing of it would decide.
    Reproduced if the median network's ratio is at most {META} and of every mode the median network finds more than
    {LEARNED:.0%} by the end of the episode; partly if one of the two. The number that decides is the ratio.
    """
    return _nearly_at_once(meta, "varied", "fig-wiggles-varied")
