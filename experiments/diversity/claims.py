"""Rules for networks that are meta-trained on M fixed tasks: whose prior do they come to have?

Bounds were fixed before the networks that are judged were trained; three with another seed, of 16 lines and of 64, had
been looked at. Distances are those of predictions: for lines the mean squared difference a point, for coins the KL
divergence from a Bayesian to the network, summed over an episode.
"""

import numpy as np
from jaxtyping import Bool, Float

from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence, count
from lib.probes.crossing_time import crossing_time
from lib.probes.quantiles import percentiles
from lib.runner import store

NETWORKS = 5  # the fewest for each M
PAGE = "task-diversity.html"

Array = np.ndarray


def distances(run: store.Result, world: str, where: str) -> tuple[Array, Array]:
    """Distances to the discrete Bayesian and to the continuous one: (tasks, run, checkpoint), each.

    Args:
        world: "lines" or "coins".
        where: whether on "old" tasks or on "new" ones.
    """
    own = run.data[f"distance_{world}"].sel(where=where)
    own = own.transpose("bayesian", f"tasks_{world}", "run", f"checkpoint_{world}")
    discrete, continuous = (own.sel(bayesian=name).values.astype(float) for name in ("discrete", "continuous"))
    return discrete, continuous


def lean(run: store.Result, world: str, where: str) -> Float[Array, "tasks run checkpoint"]:
    """Logarithm of the distance to the discrete Bayesian over that to the continuous one; above 0 the latter is the
    nearer.
    """
    discrete, continuous = distances(run, world, where)
    found: Array = np.log(discrete / continuous)
    return found


def turns(run: store.Result) -> Float[Array, " run"]:
    """The M at which the continuous Bayesian becomes the nearer one on new lines, for each series of networks, one for
    each M, from few tasks to many: by straight lines over log M. NaN where that never happens.
    """
    diversity = np.log(run.data.tasks_lines.values)
    found: Array = np.exp(crossing_time(lean(run, "lines", "new")[..., -1].T, diversity, 0.0))
    return found


def changes(leans: Float[Array, " tasks"]) -> int:
    """How often the nearer Bayesian is another than at the M before."""
    return int((np.diff(leans > 0) != 0).sum())


@criterion("N08", "task-diversity", fixed="2026-11-29")
def turns_once(run: store.Result, least: int = NETWORKS) -> Evidence:
    """N08: on new lines, which Bayesian the predictions of trained networks are nearer to, by mean squared difference,
    at each number of training tasks M: the one with a discrete prior over the M, or ridge regression.

    Reproduced if the median network is nearer to the discrete one at the smallest M, to ridge regression at the
    largest, and the nearer one changes once over all M between, with {least} networks or more at each M; partly if it
    changes more often. The number that decides is the M of the change, found on each series of networks by straight
    lines over log M; its median is stated, with the 5th to 95th percentile.
    """
    leans = lean(run, "lines", "new")[..., -1]
    median, found = np.median(leans, axis=1), turns(run)
    ends = bool(median[0] < 0 < median[-1])
    once = changes(median) == 1
    verdict = "reproduced" if ends and once and leans.shape[1] >= least else "partly" if ends else "not"
    known = found[np.isfinite(found)]
    interval = percentiles(known) if len(known) else None
    middle = float(np.median(known)) if len(known) else float("nan")
    value = (
        f"the nearer Bayesian changes {_times(changes(median))} for the median network, at M = {middle:.0f}; "
        f"in {sum(changes(own) == 1 for own in leans.T)} of {leans.shape[1]} series once"
    )
    return Evidence(
        verdict,
        value,
        None if interval is None else (float(interval.low), float(interval.high)),
        leans.shape[1],
        int(run.manifest["seen"]["lines"]),
        run.profile,
        f"{PAGE}#fig-diversity-turn",
        middle,
    )


def _times(number: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number} times")


def differ(run: store.Result, errors: float) -> Bool[Array, " tasks"]:
    """At which M the two Bayesians of coins differ on new coins, by so many standard errors, for every set of coins."""
    apart, error = (run.data[name].sel(where="new") for name in ("apart_coins", "apart_coins_error"))
    larger: Array = (apart > errors * error).transpose("tasks_coins", "run").values
    return np.asarray(larger.all(axis=1))


