"""One task in all its pictures: how it was learned, and what the two machines look like inside."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Real

from lib.plotting import convergence, structure, style
from lib.plotting.structure import Panel
from lib.plotting.style import Picture, in_style, number, said
from lib.probes.quantiles import percentiles


@in_style
def task(
    name: str,
    episodes_seen: Real[np.ndarray, " checkpoint"],
    kl: Float[np.ndarray, "run checkpoint step"],
    places: Float[np.ndarray, "point 2"],
    moments: int,
    panels: Sequence[Panel],
) -> Picture:
    """Divergence within an episode for the first network, the map of all networks, and the four panels of structure."""
    figure, axes = style.mosaic([["within", "within", "map", "map"], ["0", "1", "2", "3"]], 7.4, 4.6)
    convergence.within_panel(axes["within"], episodes_seen, kl[0])
    axes["within"].set(title="within an episode", xlabel="step", ylabel="KL from Bayes, nats")
    convergence.map_panel(axes["map"], places, len(kl), moments)
    axes["map"].set_title("ten networks and Bayes")
    for place, panel in enumerate(panels):
        structure.cloud(axes[str(place)], panel, episodes=3, size=4)
        axes[str(place)].set_title(panel.title.replace(" embedded in ", " in "), fontsize=9)
    final = percentiles(kl[:, -1].sum(axis=1))
    errors = [panel.error for panel in panels if panel.error is not None]
    numbers = [
        {
            "task": name,
            "untrained": number(float(np.median(kl[:, 0].sum(axis=1)))),
            "trained, median (5-95%)": said(final),
            "MSE RNN in Opt": f"{errors[0]:.4f}",
            "MSE Opt in RNN": f"{errors[1]:.4f}",
        }
    ]
    alt = (
        f"The task {name} in six panels. KL divergence from Bayes falls from {numbers[0]['untrained']} to "
        f"{number(float(final.median))} nats an episode; {len(kl)} paths of training around Bayes; states of Bayes "
        f"and of the network, and each embedded in the other with errors of {errors[0]:.4f} and {errors[1]:.4f}."
    )
    return style.picture(figure, alt, numbers)
