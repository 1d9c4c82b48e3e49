"""Pictures of transformers beside LSTMs: how near Bayes, how far beyond the training length, which modes when."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float, Int

from lib.plotting import layout, style
from lib.plotting.grammar import curve, points
from lib.plotting.looks import BOUND, OPTIMUM, SERIES, Look, of_task
from lib.plotting.style import Picture, Table, in_style, number, said, told

Array = np.ndarray

MACHINES = dict(zip(("transformer", "LSTM", "GRU"), SERIES, strict=False))
NEVER = Look(style.GREY, "|", "")


@in_style
def behaviour(
    machines: Mapping[str, Mapping[str, Float[Array, " run"]]], never_learns: Mapping[str, float], near: float
) -> Picture:
    """Divergence from Bayes at the end of training in every task, machine beside machine.

    Args:
        machines: nats an episode, by machine and task; a machine may lack tasks.
        never_learns: of the prior predictive, by task.
        near: the bound of the rule.
    """
    figure, panel = layout.one(7.0, 4.4)
    numbers = Table("task", *machines, "never learns")
    asides = 0.25 * (np.arange(len(machines)) - (len(machines) - 1) / 2)
    for place, (task, never) in enumerate(never_learns.items()):
        found = [
            said(points(panel, place + aside, own[task], MACHINES[name], size=6)) if task in own else "-"
            for aside, (name, own) in zip(asides, machines.items(), strict=True)
        ]
        panel.plot(never, place, **NEVER.drawn, markersize=13, markeredgewidth=2)
        numbers.row(task, *found, number(never))
    layout.bound(panel, x=near)
    panel.set(xscale="log", xlabel="KL from Bayes, nats an episode of 20 steps")
    layout.down(panel, never_learns)
    marks = {name: MACHINES[name].scattered for name in machines}
    layout.legend(figure, marks | {"never learns": NEVER, f"{near:g} nats": BOUND})
    every = "; ".join(
        told(
            [row],
            "{task}: " + "".join(f"{name} {{{name}:first}}, " for name in machines if row["task"] in machines[name]),
        )
        + f"never learns {row['never learns']}"
        for row in numbers
    )
    alt = (
        f"KL divergence from Bayes in {len(never_learns)} tasks, in nats an episode, of the median network of each "
        f"kind and of a predictor that never learns: {every}."
    )
    return style.picture(figure, alt, numbers)


@in_style
def play(machines: Mapping[str, Mapping[str, Float[Array, " run"]]], bound: float) -> Picture:
    """How far players fall short of the optimum in every bandit, as a share of what greed misses, machine beside
    machine.

    Args:
        machines: shares, by machine and bandit.
        bound: the share below which a player is near the optimum.
    """
    figure, panel = layout.one(6.6, 2.9)
    tasks = list(next(iter(machines.values())))
    numbers = Table("bandit", *machines)
    for place, task in enumerate(tasks):
        found = [
            said(points(panel, place + aside, own[task], MACHINES[name], size=6))
            for aside, (name, own) in zip((-0.12, 0.12), machines.items(), strict=True)
        ]
        numbers.row(task, *found)
    layout.optimum(panel, x=0)
    layout.bound(panel, x=bound)
    panel.set(xlabel="shortfall from the optimum, as a share of what greed misses")
    layout.down(panel, tasks)
    layout.legend(figure, {name: MACHINES[name].scattered for name in machines} | {"optimum": OPTIMUM})
    every = told(numbers, "{bandit}: " + ", ".join(f"{name} {{{name}:first}}" for name in machines), "; ")
    alt = (
        f"Shortfall of the median player from the optimum in {len(tasks)} bandits, as a share of what a greedy "
        f"Bayesian misses; {bound:g} is near. {every}."
    )
    return style.picture(figure, alt, numbers)


@in_style
def longer(
    families: Mapping[str, str],
    step: Int[Array, " step"],
    machines: Mapping[str, Float[Array, "task run step"]],
    trained_steps: int,
    bound: float,
) -> Picture:
    """Divergence from Bayes of the median network at each step of long episodes, a panel for each kind of machine;
    shaded: steps that no training episode reached.
    """
    figure, axes = layout.row(len(machines), 7.4, 4.2, sharey=True)
    heads = {name: f"{name}, within the bound until" for name in machines}
    numbers: list[dict[str, str]] = [{"task": task} for task in families]
    for panel, (name, kl) in zip(axes, machines.items(), strict=True):
        for task, row, own in zip(families, numbers, kl, strict=True):
            median = curve(panel, step, np.median(own, axis=0), of_task(task, families), task, marker="").median
            beyond = step[median > bound]
            row[heads[name]] = f"{step[-1] if not len(beyond) else max(step[step < beyond[0]], default=0):,}"
            row[f"{name}, at {step[-1]:,}"] = number(median[-1])
        panel.axvspan(trained_steps + 0.5, step[-1], color=style.GREY, alpha=0.1, linewidth=0)
        layout.bound(panel, bound)
        panel.set(title=f"{name}s", xscale="log", yscale="log", xlabel="step of the episode", xlim=(1, step[-1]))
        panel.set_ylim(1e-6, None)
    axes[0].set_ylabel("KL from Bayes, nats a step")
    layout.legend(figure, axes[0], 5)
    held = ", ".join(f"the median {name} until step {{{head}}}" for name, head in heads.items())
    alt = (
        f"KL divergence from Bayes at each step, to step {step[-1]:,}, of networks trained on {trained_steps} steps. "
        f"Within {bound:g} nats stays {told(numbers, '{task}: ' + held, '; ')}."
    )
    return style.picture(figure, alt, numbers)


@in_style
def modes(
    machines: Mapping[str, Float[Array, "run step mode"]], ridge: Float[Array, "step mode"], height: float
) -> Picture:
    """Share of a large and of a small singular mode that is found after so many points of an episode, a panel for each
    kind of machine; dashed: ridge regression.

    Args:
        machines: shares by machine, the large mode first, before y of each step is seen.
        ridge: those of ridge regression.
        height: the share at which a mode counts as learned.
    """
    figure, axes = layout.row(len(machines), 7.4, 3.2, sharey=True)
    numbers = Table("machine", "mode", "found after 2 points", "found after 4 points", "at the end")
    seen = np.arange(len(ridge))
    for panel, (name, q) in zip(axes, machines.items(), strict=True):
        for mode, look, called in zip(range(2), SERIES, ("large", "small"), strict=False):
            curve(panel, seen, ridge[:, mode], OPTIMUM)
            curve(panel, seen, q[..., mode], look, f"{called} mode", markersize=3)
            numbers.row(name, called, *(said(q[:, place, mode]) for place in (2, 4, -1)))
        layout.bound(panel, height)
        panel.set(title=f"{name}s", xlabel="points seen", ylim=(-0.15, 1.3))
    axes[0].set_ylabel("share found")
    layout.legend(figure, axes[0])
    alt = "Share of a large singular mode and of one a fiftieth as large that is found within an episode. " + told(
        numbers, "{machine}, {mode} mode: {found after 2 points:first} after 2 points, {at the end:first} at the end."
    )
    return style.picture(figure, alt, numbers)
