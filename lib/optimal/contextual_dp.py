"""One context of a contextual bandit, worked out: what each visit pays the greedy player, her twin who matches
probabilities, and the best player there can be.

What is known of a context is a log-odds for each action. Only their differences count, and which action is which does
not. So the states after n visits are few, and a player's own actions lead from one set of them to the next.

To be greedy is to be the best player here, in every such world that we tried. For two actions that is Feldman's (1962).

Source: none; Bellman 1957 for the method. The world is that of Rabinowitz 2019, section 5.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
from jaxtyping import Float
from scipy.stats import binom

from lib.optimal.bandit_agent import TIE
from lib.optimal.contextual import evidence
from lib.tasks.contextual import Contextual

Array = np.ndarray
Policy = Callable[[Float[Array, "state action"]], Float[Array, "state action"]]
DIGITS = 9  # log-odds that agree in so many are the same
NEGLIGIBLE = 1e-11  # ways to get somewhere that are rarer are left out


def greedy(log_odds: Float[Array, "state action"]) -> Float[Array, "state action"]:
    """Greedy policy of a posterior: all probability on the actions that are most likely right.

    >>> greedy(np.array([[1.0, 1.0, 0.0]]))
    array([[0.5, 0.5, 0. ]])
    """
    best = log_odds >= log_odds.max(axis=1, keepdims=True) - 10.0 ** (1 - DIGITS)
    return np.asarray(best / best.sum(axis=1, keepdims=True))


def matching(log_odds: Float[Array, "state action"]) -> Float[Array, "state action"]:
    """Probability matching: the posterior itself.

    >>> matching(np.log([[4.0, 1.0, 1.0]])).round(3)
    array([[0.667, 0.167, 0.167]])
    """
    odds = np.exp(log_odds - log_odds.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def by_visit(world: Contextual, visits: int, policy: Policy) -> Float[Array, " visit"]:
    """Expected reward of a policy at each visit to one context.

    >>> by_visit(Contextual(), 3, greedy).round(4)
    array([0.32  , 0.392 , 0.4496])

    Args:
        policy: the chances of each action, from the log-odds that each is right.

    Raises:
        ValueError: if there is no visit.
    """
    _at_least_one(visits)
    states, weight = np.zeros((1, world.actions)), np.ones(1)
    paid = np.empty(visits)
    for visit in range(visits):
        policies, pays = policy(states), _pays(world, states)
        paid[visit] = (weight[:, None] * policies * pays).sum()
        if visit + 1 < visits:
            took = weight[:, None] * policies
            after = np.stack(_after(world, states), axis=1)  # state, outcome, action taken, action
            weights = np.stack([took * pays, took * (1 - pays)], axis=1)
            some = weights > NEGLIGIBLE
            states, which = _distinct(after[some])
            summed = np.bincount(which, weights[some])
            weight = summed / summed.sum()
    return paid


def best_by_visit(world: Contextual, visits: int) -> Float[Array, " visit"]:
    """Expected reward at each visit of the policy of largest return over all of them.

    Raises:
        ValueError: if there is no visit.
    """
    _at_least_one(visits)
    levels, onward = [np.zeros((1, world.actions))], []
    for _ in range(visits - 1):
        after = np.stack(_after(world, levels[-1]), axis=1)
        states, which = _distinct(after.reshape(-1, world.actions))
        levels.append(states)
        onward.append(which.reshape(after.shape[:-1]))
    policies: list[Array] = []
    value = np.zeros(0)
    for visit in reversed(range(visits)):
        pays = _pays(world, levels[visit])
        worth = pays.copy()
        if visit + 1 < visits:
            next_values = value[onward[visit]]
            worth += pays * next_values[:, 0] + (1 - pays) * next_values[:, 1]
        value = worth.max(axis=1)
        best = worth >= value[:, None] - TIE
        policies.append(best / best.sum(axis=1, keepdims=True))
    policies.reverse()
    paid, weight = np.empty(visits), np.ones(1)
    for visit, (states, chances) in enumerate(zip(levels, policies, strict=True)):
        pays, took = _pays(world, states), weight[:, None] * chances
        paid[visit] = (took * pays).sum()
        if visit + 1 < visits:
            weights = np.stack([took * pays, took * (1 - pays)], axis=1)
            weight = np.zeros(len(levels[visit + 1]))
            np.add.at(weight, onward[visit].ravel(), weights.ravel())
    return paid


def in_an_episode(paid: Float[Array, " visit"], contexts: int, steps: int) -> Float[Array, " step"]:
    """Expected reward at each step of an episode from that at each visit to a context, if contexts come at random.

    The number of earlier visits to the context of step t is binomial.

    Raises:
        ValueError: if the visits are too few: in an episode there can be as many as steps.
    """
    if len(paid) < steps:
        raise ValueError(f"paid has {len(paid)} visits; in {steps} steps there can be as many")
    earlier = np.arange(steps)
    chances = binom.pmf(earlier[None], earlier[:, None], 1 / contexts)
    return np.asarray(chances @ paid[:steps])


Player = Literal["greedy", "matching"]


def earns(world: Contextual, steps: int, player: Player = "greedy") -> Float[Array, " step"]:
    """Expected reward at each step of an episode of a policy that acts on the exact posterior of each context.

    >>> paid = earns(Contextual(), 100)
    >>> [round(float(each.mean()), 3) for each in (paid, paid[:20], paid[-20:])]
    [0.644, 0.436, 0.761]
    """
    # More visits than these come less often than once in 10^12 episodes.
    visits = min(steps, int(binom.isf(1e-12, steps, 1 / world.contexts)) + 1)
    paid = by_visit(world, visits, {"greedy": greedy, "matching": matching}[player])
    return in_an_episode(np.pad(paid, (0, steps - visits), mode="edge"), world.contexts, steps)


def _pays(world: Contextual, states: Float[Array, "state action"]) -> Float[Array, "state action"]:
    """What each action is expected to pay."""
    return np.asarray(world.p_incorrect + (world.p_correct - world.p_incorrect) * matching(states))


def _after(
    world: Contextual, states: Float[Array, "state action"]
) -> tuple[Float[Array, "state taken action"], Float[Array, "state taken action"]]:
    """What is known after each action was rewarded, and after it was not."""
    taken = np.eye(world.actions)
    reward, miss = evidence(world)
    return states[:, None] + reward * taken, states[:, None] + miss * taken


def _distinct(states: Float[Array, "some action"]) -> tuple[Float[Array, "state action"], Array]:
    """The different ones among states, and which of them each is: actions in order, the least likely at 0."""
    ordered = np.sort(states, axis=1)
    ordered = (ordered - ordered[:, :1]).round(DIGITS) + 0.0
    distinct, which = np.unique(ordered, axis=0, return_inverse=True)
    return distinct, which.reshape(-1)


def _at_least_one(visits: int) -> None:
    if visits < 1:
        raise ValueError(f"visits is {visits}; there must be at least 1")
