"""Pictures of how long a memory is, and of how fast networks of each width learn."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float, Int

from lib.plotting import layout, style
from lib.plotting.grammar import curve, points
from lib.plotting.looks import FAMILIES, SERIES, of_task
from lib.plotting.style import Picture, in_style, number, told
from lib.probes.length_generalisation import effective_memory
from lib.probes.quantiles import Percentiles

Array = np.ndarray
PLAYER = SERIES[len(FAMILIES)]  # among predictors, which have the looks of their families


@in_style
def memory(
    families: Mapping[str, str],
    parameters: Mapping[str, int],
    step: Int[Array, " step"],
    kl: Mapping[str, Float[Array, "task run step"]],
    trained_steps: Mapping[str, int],
) -> Picture:
    """Divergence from Bayes on its own scale: over d/(2t), what a Bayesian's own lack of knowledge costs her at step t.

    Args:
        parameters: d, by task.
        kl: by how the networks were trained, a panel each.
        trained_steps: of the longest episode in training, by the same.
    """
    figure, axes = layout.row(len(kl), 7.4, 4.4, sharey=True)
    numbers: list[dict[str, str]] = [{"task": task} for task in families]
    for (title, each), panel in zip(kl.items(), axes, strict=True):
        for task, row, own in zip(families, numbers, each, strict=True):
            d = parameters[task]
            curve(panel, step, np.median(own, axis=0) * 2 * step / d, of_task(task, families), task, marker="")
            row[f"kept, {title}"] = f"{np.median(effective_memory(own, step, d)[:, -1]):,.0f}"
        layout.bound(panel, 1)
        panel.axvspan(trained_steps[title] + 0.5, step[-1], color=style.GREY, alpha=0.1, linewidth=0)
        panel.set(title=title, xscale="log", yscale="log", xlabel="step t of the episode", xlim=(1, step[-1]))
        panel.set(ylim=(1e-3, None))
    axes[0].set_ylabel("KL from Bayes over d/(2t)")
    layout.legend(figure, axes[0], 5)
    alt = (
        f"Divergence from Bayes at each step, to step {step[-1]:,}, in units of d/(2t); at one a network has lost as "
        "much as if it had kept half of what it has seen. At the end the median network is as far off as a Bayesian "
        "who keeps "
    )
    said = (f"{row['task']}: " + " and ".join(f"{row[f'kept, {title}']} ({title})" for title in kl) for row in numbers)
    alt += "; ".join(said)
    return style.picture(figure, alt + " observations.", numbers)


@in_style
def speed(
    families: Mapping[str, str], episodes: Mapping[str, Mapping[int, Float[Array, " run"]]], near: float
) -> Picture:
    """How many episodes networks of each width see until they first come near the optimum.

    Args:
        families: of the tasks that are predicted; the others are played.
        episodes: by task and width; infinite where a network never comes near, which is drawn beyond all others.
        near: nats or reward an episode.
    """
    figure, panel = layout.one(6.6, 3.9)
    numbers: list[dict[str, str]] = []
    every = np.concatenate([each for by_width in episodes.values() for each in by_width.values()])
    beyond = 1.5 * every[np.isfinite(every)].max(initial=1)
    for (task, by_width), aside in zip(episodes.items(), np.linspace(-0.08, 0.08, len(episodes)), strict=True):
        look = FAMILIES[families[task]] if task in families else PLAYER
        at = np.array(list(by_width)) * (1 + aside)
        low, middle, high = (
            np.minimum([np.quantile(each, q, method="nearest") for each in by_width.values()], beyond)
            for q in (0.05, 0.5, 0.95)
        )
        points(panel, at, Percentiles(low, middle, high), look, upright=True)
        curve(panel, at, middle, look, task, markersize=5, linewidth=1)
        for units, each in by_width.items():
            numbers.append({"task": task, "width": str(units), "episodes": f"{np.median(each):,.0f}"})
    panel.set(xscale="log", yscale="log", xlabel="width N", ylabel=f"episodes until within {number(near)}")
    layout.marks(panel.xaxis, sorted({n for each in episodes.values() for n in each}))
    layout.plainly(panel.yaxis, 3.0)
    panel.legend(fontsize=9)
    alt = f"Episodes seen until the divergence, or the missed reward, is first below {number(near)}, by width: "
    alt += told(numbers, "{task}, {width} units: {episodes}", "; ")
    return style.picture(figure, alt + ".", numbers)
