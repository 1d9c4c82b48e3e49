"""Rules for the comparison of structure: does one machine simulate the other?

That a dissimilarity is low, `LOW`, was fixed after a look at four single networks and before the run.
"""

from typing import Any

import numpy as np

from experiments.prediction.claims import DIE, evidence
from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence, by_share, count
from lib.probes.quantiles import Percentiles, percentiles
from lib.runner import store

THERE, BACK = "RNN to Opt", "Opt to RNN"
LOW = 0.1  # a dissimilarity is low if at most this share of what a map that ignores the state achieves


def median(result: store.Result, variable: str, task: str, trained: bool, direction: str, kind: str) -> float:
    """Of a dissimilarity over networks."""
    where = {"task": task, "trained": trained, "direction": direction, "map": kind}
    return float(result.data[variable].sel(where).median("run"))


def state_is_low(simulation: store.Result, task: str, direction: str) -> bool:
    """Whether D_s of the median network is low, and below the untrained network's."""
    found = median(simulation, "state", task, True, direction, "mlp")
    null = median(simulation, "state", task, True, direction, "constant")
    return found <= LOW * null and found < median(simulation, "state", task, False, direction, "mlp")


def output_is_low(simulation: store.Result, task: str, direction: str) -> bool:
    """Whether D_o of the median network is low, also against the untrained network's."""
    found = median(simulation, "output", task, True, direction, "mlp")
    null = median(simulation, "output", task, True, direction, "constant")
    return found <= LOW * min(null, median(simulation, "output", task, False, direction, "mlp"))


def tasks(simulation: store.Result) -> list[str]:
    """The tasks of a result by their names."""
    return [str(task) for task in simulation.data.task.values]


@criterion("M10", "simulation", fixed="2026-11-20", same_as=("B03",))
def four_panels(simulation: store.Result) -> Evidence:
    """M10: state dissimilarities D_s of trained networks and Bayes on the source's die, on held-out episodes: the mean
    squared error of the map phi, in both directions.

    A direction holds if D_s of the median network is at most {LOW:.0%} of what a map that ignores the state achieves,
    and below that of the untrained network. Reproduced if both directions hold, else not.
    """
    errors = {d: median(simulation, "state", DIE, True, d, "mlp") for d in (THERE, BACK)}
    holds = [state_is_low(simulation, DIE, d) for d in errors]
    value = "; ".join(f"{direction}: MSE {error:.4f}" for direction, error in errors.items())
    return evidence(simulation, by_share(holds), value, None, "hood.html#fig-hood-panels", max(errors.values()))


def difference(simulation: store.Result, task: str) -> Percentiles:
    """D_o(Opt to RNN) less D_o(RNN to Opt), network by network."""
    output = simulation.data.output.sel(task=task, trained=True, map="mlp")
    return percentiles((output.sel(direction=BACK) - output.sel(direction=THERE)).values)


def explained_by_n(simulation: store.Result, trained: bool = True) -> dict[str, np.ndarray]:
    """The share of variance in as many components as there are sufficient statistics: one number a network, by task."""
    return in_n_components(simulation, trained=trained)


def in_n_components(simulation: store.Result, **networks: Any) -> dict[str, np.ndarray]:
    """The same of the networks with these coordinates."""
    explained = simulation.data.explained.sel(networks)
    return {
        task: explained.sel(task=task)
        .isel(component=slice(0, int(simulation.data.n.sel(task=task))))
        .sum("component")
        .values
        for task in tasks(simulation)
    }


@criterion("M21", "simulation", fixed="2026-11-20")
def not_minimal(simulation: store.Result, kept: float = 0.05) -> Evidence:
    """M21: how far apart a network's states after two orders of the same observations are, as a share of how far apart
    they are after different observations; 0 for Bayes.

    A task holds if all but one in twenty of its trained networks keep more than {kept}. Reproduced if all ten
    tasks hold, partly if more than half do.
    """
    shares = {
        task: percentiles(simulation.data.order_kept.sel(task=task, trained=True).values) for task in tasks(simulation)
    }
    holds = {task: bool(each.low > kept) for task, each in shares.items()}
    fresh = float(simulation.data.order_kept.sel(task=DIE, trained=False).median("run"))
    die = shares[DIE]
    value = f"above {kept} in {count(holds)} tasks; die {float(die.median):.3f}, untrained {fresh:.3f}, Bayes 0"
    return evidence(simulation, by_share(holds.values()), value, die, "hood.html#fig-hood-order", die.median)


@criterion("B03", "simulation", fixed="2026-11-20", same_as=("M10",))
def step_by_step(simulation: store.Result) -> Evidence:
    """B03: the blog's procedure on the source's die: Bayes's states are mapped into the trained network, both are fed
    the same observations, and states and outputs are compared.

    D_s and D_o hold if that of the median network is at most {LOW:.0%} of what a map that ignores the state achieves,
    D_s is below that of the untrained network, and D_o at most {LOW:.0%} of it. Reproduced if both hold, partly if one
    does.
    """
    found = [state_is_low(simulation, DIE, BACK), output_is_low(simulation, DIE, BACK)]
    numbers = [median(simulation, variable, DIE, True, BACK, "mlp") for variable in ("state", "output")]
    value = f"Opt to RNN: D_s {numbers[0]:.4f}, D_o {numbers[1]:.4f} nats"
    return evidence(
        simulation, ("not", "partly", "reproduced")[sum(found)], value, None, "hood.html#live-steps", numbers[0]
    )