@criterion("N09", "task-diversity", fixed="2026-11-29")
def never_turns(run: store.Result, errors: float = 10, least: int = NETWORKS, partly: float = 0.5) -> Evidence:
    """N09: on new coins, which Bayesian the predictions of trained networks are nearer to, by KL divergence over an
    episode, at each number of training tasks M at which the two Bayesians differ: the KL divergence from the continuous
    one to the discrete one is more than {errors:g} standard errors over episodes, for every set of coins.

    Reproduced if at every such M the median network, of {least} or more, is nearer to the one with a discrete prior
    over the M coins; partly if at more than {partly:.0%} of them. The number that decides is the largest, over these M,
    of the median network's distance to the discrete Bayesian over that to the continuous one.
    """
    leans = lean(run, "coins", "new")[..., -1]
    asked = differ(run, errors)
    tasks = run.data.tasks_coins.values
    holds = {f"M = {m}": bool(np.median(own) < 0) for m, own, ask in zip(tasks, leans, asked, strict=True) if ask}
    share = float(np.mean(list(holds.values()))) if holds else 0.0
    enough = leans.shape[1] >= least and len(holds) > 1
    verdict = "reproduced" if share == 1 and enough else "partly" if share > partly else "not"
    ratios = np.exp(leans[asked]).reshape(-1, leans.shape[1])
    worst = ratios[np.median(ratios, axis=1).argmax()] if len(ratios) else np.full(1, np.nan)
    interval = percentiles(worst)
    value = (
        f"nearer to the discrete Bayesian at {count(holds) if holds else 'no M'}; at most {np.median(worst):.2f} times "
        "as far from it as from the continuous one"
    )
    return Evidence(
        verdict,
        value,
        (float(interval.low), float(interval.high)),
        leans.shape[1],
        int(run.manifest["seen"]["coins"]),
        run.profile,
        f"{PAGE}#fig-diversity-turn",
        float(np.median(worst)),
    )


def begun(run: store.Result, learned: float = 0.5) -> Bool[Array, "tasks checkpoint"]:
    """At which checkpoints the median network of lines has learned something: on old lines it is at most so many times
    as far from ridge regression as if it said zero.
    """
    silent = run.data.silent_lines.sel(where="old", bayesian="continuous").transpose("tasks_lines", "run").values
    far: Array = np.median(distances(run, "lines", "old")[1] / silent[..., None], axis=1)
    return far <= learned


def before_the_turn(run: store.Result) -> int:
    """The place of the largest M at which the median network ends nearer to the discrete Bayesian on old lines and on
    new ones.
    """
    ends = [np.median(lean(run, "lines", where)[..., -1], axis=1) < 0 for where in ("old", "new")]
    return int(np.flatnonzero(ends[0] & ends[1])[-1]) if (ends[0] & ends[1]).any() else 0


def infers(run: store.Result, where: str, nearer: float, learned: float) -> Bool[Array, "tasks run checkpoint"]:
    """At which checkpoints networks of lines infer: they are nearer to ridge regression by more than a little, and have
    learned something, since ridge regression is the more reticent of the two, and so nearer to a network that says
    nothing.
    """
    discrete, continuous = distances(run, "lines", where)
    silent = run.data.silent_lines.sel(where=where, bayesian="continuous").transpose("tasks_lines", "run").values
    found: Array = (continuous <= nearer * discrete) & (continuous <= learned * silent[..., None])
    return found


@criterion("N10", "task-diversity", fixed="2026-11-29")
def transient(
    run: store.Result,
    nearer: float = 0.9,
    learned: float = 0.5,
    share: float = 0.8,
    partly: float = 0.5,
    least: int = NETWORKS,
) -> Evidence:
    """N10: whether networks of lines infer early in training and memorise at its end, at the M before the turn: the
    largest at which the median network ends nearer to the discrete Bayesian on old lines and on new ones.

    Looked at on old lines, those of the training tasks. A network infers at a checkpoint if its distance to ridge
    regression is at most {nearer} of that to the discrete Bayesian, and at most {learned} of what it would be if it
    said zero; it memorises if it is nearer to the discrete Bayesian. Reproduced if at least {share:.0%} of networks, of
    {least} or more, infer at some checkpoint and memorise at the last; partly if more than {partly:.0%}. The number
    that decides is this share. Other M, and new lines, stand beside it and do not count.
    """
    there = before_the_turn(run)
    tasks = run.data.tasks_lines.values
    turned = {
        where: infers(run, where, nearer, learned).any(axis=2) & (lean(run, "lines", where)[..., -1] < 0)
        for where in ("old", "new")
    }
    own = turned["old"][there]
    part = float(own.mean())
    verdict = "reproduced" if part >= share and len(own) >= least else "partly" if part > partly else "not"
    others = ", ".join(
        f"{each.sum()} at M = {m}" for m, each in zip(tasks, turned["old"], strict=True) if m != tasks[there]
    )
    value = (
        f"{own.sum()} of {len(own)} networks at M = {tasks[there]} infer first and memorise at the end; on new lines "
        f"{turned['new'][there].sum()}; elsewhere, on old lines, {others}"
    )
    return Evidence(
        verdict,
        value,
        None,
        len(own),
        int(run.manifest["seen"]["lines"]),
        run.profile,
        f"{PAGE}#fig-diversity-training",
        part,
    )
