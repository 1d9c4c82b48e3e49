"""Networks of arms that switch: what is trained, what is measured of any machine, and what pictures say."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from experiments.one_armed import figures_restless as draw
from experiments.one_armed import restless, specs
from lib.optimal.restless_arm import RestlessAgent
from lib.plotting.style import Picture
from lib.tasks.one_armed import OneArmed
from lib.tasks.restless_arm import RestlessOneArmed
from tests.pictures import check_picture


def test_networks_differ_in_hazard_and_seed_alone_and_have_their_own() -> None:
    wanted = restless.networks("laptop")
    assert [spec.explorer.task.hazard for spec in wanted[::5]] == list(restless.HAZARDS)  # type: ignore[attr-defined]
    assert len({spec.alike for spec in wanted}) == 1
    assert len({spec.seed for spec in wanted}) == len(wanted) == 30
    recipe = specs.patient_explorer(2, 1, 50, 0)
    assert {replace(spec.explorer, task=OneArmed(2, 1)) for spec in wanted} == {recipe}
    others = [specs.grid, specs.ensembles, specs.dynamics, specs.collapse, specs.patient_grid]
    taken = {spec.seed for other, profile in product(others, ("laptop", "paper")) for spec in other(profile)}
    for profile in ("laptop", "paper"):
        assert taken.isdisjoint(spec.seed for spec in restless.networks(profile))


def test_a_machine_that_plays_well_is_seen_to_earn_and_to_come_back() -> None:
    spec = next(each for each in restless.networks("laptop") if each.explorer.task.hazard == 0.05)  # type: ignore[attr-defined]
    agent = RestlessAgent.of(RestlessOneArmed(2, 1, 0.05), 50)
    seen = restless.looked_at(agent, spec)
    assert seen["earned"].item() == pytest.approx(agent.plan.by_lifetime[-1], abs=5 * seen["error"].item())
    throughout, turns_good, turns_bad = seen["pulls"]
    assert seen["pulls"].shape == (3, 50)
    assert turns_good[24] < 0.3 < 0.8 < turns_good[45], "it comes back"
    assert turns_bad[45] < 0.3 < 0.8 < turns_bad[24]
    assert 5 < throughout.sum() < 20
    never = restless.looked_at(RestlessAgent.of(RestlessOneArmed(2, 1, 0.2), 50), spec)
    assert never["pulls"].max() < 1e-9


def test_bad_specs_are_named() -> None:
    spec = restless.networks("smoke")[0]
    with pytest.raises(ValueError, match="it must be a restless one-armed world"):
        replace(spec, explorer=specs.explorer(1, 1, 5, 0))
    with pytest.raises(ValueError, match="seed is 3; one that stands for several has seed 0"):
        replace(spec, explorer=replace(spec.explorer, seed=3))
    with pytest.raises(ValueError, match="held_out is 0; it must be at least 1"):
        replace(spec, held_out=0)
    with pytest.raises(ValueError, match="the device is 'cuda'"):
        restless.measure_restless_batched([spec], device="cuda")


ASIDE = np.array([-0.2, 0, 0.2])
PICTURES: dict[str, tuple[Callable[[], Picture], int, str]] = {
    "edges": (
        lambda: draw.edges(
            (2, 10),
            {0.0: np.array([3.0, 1.3]), 0.1: np.array([3.7, 1.7])},
            {5: np.array([2.8, 1.6]), 200: np.array([2.4, 1.2])},
            np.array([3.0, 1.2]),
        ),
        2,
        r"from 3\.00 to 1\.30 at a hazard of 0; from 3\.70 to 1\.70 at a hazard of 0\.1\. In a life of 200 .* from "
        r"2\.40 to 1\.20, and is 0\.80 to 1\.00 times",
    ),
    "networks": (
        lambda: draw.networks(
            (0.0, 0.1, 0.2),
            np.array([9.0, 4, 0])[:, None] + ASIDE,
            np.array([10.0, 5, 0]),
            np.array([8.0, 6, 0.2])[:, None] + ASIDE,
            np.array([9.0, 7, 0]),
            0.155,
        ),
        3,
        r"earns 9\.0, 4\.0, 0\.0, the optimum 10\.0, 5\.0, 0\.0\. It explores at 0, 0\.1; .* below 0\.155",
    ),
    "comes back": (
        lambda: draw.comes_back(
            (0.0, 0.05),
            np.array([[0.9, 0.1, 0.1, 0.1], [0.9, 0.2, 0.4, 0.8]])[:, None].repeat(3, 1),
            np.array([[1.0, 0, 0, 0], [1, 0.1, 0.5, 0.9]]),
        ),
        4,
        r"bad for 2 .* in 10% of lives \(networks, hazard 0\); in 0% .*; in 80% of lives \(networks, hazard 0\.05",
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_says_what_its_numbers_say(name: str) -> None:
    check_picture(*PICTURES[name])
