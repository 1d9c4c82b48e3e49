"""Rules for networks that predict a hidden Markov model: whether they filter, and whether their state is the belief.

The first two claims and the third are read from Shai et al. 2024, who look at transformers; the last is Agarwal et
al.'s (2025).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from experiments.prediction.claims import evidence
from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence, count
from lib.probes.quantiles import percentiles
from lib.runner import store

Array = np.ndarray

RECURRENT = ("LSTM", "GRU")
TRANSFORMER = ("transformer",)
TRAINED, UNTRAINED, SHUFFLED = CONTROLS = ("trained", "untrained", "shuffled")  # whose belief was read
NEAR = 0.01  # nats an episode from the forward algorithm
SHARE = 0.05  # of what predicting from the belief that an untrained network's state gives loses


def from_the_filter(belief: store.Result, agents: Sequence[str]) -> dict[str, Float[Array, " run"]]:
    """KL from the forward algorithm to each network in nats an episode, by agent and chain."""
    return _by_case(belief, "kl", agents, lambda each: each.sum("step").values)


def left_of_untrained(belief: store.Result, agents: Sequence[str]) -> dict[str, Float[Array, " run"]]:
    """KL of predictions from the linearly read belief over the same of the same network untrained, by agent and
    chain.
    """
    return _by_case(
        belief, "read_kl", agents, lambda each: (each.sel(state=TRAINED) / each.sel(state=UNTRAINED)).values
    )


@criterion("N01", "belief", fixed="2026-11-29")
def recurrent_networks_filter(belief: store.Result) -> Evidence:
    """N01: KL from the forward algorithm to the network, summed over the steps of an episode as in training, on
    held-out episodes; LSTM and GRU on Mess3 and on a chain with long memory.

    Reproduced if the median network's is at most {NEAR} nats in all four cases, partly if in some, else not.
    """
    found = from_the_filter(belief, RECURRENT)
    return _judged(belief, found, NEAR, "{:.4f} nats", "belief.html#fig-belief-filter")


@criterion("N02", "belief", fixed="2026-11-29")
def belief_is_linear(belief: store.Result) -> Evidence:
    """N02: KL of the predictions that follow from the belief which is read linearly from a network's features, as a
    share of the same for the network before training; readouts are fitted on other episodes. LSTM and GRU on Mess3 and
    on a chain with long memory.

    Reproduced if the median network's is at most {SHARE:.0%} in all four cases, partly if in some, else not.
    """
    found = left_of_untrained(belief, RECURRENT)
    return _judged(belief, found, SHARE, "{:.1%}", "belief.html#fig-belief-readout")


@criterion("N03", "belief-transformer", fixed="2026-11-29")
def transformers_do_the_same(belief: store.Result) -> Evidence:
    """N03: the two measures of N01 and N02, of transformers within the length of their training episodes.

    Reproduced if the median transformer is at most {NEAR} nats from the forward algorithm, and keeps at most
    {SHARE:.0%} of the untrained network's loss by a linearly read belief, on both chains; partly if in some of these
    four cases, else not. The statistic is the largest, in multiples of its bound.
    """
    filters, reads = from_the_filter(belief, TRANSFORMER), left_of_untrained(belief, TRANSFORMER)
    said = [f"{name} {np.median(own):.4f} nats" for name, own in filters.items()]
    said += [f"read {name} {np.median(own):.1%}" for name, own in reads.items()]
    multiples = {name: own / NEAR for name, own in filters.items()}
    multiples |= {f"read {name}": own / SHARE for name, own in reads.items()}
    return _evidence(belief, multiples, 1.0, "; ".join(said), "belief.html#fig-belief-transformer")


@criterion("N04", "belief", fixed="2026-11-29", same_as=("N01",))
def no_belief_transport(belief: store.Result) -> Evidence:
    """N04: the numbers of N01, the other way round: a network that holds static sufficient statistics alone cannot
    follow a hidden state that moves.

    Not reproduced if recurrent networks are at most {NEAR} nats from the forward algorithm in all four cases of N01,
    partly if in some. Reproduced if in none.
    """
    found = from_the_filter(belief, RECURRENT)
    filters = _evidence(belief, found, NEAR, "", "belief.html#fig-belief-transport")
    contrary = {"reproduced": "not", "partly": "partly", "not": "reproduced"}[filters.verdict]
    held = {name: bool(np.median(own) <= NEAR) for name, own in found.items()}
    return _evidence(belief, found, NEAR, f"recurrent networks filter in {count(held)}", filters.figure, contrary)


def _by_case(
    belief: store.Result, variable: str, agents: Sequence[str], of: Callable[[Any], Any]
) -> dict[str, Float[Array, " run"]]:
    values = belief.data[variable]
    return {
        f"{agent}, {chain}": np.asarray(of(values.sel(agent=agent, chain=chain)), dtype=float)
        for chain in map(str, belief.data.chain.values)
        for agent in agents
    }


def _judged(
    belief: store.Result, found: Mapping[str, Float[Array, " run"]], most: float, form: str, figure: str
) -> Evidence:
    value = "; ".join(f"{name} {form.format(np.median(own))}" for name, own in found.items())
    return _evidence(belief, found, most, value, figure)


def _evidence(
    belief: store.Result,
    found: Mapping[str, Float[Array, " run"]],
    most: float,
    value: str,
    figure: str,
    verdict: str | None = None,
) -> Evidence:
    """What the median network of each case says against a bound; the interval is that of the worst case."""
    medians = {name: float(np.median(own)) for name, own in found.items()}
    worst = max(medians, key=medians.__getitem__)
    held = [median <= most for median in medians.values()]
    verdict = verdict or ("reproduced" if all(held) else "partly" if any(held) else "not")
    return evidence(belief, verdict, value, percentiles(found[worst]), figure, medians[worst])
