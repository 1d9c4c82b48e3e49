"""Ensembles by two recipes, and the amended rule on them, within its bounds and outside."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import xarray as xr

from experiments.one_armed import claims_ensembles as rules
from experiments.one_armed import ensembles, restless, specs
from lib.runner import store
from lib.training.a2c import A2C


def test_members_differ_in_world_and_seed_alone_and_no_other_network_has_theirs() -> None:
    source, ours = (ensembles.members("laptop", recipe) for recipe in ensembles.RECIPES)
    assert (len(source), len(ours)) == (1_000, 200)
    assert [each.explorer.task.sigma_p for each in source[:4]] == list(ensembles.PLACES.values())  # type: ignore[attr-defined]
    for each in (source, ours):
        assert len({member.alike for member in each[:8]}) == 1
    seeds = {member.seed for each in (source, ours) for member in each}
    assert len(seeds) == 1_200
    assert isinstance(source[0].explorer, A2C)
    others = (specs.grid, specs.ensembles, specs.dynamics, specs.collapse, specs.patient_grid, restless.networks)
    assert all(seeds.isdisjoint(spec.seed for spec in other("laptop")) for other in others)
    with pytest.raises(ValueError, match="seed is 5; one that stands for an ensemble has seed 0"):
        replace(source[0], explorer=replace(source[0].explorer, seed=5))


def test_each_recipe_between_the_source_and_ours_changes_one_thing_more() -> None:
    members = ensembles.between("laptop")
    assert len(members) == 40 * len(ensembles.BETWEEN)
    ends = [
        ensembles.members("laptop", recipe)[list(ensembles.PLACES).index(ensembles.NEAR)]
        for recipe in ensembles.RECIPES
    ]
    walk = [each.explorer for each in (ends[0], *members[: len(ensembles.BETWEEN)], ends[1])]
    assert {each.task.sigma_p for each in walk} == {ensembles.PLACES[ensembles.NEAR]}  # type: ignore[attr-defined]
    changed = [
        {name for name, value in vars(after).items() if name in vars(before) and vars(before)[name] != value}
        for before, after in pairwise(walk)
    ]
    assert changed == [{"agent"}, {"discount"}, {"entropy"}, set(), {"lambda_"}, {"schedule"}]
    assert [type(each).__name__ for each in walk] == ["A2C"] * 4 + ["ActorCritic"] * 3, "the critic is the trainer's"
    assert walk[4].peak_learning_rate == walk[3].learning_rate == walk[-1].peak_learning_rate  # type: ignore[union-attr]
    seeds = {member.seed for member in members}
    assert len(seeds) == len(members)
    assert all(
        seeds.isdisjoint(each.seed for each in ensembles.members("paper", recipe)) for recipe in ensembles.RECIPES
    )


def pulls(refrain: int, of: int = 1_000, seed: int = 0) -> np.ndarray:
    """So many networks that do not look, and others that do, each in its own way."""
    look = np.random.default_rng(seed).normal(3.8, 0.5, of - refrain)
    return np.concatenate([np.full(refrain, 0.1), look])


def found(outside: int = 1_000, adaptive: int = 300, near: int = 50, inside: int = 4) -> store.Result:
    """What the run leaves, by how many networks of settings like the source's refrain at each place."""
    counts = (outside, adaptive, near, inside)
    source = [pulls(count) for count in counts]
    ours = [np.concatenate([pulls(15, 300), np.full(700, -1.0)]) for _ in counts]
    data = xr.Dataset(
        {"pulls": (("recipe", "place", "run"), np.array([source, ours]))},
        {"recipe": list(ensembles.RECIPES), "place": list(ensembles.PLACES)},
    )
    return store.Result("ensembles", data, {"profile": "laptop", "episodes": {"a": 48_000}, "specs": {}}, {})


@pytest.mark.parametrize(
    ("counts", "verdict", "share"),
    [
        ({}, "reproduced", 1.0),
        ({"inside": 12}, "partly", 0.75),  # two classes far inside too, though fewer
        ({"inside": 49}, "not", 0.5),  # and as many
        ({"near": 9, "inside": 0}, "not", 0.75),  # fewer than a class
        ({"near": 0, "inside": 0}, "not", 0.5),
        ({"outside": 900}, "partly", 0.75),
    ],
)
def test_l06_asks_for_two_classes_near_the_edge_and_one_far_from_it(
    counts: dict[str, int], verdict: str, share: float
) -> None:
    said = rules.bimodal_near_the_edge(found(**counts))
    assert (said.verdict, said.statistic) == (verdict, share), said.value
    assert said.n == 1_000
    assert "ours: 5.0% far outside" in said.value, "networks that there are not do not count"
