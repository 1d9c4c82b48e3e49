"""Pictures of what Meta-Learners come to be able to learn, over their own training."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float, Real

from lib.figures import style
from lib.figures.style import Picture, in_style, number, said
from lib.probes.ensemble import spread

Array = np.ndarray
Course = tuple[Real[Array, " checkpoint"], Float[Array, "run checkpoint mode"]]

DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
MARKERS = ("o", "s", "^", "D", "v")
BEGUN = 0.05  # a share that can be seen
COLORS = (style.FAIR, style.BENT, style.THIRD, style.FOURTH, style.QUIET)


@in_style
def courses(ways: Mapping[str, Course], modes: Sequence[str], height: float = 0.5) -> Picture:
    """How much of each mode networks find by the end of an episode, over their training: a panel for each way to begin.

    Args:
        ways: for each panel, outer episodes at each checkpoint and the share found.
        modes: what the lines are called, in order.
        height: the share at which a mode counts as learned; drawn as a line.

    Raises:
        ValueError: if a course has not as many modes as there are names.
    """
    for name, (_, q) in ways.items():
        if q.shape[-1] != len(modes):
            raise ValueError(f"{name} has {q.shape[-1]} modes; there are {len(modes)} names")
    figure, axes = style.panels(1, len(ways), 2.9 * len(ways) + 0.6, 3.3, sharey=True)
    numbers, found = [], []
    middle = {name: np.median(q, axis=0) for name, (_, q) in ways.items()}
    begun = [each[(middle[name] > BEGUN).any(axis=1)] for name, (each, _) in ways.items()]
    left = min((each.min() for each in begun if len(each)), default=1) / 10  # before that there is nothing to see
    top = max(1.12, 1.05 * max(each.max() for each in middle.values()))
    for panel, (name, (episodes, q)) in zip(axes[0], ways.items(), strict=True):
        x = np.maximum(episodes, left)
        for mode, called in enumerate(modes):
            networks = spread(q[..., mode])
            style.band(panel, x, networks.low, networks.high, COLORS[mode])
            panel.plot(
                x, networks.median, linestyle=DASHES[mode], marker=MARKERS[mode], markersize=3, color=COLORS[mode],
                label=called if panel is axes[0, 0] else None,
            )  # fmt: skip
            reached = episodes[np.argmax(networks.median >= height)] if (networks.median >= height).any() else None
            end = spread(q[:, -1, mode])
            numbers.append(
                {
                    "networks": name,
                    "mode": called,
                    f"{height:.0%} after": f"{reached:,} episodes" if reached is not None else "never",
                    "at the end of training, median (5-95%)": said(end),
                }
            )
        ends = ", ".join(number(float(each)) for each in np.median(q[:, -1], axis=0))
        when = ", ".join(row[f"{height:.0%} after"].split()[0] for row in numbers[-len(modes) :])
        found.append(f"{name}: after {when} episodes; at the end of training {ends}.")
        panel.axhline(height, color=style.QUIET, linestyle=":", linewidth=1)
        panel.set(title=name, xscale="log", xlabel="outer episodes seen")
        panel.set(xlim=(left, 1.3 * max(each.max() for each, _ in ways.values())), ylim=(-0.1, top))
    axes[0, 0].set_ylabel("share found by the end of an episode")
    figure.legend(loc="outside lower center", ncols=len(modes), fontsize=9)
    alt = (
        f"Share of each mode that Meta-Learners find by the end of an episode, over their training. Modes "
        f"{', '.join(modes)} reach {height:.0%}: " + " ".join(found)
    )
    return style.picture(figure, alt, numbers)
