"""One bandit in all its pictures: how it was learned, and what the two players look like inside."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from experiments.bandits import figures_structure
from lib.plotting import convergence, style
from lib.plotting.looks import TRAINING
from lib.plotting.structure import Panel
from lib.plotting.style import Picture, in_style, number, said
from lib.probes.quantiles import percentiles


@in_style
def bandit(
    name: str,
    missed: Float[np.ndarray, "run checkpoint step"],
    places: Float[np.ndarray, "point 2"],
    moments: int,
    panels: Sequence[Panel],
    short: Float[np.ndarray, " run"],
) -> Picture:
    """Reward missed within an episode by the first network, the map of all policies, and the four panels of structure.

    Args:
        name: of the bandit.
        missed: reward a step that the optimum can expect and the network cannot, during training.
        places: of every network at every moment on the map, network by network, and of the optimum at the end.
        moments: on the map.
        panels: states of both players, and each embedded in the other.
        short: shortfall of each trained network, reward an episode.
    """
    figure, axes = style.mosaic([["within", "within", "map", "map"], ["0", "1", "2", "3"]], 7.4, 4.6)
    steps = np.arange(1, missed.shape[2] + 1)
    for line, color in zip(missed[0], TRAINING(np.linspace(0, 1, missed.shape[1])), strict=True):
        axes["within"].plot(steps, line, color=color, linewidth=1.3)
    axes["within"].set(title="within an episode", xlabel="step", ylabel="reward missed", xticks=[1, 5, 10, 15, 20])
    convergence.map_panel(axes["map"], places, len(missed), moments)
    axes["map"].set_title("ten policies and the optimum")
    for place, panel in enumerate(panels):
        figures_structure.cloud(axes[str(place)], panel, episodes=3)
        axes[str(place)].set_title(panel.title.replace(" embedded in ", " in "), fontsize=9)
    errors = [panel.error for panel in panels if panel.error is not None]
    numbers = [
        {
            "bandit": name,
            "untrained": number(float(np.median(missed[:, 0].sum(axis=1)))),
            "trained, median (5-95%)": said(percentiles(short)),
            "MSE RNN in Opt": f"{errors[0]:.4f}",
            "MSE Opt in RNN": f"{errors[1]:.4f}",
        }
    ]
    alt = (
        f"The bandit {name} in six panels. The shortfall from the optimum goes from {numbers[0]['untrained']} to "
        f"{number(float(np.median(short)))} reward an episode; {len(missed)} paths of training around the optimum; "
        f"states of the optimum and of the network, and each embedded in the other with errors of {errors[0]:.4f} and "
        f"{errors[1]:.4f}."
    )
    return style.picture(figure, alt, numbers)
