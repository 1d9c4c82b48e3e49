"""Rules for the four bandits: what trained players earn, against the best that can be earned in an episode.

"Shortfall" is how much less a player can expect to collect in an episode than the optimum of 20 steps; both play the
same bandits with the same luck. It is measured on a finite number of them, so it comes with an error. Bounds were fixed
before the run.
"""

from dataclasses import dataclass

import numpy as np

from experiments.prediction.claims import evidence, share_left
from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence, by_share, count
from lib.probes.benchmark import BANDITS, SOURCES_BANDIT
from lib.probes.quantiles import percentiles
from lib.runner import store

NEAR = 0.1  # reward an episode of the optimum, for M12
KEPT = 0.01  # of the untrained network's divergence, for M12
SURE = 1.96  # standard errors to either side hold the true mean in 95% of measurements


@dataclass(frozen=True)
class Measured:
    """The median network's shortfall, with the error of its measurement.

    Attributes:
        value: reward an episode; between two networks where their number is even.
        half_width: of its 95% interval: 1.96 standard errors of the less well measured of the networks in the middle.
    """

    value: float
    half_width: float

    def __str__(self) -> str:
        return f"{self.value:.4f} ± {self.half_width:.4f}"


def in_the_middle(short: np.ndarray, errors: np.ndarray) -> Measured:
    """Of the shortfalls of several networks, and their standard errors.

    >>> print(in_the_middle(np.array([0.3, 0.1, 0.2, 9.0]), np.array([0.02, 0.5, 0.01, 0.5])))
    0.2500 ± 0.0392
    """
    middle = np.argsort(short)[(len(short) - 1) // 2 : len(short) // 2 + 1]
    return Measured(float(np.median(short)), float(SURE * errors[middle].max()))


def of_the_source(bandits: store.Result) -> Measured:
    """The median network's shortfall on the source's bandit."""
    own = bandits.data.sel(task=SOURCES_BANDIT.name)
    return in_the_middle(own.short_of_best.values, own.short_of_best_error.values)


@criterion("M03", "bandits", fixed="2026-11-21", same_as=("M09",))
def regret_difference(bandits: store.Result, near: float = 0.05, sharp: float = 0.02) -> Evidence:
    """M03: the difference of expected regret between network and optimum, on the source's bandit.

    Reproduced if the median network's is at most {near} reward an episode, and the 95% interval of that measurement is
    narrower than {sharp} from end to end; partly if it is small and the interval too wide to tell.
    """
    found = of_the_source(bandits)
    small, clear = found.value <= near, 2 * found.half_width < sharp
    verdict = "reproduced" if small and clear else "partly" if small else "not"
    runs = percentiles(bandits.data.short_of_best.sel(task=SOURCES_BANDIT.name).values)
    return evidence(
        bandits, verdict, f"{found} reward an episode", runs, "acting.html#fig-acting-episodes", found.value
    )


@dataclass(frozen=True)
class Target:
    """A target of ours, set before the first training.

    Attributes:
        what: bandit and training.
        found: the median network's shortfall.
        bound: how large it may be, in the same reward.
    """

    what: str
    found: Measured
    bound: float

    @property
    def met(self) -> bool:
        """Whether it is within the bound, and the interval of its measurement narrower than the bound."""
        return self.found.value <= self.bound and 2 * self.found.half_width < self.bound


def targets(bandits: store.Result) -> list[Target]:
    """Within 0.05 reward of the optimum on Bernoulli arms, and within 0.05 discounted reward of the discounted optimum
    after training on that; within 1% of what the optimum earns on Gaussian arms.
    """
    data, made = bandits.data, []
    for row in BANDITS:
        own = data.sel(task=row.name)
        bound = 0.05 if row.family == "Bernoulli" else 0.01 * own.earns.item()
        made.append(Target(row.name, in_the_middle(own.short_of_best.values, own.short_of_best_error.values), bound))
    for name in data.bernoulli.values:
        own = data.sel(bernoulli=name)
        found = in_the_middle(own.short_discounted.values, own.short_discounted_error.values)
        made.append(Target(f"{name}, discounted", found, 0.05))
    return made


def all_bandits_behave(bandits: store.Result) -> dict[str, bool]:
    """M12, bandits: whether the median network falls short by at most `NEAR`, and by less than untrained.

    Without the second, a bandit on which any play is good would count.
    """
    trained, untrained = (bandits.data[name].median("run") for name in ("short_of_best", "short_untrained"))
    return {
        str(task): bool(trained.sel(task=task) <= NEAR) and bool(trained.sel(task=task) < untrained.sel(task=task))
        for task in bandits.data.task.values
    }


@criterion("M12", "prediction", "bandits", fixed="2026-11-21")
def all_tasks_behave_together(prediction: store.Result, bandits: store.Result) -> Evidence:
    """M12: behaviour of trained networks in all fourteen tasks.

    A prediction task counts if the median network keeps at most {KEPT:.0%} of the untrained one's KL from Bayes; a
    bandit if it falls short of the optimum by at most {NEAR} reward an episode, and by less than untrained. Reproduced
    if all fourteen count, partly if more than half do.
    """
    left = share_left(prediction)
    predicts = {str(task): bool(left.sel(task=task) <= KEPT) for task in left.task.values}
    acts = all_bandits_behave(bandits)
    short = bandits.data.short_of_best.median("run")
    worst = str(short.idxmax().item())
    value = (
        f"prediction: at most {KEPT:.0%} of untrained in {count(predicts)}, largest {float(left.max()):.2%}; bandits: "
        f"at most {NEAR} reward from the optimum in {count(acts)}, largest {float(short.max()):.3f} ({worst})"
    )
    both = (prediction, bandits)
    holds = [*predicts.values(), *acts.values()]
    return Evidence(
        verdict=by_share(holds),
        value=value,
        interval=None,
        n=min(len(result.data.run) for result in both),
        episodes=max(max(result.manifest["episodes"].values()) for result in both),
        profile=" and ".join(dict.fromkeys(result.profile for result in both)),
        figure="acting.html#fig-acting-all",
        statistic=float(np.mean(holds)),
    )
