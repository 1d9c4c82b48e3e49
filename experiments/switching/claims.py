"""Rules for coins that are swapped. Bounds were fixed before the networks that they judge were trained."""

from collections.abc import Mapping
from dataclasses import replace
from typing import SupportsFloat

import numpy as np
from jaxtyping import Float

from experiments.prediction import claims as predicting
from experiments.prediction.claims_simulation import BACK, LOW, THERE
from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence
from lib.probes.quantiles import Percentiles, percentiles
from lib.runner import store

KNOWN_NEAR, HIDDEN_NEAR = 0.01, 0.02  # nats an episode
OF_STATIONARY = 0.01  # share of what a Bayesian loses who thinks that the coin stays


def summed(switching: store.Result, world: str) -> Float[np.ndarray, " run"]:
    """KL from the exact filter to each network, in nats over an episode as long as those of training."""
    steps = int(switching.data.steps.sel(world=world))
    return switching.data.kl.sel(world=world, step=slice(1, steps)).sum("step").values


def of_others(switching: store.Result, world: str) -> tuple[float, float]:
    """The same of the Bayesian who thinks that the coin stays, and of the best filter of a single hazard."""
    within = switching.data.sel(world=world, step=slice(1, int(switching.data.steps.sel(world=world))))
    return float(within.kl_stationary.sum("step")), float(within.kl_assuming.sum("step").min("assumed"))


def evidence(
    switching: store.Result,
    world: str,
    verdict: str,
    value: str,
    interval: Percentiles | None,
    figure: str,
    statistic: SupportsFloat,
) -> Evidence:
    """Evidence from the networks of one world, which saw as many episodes as they did."""
    found = predicting.evidence(switching, verdict, value, interval, figure, statistic)
    return replace(found, episodes=int(switching.data.seen.sel(world=world).max()))


def near_the_filter_until(switching: store.Result, near: float = KNOWN_NEAR) -> dict[int, bool]:
    """N05, had training ended sooner: by outer episodes, whether the median network was near enough then."""
    own = switching.data.sel(world="known")
    kl = own.on_the_way.median("run").values
    return {int(seen): bool(each <= near) for seen, each in zip(own.seen.values, kl, strict=True)}


@criterion("N05", "switching", fixed="2026-11-29", course=near_the_filter_until)
def known_hazard(switching: store.Result, near: float = KNOWN_NEAR, share: float = OF_STATIONARY) -> Evidence:
    """N05: KL from the exact run-length filter to networks that grew up with coins that are swapped with a known
    probability, summed over the steps of a training episode.

    Reproduced if the median network's is at most {near} nats and at most {share:.0%} of that of a Bayesian who thinks
    that the coin stays; partly if one of the two holds.
    """
    kl = percentiles(summed(switching, "known"))
    stays, _ = of_others(switching, "known")
    holds = (kl.median <= near, kl.median <= share * stays)
    value = f"{float(kl.median):.4f} nats; {float(kl.median) / stays:.2%} of stationary Bayes' {stays:.2f}"
    verdict = ("not", "partly", "reproduced")[sum(map(bool, holds))]
    return evidence(switching, "known", verdict, value, kl, "switching.html#fig-switching-kl", kl.median)


def read_off(switching: store.Result, world: str) -> dict[str, Float[np.ndarray, " run"]]:
    """KL from the exact posterior to what is read off trained and untrained networks, and to what is said without
    looking at them, in nats at the mean step.
    """
    own = switching.data.sel(world=world, within=slice(1, int(switching.data.steps.sel(world=world))))
    return {
        "trained": own.read.sel(trained=True).mean("within").values,
        "untrained": own.read.sel(trained=False).mean("within").values,
        "no network": own.read_without.mean("within").values,
    }


@criterion("N06", "switching", fixed="2026-11-29")
def hidden_hazard(
    switching: store.Result, near: float = HIDDEN_NEAR, low: float = LOW, untrained: float = 0.5
) -> Evidence:
    """N06: do networks infer a hazard that each episode hides? KL from the exact mixture over hazards, summed over the
    steps of a training episode; and KL from the exact posterior over the hazard to what a linear map and a softmax
    read off the network's state, on held-out episodes at the mean step.

    Behaviour holds if the median network's KL is at most {near} nats and below that of the best filter of a single
    hazard. The reading holds if the median network's is at most {low:.0%} of that of the prior, and at most
    {untrained:.0%} of the untrained network's. Reproduced if both hold, partly if behaviour alone does.
    """
    kl = percentiles(summed(switching, "hidden"))
    _, single = of_others(switching, "hidden")
    found = {name: float(np.median(each)) for name, each in read_off(switching, "hidden").items()}
    share = found["trained"] / found["no network"]
    behaves = kl.median <= near and kl.median < single
    reads = share <= low and found["trained"] <= untrained * found["untrained"]
    value = (
        f"{float(kl.median):.4f} nats, best single hazard {single:.3f}; the posterior over the hazard is read with "
        f"{share:.0%} of the prior's KL, untrained {found['untrained'] / found['no network']:.0%}"
    )
    verdict = "reproduced" if behaves and reads else "partly" if behaves else "not"
    return evidence(switching, "hidden", verdict, value, kl, "switching.html#fig-switching-hazard", kl.median)


