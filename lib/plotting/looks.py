"""What each quantity looks like, on every page: one table of colours, marks and dashes.

An optimum is a dashed line in the page's ink, whichever it is: Bayes, Gittins, ridge regression, dynamic programming.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from matplotlib.colors import Colormap, LinearSegmentedColormap

from lib.plotting import style
from lib.plotting.style import BLUE, GREEN, GREY, INK, ORANGE, PURPLE

DASHED: Any = (0, (2.6, 2.2))  # kept for the optimum wherever the line is in ink
DASHES: Any = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "h", "*")


@dataclass(frozen=True)
class Look:
    """A line and its marks; colour never stands alone.

    Attributes:
        color: of the line, and of its marks unless these have their own.
        marker: matplotlib's; none for a bare line.
        dash: matplotlib's; none for marks alone.
        filled: whether marks are.
        marks: colour of the marks, if not the line's.
    """

    color: Any
    marker: str = ""
    dash: Any = "-"
    filled: bool = True
    marks: Any = None

    @property
    def drawn(self) -> dict[str, Any]:
        """As matplotlib's `plot` wants it."""
        marks = self.color if self.marks is None else self.marks
        face = marks if self.filled else "none"
        line = {"color": self.color, "linestyle": self.dash, "marker": self.marker}
        return line | {"markeredgecolor": marks, "markerfacecolor": face}

    @property
    def hollow(self) -> "Look":
        """The same, its marks in outline."""
        return replace(self, filled=False)

    @property
    def scattered(self) -> "Look":
        """The same, its marks without a line."""
        return replace(self, dash="")

    def of(self, rule: "Look") -> "Look":
        """A rule's line, such as the optimum's, with marks of this look, where colour says what else is compared."""
        return replace(self, color=rule.color, dash=rule.dash, marks=self.color)


OPTIMUM = Look(INK, dash=DASHED)
FIXED = Look(INK)  # the best of all rules that decide beforehand
BOUND = Look(INK, dash=":")  # of a rule, a theory or the world
TRAINED = Look(BLUE, "o")
UNTRAINED = Look(GREY, "o", filled=False)
# What a legend says of hollow and filled marks where colour says something else.
BEFORE_AND_AFTER = {"untrained": UNTRAINED, "trained": Look(GREY, "o")}
TRUTH = GREY  # a wide band behind what is said of it

# Kinds that have no look of their own: worlds, lifetimes, modes, ways to train.
SERIES = (Look(BLUE, "o"), Look(ORANGE, "s"), Look(PURPLE, "^"), Look(GREEN, "D"), Look(GREY, "v"))
SIDES = SERIES[:3]  # of a die
FAMILIES = dict(zip(("Bernoulli", "categorical", "exponential", "Gaussian"), SERIES, strict=False))  # of observations
# What was found of a claim, in the colours of its badge.
VERDICTS = {
    "reproduced": Look(style.REPRODUCED, "o", ""),
    "partly": Look(style.PARTLY, "D", ""),
    "not": Look(style.NOT, "X", ""),
}


def of_task(task: str, families: Mapping[str, str]) -> Look:
    """Tasks of one family share its colour and marker; a dash tells them apart.

    Args:
        families: of all tasks that are drawn, by name.
    """
    alike = [name for name in families if families[name] == families[task]]
    return replace(FAMILIES[families[task]], dash=DASHES[alike.index(task)])


def shades(name: str, *colors: str) -> Colormap:
    """A scale of colours, each running into the next."""
    return LinearSegmentedColormap.from_list(name, colors)


TRAINING = shades("training", GREY, ORANGE, PURPLE, BLUE)  # from the first update, or step, to the last
LOW_TO_HIGH = shades("low to high", ORANGE, GREY, BLUE)  # of what is said
# From pale to dark blue through orange: read as a grey it falls all the way, and it stands out on both pages.
# In the dark the page turns its brightness round: nothing is dark there, and much is bright.
AMOUNT = shades(style.AMOUNT, "#fbdcbc", "#e8a05f", "#c26a54", "#7a4c86", "#3b4a9c")
