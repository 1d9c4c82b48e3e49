"""A rule for prompts. Its bounds were fixed before any prompt was searched for."""

import numpy as np
from jaxtyping import Float

from experiments.prediction.claims import evidence
from experiments.prediction.claims_simulation import LOW
from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence
from lib.probes.quantiles import percentiles
from lib.runner import store


def left(prompts: store.Result, target: str, kind: str) -> Float[np.ndarray, " run"]:
    """What a prompt leaves of the divergence from the Bayesian of another world, as a share, by network."""
    kl = prompts.data.kl.sel(target=target)
    return (kl.sel(prompt=kind) / kl.sel(prompt="none")).values.astype(float)


@criterion("N14", "prompts", fixed="2026-11-29")
def a_prompt_is_a_prior(prompts: store.Result, low: float = LOW) -> Evidence:
    """N14: what the best prompt leaves of the KL from the Bayesian of another world to a network whose weights stay as
    they are: a world of one coin in the support of its prior, and a world of two coins, equally likely.

    A world is reached if the median network is left with at most {low:.0%}. Reproduced if one coin is reached by the
    best soft prefix, and two coins neither by that nor by the best hard one; partly if one coin is reached by the soft
    prefix, and two coins too.
    """
    found = {(t, k): percentiles(left(prompts, t, k)) for t in ("one coin", "two coins") for k in ("hard", "soft")}
    reached = {each: bool(share.median <= low) for each, share in found.items()}
    value = "left of the divergence: " + "; ".join(
        f"{target}, {kind} {float(share.median):.1%}" for (target, kind), share in found.items()
    )
    one, two = reached["one coin", "soft"], reached["two coins", "soft"] or reached["two coins", "hard"]
    verdict = "not" if not one else "partly" if two else "reproduced"
    decides = found["one coin", "soft"]
    return evidence(prompts, verdict, value, decides, "prompts.html#fig-prompts-kl", decides.median)
