"""A picture of the theorem of Ortega et al. 2019: a predictor's excess log-loss is its divergence from Bayes."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float
from torch import Tensor

from lib.plotting import layout, style
from lib.plotting.looks import BOUND, SERIES, TRAINED, UNTRAINED
from lib.plotting.style import Picture, in_style, number

SURE = 1.96  # standard errors to either side of a mean
NETWORKS = {"untrained network": UNTRAINED, "trained network": TRAINED}  # other predictors have looks of a series


@in_style
def excess_is_divergence(
    excess: Mapping[str, Float[Tensor, " episode"]], kl: Mapping[str, Float[Tensor, " episode"]]
) -> Picture:
    """Excess log-loss against summed KL divergence from Bayes, in nats an episode, for several predictors.

    Args:
        excess: by predictor, in each episode; its mean must be positive, as the axes are logarithmic.
        kl: by predictor, in the same episodes.

    Raises:
        ValueError: if a mean is not positive.
    """
    figure, panel = layout.one(6.2, 4.4)
    numbers, others = [], iter(SERIES[1:])
    for name, lost in excess.items():
        look = NETWORKS.get(name) or next(others)
        (x, x_error), (y, y_error) = (_mean(name, each) for each in (kl[name], lost))
        panel.errorbar(x, y, y_error, x_error, label=name, markersize=7, **look.scattered.drawn)
        numbers.append({"predictor": name, "excess loss": f"{number(y)} ± {number(y_error)}", "summed KL": number(x)})
    ends = np.array([float(kl[name].mean()) for name in kl])
    line = np.array([ends.min() / 2, ends.max() * 2])
    panel.plot(line, line, linewidth=1.2, zorder=0, label="equal", **BOUND.drawn)
    panel.set(xscale="log", yscale="log", aspect="equal")
    panel.set(xlabel="summed KL from Bayes, nats an episode", ylabel="excess log-loss, nats an episode")
    panel.legend(loc="lower right", fontsize=9)
    alt = (
        "Excess log-loss of predictors against their summed KL divergence from Bayes, on logarithmic axes; all lie on "
        "the line on which both are equal. "
        + " ".join(f"{row['predictor']}: {row['excess loss']} and {row['summed KL']} nats." for row in numbers)
    )
    return style.picture(figure, alt, numbers)


def _mean(name: str, values: Float[Tensor, " episode"]) -> tuple[float, float]:
    """A mean and half of its 95% interval."""
    mean = float(values.mean())
    if not mean > 0:
        raise ValueError(f"the mean of {name!r} is {mean:g}; on logarithmic axes it must be positive")
    return mean, SURE * float(values.std()) / len(values) ** 0.5
