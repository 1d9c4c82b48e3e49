"""The optimum looks the same on every page, whichever it is: a dashed line in the page's ink."""

from collections.abc import Callable

import numpy as np
import pytest

from experiments.bandits import figures as bandits
from experiments.coins import figures as coins
from experiments.contexts import figures as contexts
from experiments.fourier import figures as fourier
from lib.plotting.style import Picture
from tests.experiments.bandits import test_claims_learning as learning
from tests.experiments.bandits import test_figures as players
from tests.experiments.bandits import test_figures_structure as inside
from tests.experiments.gridworld import test_claims as walkers
from tests.experiments.linear import test_claims as lines
from tests.experiments.one_armed import test_figures as niche
from tests.lib.plotting import test_figures as predictors
from tests.pictures import optima

HALVES = np.full((3, 4), 0.5)
STEPS = np.arange(1, 5)
COURSE = contexts.Course(np.full((3, 4, 2), 0.5), STEPS)
Q = np.full((1, 4, 2), 0.5)
WAVES = {0.5: np.array([[1.0, 2.0]])}
HISTORIES = ["", "H", "T"]
INDEX = np.array([[0.6, 0.55, 0.5], [0.8, 0.7, 0.6]])
BOTH = {"fair": HALVES, "bent": HALVES}


def coin() -> coins.Episode:
    return coins.Episode("one", "fair", 0.5, *np.full((3, 4), 0.5))


# Each picture, and on how many lines at least the optimum is, in its panels and in its legend.
PICTURES: dict[str, tuple[Callable[[], Picture], int]] = {
    "Bayes after every history": (
        lambda: coins.tree(HISTORIES, {"fair": HALVES[:, :3]}, {"fair": np.array([0.5, 0.75, 0.25])}),
        3,
    ),
    "Bayes along an episode": (lambda: coins.episodes([[coin(), coin()]], 3), 3),
    "Bayes with the wrong prior": (
        lambda: coins.wrong_prior(STEPS, BOTH, BOTH, dict.fromkeys(BOTH, STEPS / 9), 3),
        3,
    ),
    "Bayes on a die": (predictors.PICTURES["dice"][0], 3 * 4 + 1),
    "Bayes on readings": (predictors.PICTURES["quantities"][0], 2 * 3),
    "a Bayesian's order": (predictors.PICTURES["order"][0], 1),
    "Bayes's loss": (predictors.PICTURES["losses"][0], 1),
    "dynamic programming in an episode": (players.PICTURES["episodes"][0], 2 * 2 + 1),
    "dynamic programming by step": (players.PICTURES["regret by step"][0], 4 + 1),
    "nothing short of the optimum": (players.PICTURES["shortfalls"][0], 1),
    "what the optimum earns": (learning.PICTURES["returns"][0], 4),
    "nothing missed": (learning.PICTURES["within an episode"][0], 1),
    "the optimum of the entropy-regularised reward": (learning.PICTURES["hesitation"][0], 3 + 1),
    "an optimum's echo": (inside.PICTURES["reservoir"][0], 2),
    "Gittins indices": (lambda: bandits.indices([0.5, 0.9], INDEX, INDEX), 2 * 2 + 2),
    "ridge regression by step": (lines.PICTURES["errors"], 1 + 1),
    "ridge regression over training": (lines.PICTURES["curves"], 1),
    "ridge regression, mode by mode": (lambda: lines.the_dynamics(optimum=True), 2 * 3),
    "the map of worlds": (niche.PICTURES["maps"][0], 2 * 3 + 1),
    "edges": (niche.PICTURES["edges"][0], 3 + 1),
    "two theories": (niche.PICTURES["sides"][0], 1 + 1),
    "crowds": (niche.PICTURES["crowds"][0], 3 + 1),
    "the price of certainty": (niche.PICTURES["on the way"][0], 2 + 1),
    "the walker that plans": (walkers.PICTURES["best visits"][0], 3),
    "what the walker that plans earns": (walkers.PICTURES["curves"][0], 2 + 1),
    "visits of the walker that plans": (walkers.PICTURES["visits"][0], 3 + 1),
    "the greedy Bayesian": (lambda: contexts.in_turn({"all": COURSE}, "steps", optimum=True), 2 * 2 + 2),
    "all the way to Bayes": (lambda: contexts.outer({"all": (STEPS, HALVES)}), 1),
    "the table of phases": (lambda: fourier.learning(Q, STEPS, WAVES, "it", "steps", optimum=True), 2 + 2),
    "two Bayesians": (
        lambda: fourier.errors({"networks": np.full((3, 40), 0.1), "Bayes": np.full((1, 40), 0.1)}, 1),
        2,
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_an_optimum_is_dashed_and_in_the_page_s_ink(name: str) -> None:
    draw, least = PICTURES[name]
    assert optima(draw()) >= least


def test_who_learns_is_not_drawn_as_an_optimum() -> None:
    drawn = (
        lines.the_dynamics(),
        contexts.in_turn({"all": COURSE}, "steps"),
        fourier.learning(Q, STEPS, WAVES, "it", "s"),
    )
    assert [optima(each) for each in drawn] == [0, 0, 0]
