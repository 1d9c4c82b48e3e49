"""How the four families of observations look in every picture: a colour, a marker and a dash each."""

from dataclasses import dataclass

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
