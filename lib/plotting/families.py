"""How the four families of observations look in every picture: a colour, a marker and a dash each."""

from collections.abc import Mapping
from dataclasses import dataclass

from matplotlib.lines import Line2D

from lib.plotting import style


@dataclass(frozen=True)
class Look:
    """Colour never stands alone."""

    color: str
    marker: str
    dash: str


FAMILIES = {
    "Bernoulli": Look(style.BLUE, "o", "-"),
    "categorical": Look(style.ORANGE, "s", "--"),
    "exponential": Look(style.PURPLE, "^", "-."),
    "Gaussian": Look(style.GREEN, "D", ":"),
}
SIDES = (Look(style.BLUE, "o", "-"), Look(style.ORANGE, "s", "-"), Look(style.PURPLE, "^", "-"))  # of a die


def dash(task: str, families: Mapping[str, str]) -> str:
    """Tasks of one family share its colour and marker; a dash tells them apart."""
    return ("-", "--", "-.", ":")[[name for name in families if families[name] == families[task]].index(task)]


def before_and_after() -> list[Line2D]:
    """What a legend says of open and filled marks."""
    return [
        Line2D([], [], color=style.GREY, marker="o", markerfacecolor="none", label="untrained"),
        Line2D([], [], color=style.GREY, marker="o", label="trained"),
    ]