def simulated(switching: store.Result) -> Mapping[str, dict[str, float]]:
    """By direction, D_s and D_o of the median trained network, of a map that ignores the state, and of the median
    untrained one.
    """
    found = {}
    for direction in (THERE, BACK):
        own = switching.data.sel(direction=direction)
        numbers = {}
        for name, values in (("D_s", own.state), ("D_o", own.output.mean("episode"))):
            median = values.median("run")
            numbers[name] = float(median.sel(trained=True, map="mlp"))
            numbers[f"{name}, constant"] = float(median.sel(trained=True, map="constant"))
            numbers[f"{name}, untrained"] = float(median.sel(trained=False, map="mlp"))
        found[direction] = numbers
    return found


def is_low(found: Mapping[str, float], low: float = LOW) -> bool:
    """Whether D_s and D_o of one direction are low, as for M13: against a map that ignores the state, D_o against the
    untrained network too, and D_s below the untrained network's.
    """
    state = found["D_s"] <= low * found["D_s, constant"] and found["D_s"] < found["D_s, untrained"]
    return state and found["D_o"] <= low * min(found["D_o, constant"], found["D_o, untrained"])


def worse_there(switching: store.Result) -> Float[np.ndarray, " run"]:
    """The median over episodes of D_o(Opt to RNN) less D_o(RNN to Opt), one number a network, in nats."""
    output = switching.data.output.sel(trained=True, map="mlp")
    return (output.sel(direction=BACK) - output.sel(direction=THERE)).median("episode").values


def simulates(result: store.Result, low: float = LOW) -> dict[str, bool]:
    """What holds of the rule of N07: for each direction whether it is low, and whether the control is.

    The run `hidden-hazard` is judged by it too, where the filter's state is its posterior over hazard and bias. There
    it is a finding without a claim; this was written before any network was compared.
    """
    found = simulated(result)
    recovered = result.data.recovered.sel(map="mlp").median("run")
    control = bool(recovered.sel(trained=True) <= low * recovered.sel(trained=False))
    return {direction: is_low(found[direction], low) for direction in (THERE, BACK)} | {"control": control}


@criterion("N07", "switching", fixed="2026-11-29")
def filter_and_network(switching: store.Result, low: float = LOW) -> Evidence:
    """N07: do the exact filter and networks of a known hazard simulate each other? State and output dissimilarity D_s
    and D_o in both directions; the filter's state is its posterior over the bias, and phi takes as many principal
    components as explain 99 in 100 parts of that state's variance.

    A direction holds as for M13: D_s of the median network is at most {low:.0%} of what a map that ignores the state
    achieves and below that of the untrained network, and D_o at most {low:.0%} of either's. The control holds if the
    filter, put where the network's state says it is, comes to at most {low:.0%} of the divergence from itself that it
    has when put where an untrained network's state says. Reproduced if both directions and the control hold, partly if
    RNN to Opt and the control do. That Opt to RNN is the worse one, as for M14, stands beside it.
    """
    found = simulated(switching)
    there, back, control = simulates(switching, low).values()
    recovered = switching.data.recovered.sel(map="mlp").median("run")
    worse = worse_there(switching)
    said = "; ".join(f"{d}: D_s {own['D_s']:.3f}, D_o {own['D_o']:.4f} nats" for d, own in found.items())
    value = (
        f"{said}; control {float(recovered.sel(trained=True)):.4f} nats, untrained "
        f"{float(recovered.sel(trained=False)):.3f}; Opt to RNN is worse in {int((worse > 0).sum())} of {len(worse)}"
    )
    verdict = "reproduced" if there and back and control else "partly" if there and control else "not"
    largest = max(found[d]["D_s"] / found[d]["D_s, constant"] for d in (THERE, BACK))
    return evidence(switching, "known", verdict, value, None, "switching.html#fig-switching-simulation", largest)
