"""Rules for the comparison of structure on the four bandits.

The bounds are those of `experiments.prediction.claims_simulation`. Output dissimilarity is judged as the source
measures it, by expected rewards (its equation 3); what it would be by the difference of the policies is said beside it.
An untrained network that is held against a trained one is fed what the trained one lived through, as both see the same
in the prediction tasks; where the claim is about untrained networks themselves (M15, M16), they live through their own
episodes. All this was fixed before the run.
"""

import numpy as np

from experiments.prediction.claims import evidence
from experiments.prediction.claims_simulation import BACK, LOW, THERE, in_n_components, tasks
from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence, by_share
from lib.probes.quantiles import Percentiles, percentiles
from lib.runner import store

SOURCES = "arms 1, 1"  # the one prior that the source names
OWN, BORROWED, TRAINED = "untrained", "untrained, fed by the trained", "trained"
REWARD, POLICY = "reward", "policy"
MOST = 0.8  # of the variance that a few components must explain
APART = 10  # times D_o of the trained, from which on an untrained network does not share the structure


def median(result: store.Result, variable: str, task: str, condition: str, direction: str, kind: str = "mlp") -> float:
    """Of a dissimilarity over networks."""
    where = {"task": task, "condition": condition, "direction": direction, "map": kind}
    return float(result.data[variable].sel(where).median("run"))


def state_is_low(result: store.Result, task: str, direction: str) -> bool:
    """Whether D_s of the median network is low, and below the untrained network's on the same episodes."""
    found = median(result, "state", task, TRAINED, direction)
    null = median(result, "state", task, TRAINED, direction, "constant")
    return found <= LOW * null and found < median(result, "state", task, BORROWED, direction)


def output_is_low(result: store.Result, task: str, direction: str, measure: str) -> bool:
    """Whether D_o of the median network is low by a measure, also against the untrained network's."""
    found = median(result, measure, task, TRAINED, direction)
    null = median(result, measure, task, TRAINED, direction, "constant")
    return found <= LOW * min(null, median(result, measure, task, BORROWED, direction))


def networks_into_bayes_holds(result: store.Result, measure: str = REWARD) -> dict[str, bool]:
    """M13, bandits: D_s(RNN to Opt) is at most a tenth of the constant map's and below the untrained network's, and D_o
    at most a tenth of the constant map's and of the untrained network's.
    """
    return {t: state_is_low(result, t, THERE) and output_is_low(result, t, THERE, measure) for t in tasks(result)}


def difference(result: store.Result, task: str, measure: str = REWARD) -> Percentiles:
    """D_o(Opt to RNN) less D_o(RNN to Opt), network by network."""
    output = result.data[measure].sel(task=task, condition=TRAINED, map="mlp")
    return percentiles((output.sel(direction=BACK) - output.sel(direction=THERE)).values)


def bayes_into_networks_holds(result: store.Result, measure: str = REWARD) -> dict[str, bool]:
    """M14, bandits: D_o(Opt to RNN) exceeds D_o(RNN to Opt) for 95% of the networks."""
    return {task: bool(difference(result, task, measure).low > 0) for task in tasks(result)}


def times_the_trained(result: store.Result, task: str, direction: str, measure: str = REWARD) -> float:
    """D_o of untrained networks in episodes of their own, over that of trained ones."""
    return median(result, measure, task, OWN, direction) / median(result, measure, task, TRAINED, direction)


def explained_by_n(result: store.Result, condition: str = TRAINED) -> dict[str, np.ndarray]:
    """The share of variance of the networks' states in as many components as there are sufficient statistics: one
    number a network, by task.
    """
    return in_n_components(result, condition=condition)


def few_components_holds(result: store.Result) -> dict[str, bool]:
    """M17, bandits: the first n components explain `MOST` of the variance or more, in the median network."""
    return {task: bool(np.median(each) >= MOST) for task, each in explained_by_n(result).items()}


@criterion("M11", "bandit-simulation", fixed="2026-11-21")
def four_panels(result: store.Result) -> Evidence:
    """M11: state dissimilarities D_s of trained networks and the optimum on the source's bandit, on held-out episodes:
    the mean squared error of the map phi, in both directions.

    A direction holds if D_s of the median network is at most {LOW:.0%} of what a map that ignores the state achieves,
    and below that of the untrained network that is fed the same episodes. Reproduced if both directions hold, else not.
    """
    errors = {d: median(result, "state", SOURCES, TRAINED, d) for d in (THERE, BACK)}
    holds = [state_is_low(result, SOURCES, d) for d in errors]
    value = "; ".join(f"{direction}: MSE {error:.4f}" for direction, error in errors.items())
    return evidence(
        result, by_share(holds), value, None, "acting-hood.html#fig-acting-hood-panels", max(errors.values())
    )


def reservoir_holds(result: store.Result) -> dict[str, bool]:
    """M15: in which bandits D_s(RNN to Opt) of untrained networks, in episodes of their own, is at most `LOW` of the
    constant map's, while their D_o is at least `APART` times that of the trained networks.
    """
    return {
        task: median(result, "state", task, OWN, THERE) <= LOW * median(result, "state", task, OWN, THERE, "constant")
        and times_the_trained(result, task, THERE) >= APART
        for task in tasks(result)
    }


@criterion("M15", "bandit-simulation", fixed="2026-11-21")
def reservoir(result: store.Result) -> Evidence:
    """M15: state dissimilarity D_s(RNN to Opt) of untrained networks in episodes that they play themselves.

    A bandit counts if the median network's D_s is at most {LOW:.0%} of what a map that ignores the state achieves,
    while its output dissimilarity D_o is at least {APART} times that of the trained. Reproduced if more than half of
    the bandits count, partly if some do.
    """
    held = sum(reservoir_holds(result).values())
    of = len(tasks(result))
    verdict = "reproduced" if held > of / 2 else "partly" if held else "not"
    ranges = []
    for direction in (THERE, BACK):
        fresh, trained = (
            [median(result, "state", task, condition, direction) for task in tasks(result)]
            for condition in (OWN, TRAINED)
        )
        ranges.append(
            f"{direction}: D_s untrained {min(fresh):.3f} to {max(fresh):.3f}, "
            f"trained {min(trained):.3f} to {max(trained):.3f}"
        )
    most = result.data.state_by_forget.isel(forget=-1)
    value = (
        f"holds in {held} of {of} bandits; "
        + "; ".join(ranges)
        + f"; with +{float(most.forget):g} at the forget gates, first bandit: {float(most.median('run')):.3f}"
    )
    own = result.data.state.sel(task=SOURCES, condition=OWN, direction=THERE, map="mlp").values
    return evidence(result, verdict, value, percentiles(own), "acting-hood.html#fig-acting-hood-reservoir", held / of)
