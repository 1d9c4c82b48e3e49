"""An amended rule for the two classes of networks, fixed before the networks that it reads were trained."""

import numpy as np
from jaxtyping import Float
from scipy.stats import fisher_exact

from experiments.one_armed import claims_networks
from experiments.one_armed.claims_networks import FINEST, PAGE, SOME
from experiments.one_armed.ensembles import NEAR, RECIPES
from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence
from lib.probes import bimodality as mixture
from lib.runner import store

Array = np.ndarray

LEAST = 0.01  # of an ensemble: what is fewer is no class
CHANCE = 0.01  # that shares differ so much, if networks refrain as often near the edge as far inside
FAR = ("far outside", "far inside")


def has_two(pulls: Float[Array, " network"]) -> bool:
    """Whether an ensemble falls into two classes, of which neither is smaller than `LEAST`."""
    found = mixture.classes(pulls, FINEST, split=SOME)
    return found.evidence > mixture.EVIDENCE and found.separation > mixture.SEPARATION and min(found.shares) >= LEAST


def chance(near: Float[Array, " network"], inside: Float[Array, " network"]) -> float:
    """Fisher's exact probability, one-sided, that so many more networks refrain near the edge than far inside."""
    table = np.array([[(pulls <= SOME).sum(), (pulls > SOME).sum()] for pulls in (near, inside)])
    return float(fisher_exact(table, alternative="greater").pvalue)


@criterion(
    "L06",
    "ensembles",
    fixed="2026-11-29",
    amends=claims_networks.bimodal,
    reason="A hundred networks cannot tell a twentieth that refrain from a thirtieth, and the first rule put its bound "
    "between the two; they had our recipe, and stood at the edge where the source's stand close to it, inside.",
    fresh=("ensembles",),
)
def bimodal_near_the_edge(ensembles: store.Result) -> Evidence:
    """L06: whether networks of one world, trained with settings like the source's, fall into two classes, by how often
    they pull an unknown arm that pays -1: close to the edge from which on the source's theory explores, where it does;
    far outside that edge; and far inside.

    A mixture of two normals is fitted to the networks of a world, beginning with those that pull at most {SOME} times
    and the others. They are two classes if it is preferred to one normal
    by more than {mixture.EVIDENCE:g} in the Bayesian information criterion, the two means are more than
    {mixture.SEPARATION:g} deviations apart, and neither class holds less than {LEAST:.0%} of networks. Four parts:
    there are two classes close to the edge; there is one far outside; one far inside; and more networks refrain, with
    at most {SOME} pulls an episode, close to the edge than far inside, with a probability of at most {CHANCE} by
    Fisher's exact test. Reproduced if all four hold, partly if the first and the last do; the number that decides is
    the share of the four that hold. What our recipe makes of the same worlds stands beside it and does not count.
    """
    data = ensembles.data
    of = {
        recipe: {str(place): _known(data.pulls.sel(recipe=recipe, place=place).values) for place in data.place.values}
        for recipe in RECIPES
    }
    source = of[RECIPES[0]]
    found = chance(source[NEAR], source[FAR[1]])
    two = {place: has_two(pulls) for place, pulls in source.items()}
    holds = (two[NEAR], not two[FAR[0]], not two[FAR[1]], found <= CHANCE)
    said = "; ".join(
        f"{recipe}: {', '.join(f'{(pulls <= SOME).mean():.1%} {place}' for place, pulls in each.items())}"
        for recipe, each in of.items()
    )
    value = (
        f"two classes {', '.join(place for place, each in two.items() if each) or 'nowhere'}; networks that do not "
        f"explore, {said}; p = {found:.2g}"
    )
    verdict = "reproduced" if all(holds) else "partly" if holds[0] and holds[3] else "not"
    figure, n = f"{PAGE}#fig-not-to-learn-crowds", len(source[NEAR])
    episodes = max(ensembles.manifest["episodes"].values())
    return Evidence(verdict, value, None, n, episodes, ensembles.profile, figure, float(np.mean(holds)))


def _known(pulls: Array) -> Float[Array, " network"]:
    """Those of the networks that there are; recipes have different numbers of them."""
    return np.asarray(pulls[pulls >= 0], dtype=float)
