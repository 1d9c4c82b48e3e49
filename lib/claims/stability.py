"""How sure a verdict is: in what share of resamples of its networks it stands (the bootstrap; Efron 1979)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from lib.claims.criterion import Criterion
from lib.claims.evidence import Evidence
from lib.random import generator
from lib.runner import store

RESAMPLES = 1_000
FRAGILE = 0.8  # a verdict that stands in a smaller share of resamples is fragile


@dataclass(frozen=True)
class Stability:
    """What resampling says of a verdict.

    Attributes:
        stands: share of resamples in which the verdict is the same; None where nothing is sampled.
        interval: 2.5th and 97.5th percentile of the deciding statistic over resamples; None where one is not finite.
    """

    stands: float | None
    interval: tuple[float, float] | None


def stability(
    criterion: Criterion, results: Sequence[store.Result], resamples: int = RESAMPLES, seed: int = 0
) -> Stability:
    """The stability of a criterion's verdict over the independently trained networks of its results.

    Networks are drawn with replacement, as many as there are, each with all that was measured of it; results are
    resampled independently of each other.

    Raises:
        ValueError: if fewer than one resample is asked for.
    """
    if resamples < 1:
        raise ValueError(f"resamples is {resamples}; it must be at least 1")
    whole = criterion(*results)
    read = _read(criterion, results, whole)
    if not any(_networks(result.data) for result in read):
        return Stability(None, None)
    rng = np.random.default_rng(generator("resample", seed).initial_seed())
    found = [criterion(*(_resampled(result, rng) for result in read)) for _ in range(resamples)]
    stands = float(np.mean([each.verdict == whole.verdict for each in found]))
    return Stability(stands, _interval([each.statistic for each in found if each.statistic is not None]))


def _interval(statistics: Sequence[float]) -> tuple[float, float] | None:
    """2.5th and 97.5th percentile, by order statistics; None where one of them is infinite, or none is known."""
    known = np.array(statistics)[~np.isnan(statistics)]
    if not known.size:
        return None
    low, high = np.quantile(known, [0.025, 0.975], method="nearest")
    return (float(f"{low:.4g}"), float(f"{high:.4g}")) if np.isfinite([low, high]).all() else None


def _networks(data: xr.Dataset) -> list[str]:
    """The axes along which independently trained networks lie; along one of length 1 there is nothing to resample."""
    axes = {str(axis): size for each in data.data_vars.values() for axis, size in each.sizes.items()}
    if "one" in axes:
        axes["run"] = data.sizes["run"]
    return [axis for axis, size in axes.items() if size > 1 and axis.split("_")[0] in ("run", "few", "learner")]


def _resampled(result: store.Result, rng: np.random.Generator) -> store.Result:
    """The same result of as many of its networks, drawn with replacement."""
    axes = _networks(result.data)
    drawn = {axis: rng.integers(size, size=size) for axis, size in result.data.sizes.items() if axis in axes}
    if "one" in result.data.dims:  # distances between all networks at all moments, and the optimum, which is last
        moments = result.data.sizes["one"] // result.data.sizes["run"]
        places = (drawn["run"][:, None] * moments + np.arange(moments)).ravel()
        drawn["one"] = drawn["other"] = np.append(places, result.data.sizes["one"] - 1)
    return replace(result, data=result.data.isel(drawn))


def _read(criterion: Criterion, results: Sequence[store.Result], whole: Evidence) -> list[store.Result]:
    """The results without the variables that the criterion does not read, so that resampling copies little."""
    kept = list(results)
    for place, result in enumerate(results):
        for name in map(str, result.data.data_vars):
            without = [*kept]
            without[place] = replace(kept[place], data=kept[place].data.drop_vars(name))
            try:
                if criterion(*without) == whole:
                    kept = without
            except (KeyError, AttributeError):  # it reads this variable
                continue
    return kept


def holds_from(criterion: Criterion, results: Sequence[store.Result]) -> int | None:
    """The outer episodes from which on a finding holds and stays, up to the end of training.

    None where weights were not kept on the way, or where it does not hold at the end.
    """
    if criterion.course is None:
        return None
    since: int | None = None
    for episodes, holds in sorted(criterion.course(*results).items()):
        since = (since if since is not None else episodes) if holds else None
    return since


def seeds_shared(results: Sequence[store.Result]) -> bool:
    """Whether two networks of one result have the same seed, though their specs differ."""
    return any(len(set(seeds)) < len(seeds) for seeds in (_seeds(result) for result in results))


def shared_with_the_first(criterion: Criterion, results: Sequence[store.Result], first: Sequence[store.Result]) -> int:
    """How many networks that an amended criterion calls fresh were there when its first rule was judged."""
    known = {key for result in first for key in result.manifest["specs"]}
    fresh = [result for run, result in zip(criterion.runs, results, strict=True) if run in criterion.fresh]
    return sum(key in known for result in fresh for key in result.manifest["specs"])


def _seeds(result: store.Result) -> list[int]:
    """The seed of each spec of a result; groups of Learners have one seed for all of their members."""
    return [seed for spec in result.manifest["specs"].values() for seed in _seed_of(spec)]


def _seed_of(described: object) -> list[int]:
    if not isinstance(described, dict):
        return []
    own = [described["seed"]] if "seed" in described else []
    return own or [seed for each in described.values() for seed in _seed_of(each)][:1]
