"""How the four families of observations look in every picture: a colour, a marker and a dash each."""

from collections.abc import Mapping
from dataclasses import dataclass

from matplotlib.lines import Line2D

from lib.figures import style


@dataclass(frozen=True)
class Look:
    """Colour never stands alone."""

    color: str
    marker: str
    dash: str


FAMILIES = {
    "Bernoulli": Look(style.FAIR, "o", "-"),
    "categorical": Look(style.BENT, "s", "--"),
    "exponential": Look(style.THIRD, "^", "-."),
    "Gaussian": Look(style.FOURTH, "D", ":"),
}
SIDES = (Look(style.FAIR, "o", "-"), Look(style.BENT, "s", "-"), Look(style.THIRD, "^", "-"))  # of a die


def dash(task: str, families: Mapping[str, str]) -> str:
    """Tasks of one family share its colour and marker; a dash tells them apart."""
    return ("-", "--", "-.", ":")[[name for name in families if families[name] == families[task]].index(task)]


def before_and_after() -> list[Line2D]:
    """What a legend says of open and filled marks."""
    return [
        Line2D([], [], color=style.QUIET, marker="o", markerfacecolor="none", label="untrained"),
        Line2D([], [], color=style.QUIET, marker="o", label="trained"),
    ]
