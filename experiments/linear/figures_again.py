"""Pictures of Learners beside the gradient flow from their own first weights, and of what depth does to the order."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from experiments.linear.figures import by_size
from lib.plotting import layout, style
from lib.plotting.grammar import curve, finite, points
from lib.plotting.looks import BOUND, SERIES
from lib.plotting.style import Picture, Table, in_style, number, said, told
from lib.probes.quantiles import percentiles

Array = np.ndarray
SHOWN = 8  # Learners whose curves are drawn


@in_style
def own_flow(
    values: Float[Array, " mode"],
    moments: Float[Array, " moment"],
    progress: Float[Array, "learner moment mode"],
    flows: Float[Array, "learner moment mode"],
    times: Float[Array, "learner mode"],
    flow_times: Float[Array, "learner mode"],
) -> Picture:
    """Learners of one target, each beside the gradient flow that begins with its own first weights.

    Args:
        values: singular values of the target, largest first.
        progress: the share of each mode that each Learner has learned.
        flows: the same of the flows.
        times: when 80% of each mode is learned.
        flow_times: the same of the flows.
    """
    figure, (courses, until) = layout.row(2, 8.6, 3.6)
    looks = by_size(len(values))[::-1]
    numbers = Table("singular value", "80% after, median (5-95%)", "by the flow", "furthest from its flow")
    for place, (value, look) in enumerate(zip(values, looks, strict=True)):
        for learner in range(min(SHOWN, len(progress))):
            label = f"{value:g}" if learner == 0 else None
            courses.plot(moments, progress[learner, :, place], color=look.color, linewidth=2.4, alpha=0.45, label=label)
            curve(courses, moments, flows[learner, :, place], BOUND, linewidth=1)
        until.plot(flow_times[:, place], times[:, place], **look.scattered.drawn, markersize=4, alpha=0.7)
        far = np.sqrt(np.square(progress[..., place] - flows[..., place]).mean(axis=1)).max()
        numbers.row(
            f"{value:g}", said(percentiles(times[:, place])), said(percentiles(flow_times[:, place])), f"{far:.4f}"
        )
    ends = [float(np.nanmax(finite(each))) for each in (times, flow_times)]
    until.plot([0, max(ends)], [0, max(ends)], color=style.INK, linestyle=":", linewidth=1)
    courses.set(title=f"{min(SHOWN, len(progress))} Learners, share q", xlabel="steps", ylim=(-1.1, 1.3))
    until.set(title="steps until q is 0.8", xlabel="by its own gradient flow", ylabel="of the Learner")
    layout.legend(figure, courses, title="singular value; dotted: gradient flow")
    alt = (
        f"Left: the share of each mode over training for {min(SHOWN, len(progress))} Learners, each on top of the "
        f"dotted gradient flow from its own first weights. Right: steps until 80% of {len(progress)} Learners against "
        "what their flows say, along the diagonal. "
        + told(
            numbers,
            "Singular value {singular value}: after {80% after, median (5-95%)} steps, by the flow {by the flow}; no "
            "Learner is further than {furthest from its flow} from its flow, root mean square.",
        )
    )
    return style.picture(figure, alt, numbers)


@in_style
def by_depth(
    depths: Float[Array, " depth"],
    ratios: Mapping[str, Float[Array, "depth network"]],
    theory: Float[Array, " depth"],
    along_axes: Float[Array, " depth"],
    proportion: float,
) -> Picture:
    """How many times as long the smaller of two modes takes, by the number of layers.

    Args:
        ratios: by optimiser, of networks that begin balanced.
        theory: by Saxe's equation.
        along_axes: by steps of one size for each weight, where every weight belongs to one mode.
        proportion: of the singular values: what the ratio is in the limit of a small start.
    """
    figure, axis = layout.one(6.4, 3.9)
    curve(axis, depths, theory, BOUND, "gradient flow, by theory")
    curve(axis, depths, along_axes, BOUND, "one size of steps, by theory", dashes=(6, 2))
    numbers = Table("layers", "theory", *ratios, "one size of steps")
    for look, (name, own) in zip(SERIES, ratios.items(), strict=False):
        points(axis, depths, own.T, look, name, upright=True)
    for place, depth in enumerate(depths):
        found = [said(own[place]) for own in ratios.values()]
        numbers.row(f"{depth:g}", f"{theory[place]:.2f}", *found, f"{along_axes[place]:.2f}")
    layout.bound(axis, y=proportion)
    axis.set(xlabel="layers", ylabel="smaller over larger, steps to 80%", ylim=(0, 1.8 * proportion))
    layout.marks(axis.xaxis, list(map(float, depths)))
    layout.legend(figure, axis, 3)
    first, last = numbers[0], numbers[-1]
    alt = (
        f"Times of the smaller of two modes over the larger, singular values {number(proportion)} to 1, against the "
        f"number of layers. By theory {first['theory']} with {first['layers']} layer and {last['theory']} with "
        f"{last['layers']}, towards a line at {number(proportion)}. "
        + told(
            numbers,
            "{layers} layers: " + ", ".join(f"{name} {{{name}}}" for name in ratios) + ".",
        )
    )
    return style.picture(figure, alt, numbers)
