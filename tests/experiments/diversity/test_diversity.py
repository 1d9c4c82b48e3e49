"""Task diversity: what is trained, what is measured of any machine, what the rules say of results, and the pictures."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
import xarray as xr

from experiments.diversity import claims, measure, specs
from experiments.diversity import figures as draw
from experiments.diversity.widget import DiversityBench
from lib.agents.lstm import LSTM
from lib.agents.transformer import Transformer
from lib.machine import unroll
from lib.optimal.conjugate import BetaBernoulli
from lib.optimal.discrete_prior import DiscreteBernoulli, DiscreteRegression
from lib.optimal.ridge import RidgeAgent
from lib.plotting.style import Picture
from lib.random import generator
from lib.runner import store
from lib.runner.sweep import Training
from lib.spec import key_of
from lib.tasks.fixed import FixedCoins, FixedFunctions
from lib.training import regression, supervised
from tests.pictures import check_picture

LINES, COINS, RUNS, CHECKPOINTS = (4, 16, 64), (1, 16, 256), 6, 4


def result(
    lines: dict[str, np.ndarray], coins: np.ndarray | None = None, apart: tuple[float, ...] = (5.0, 1.0, 0.001)
) -> store.Result:
    """A result with these ratios of the distances to the discrete and to the continuous Bayesian.

    Args:
        lines: by where, (tasks, checkpoint) or (tasks, run, checkpoint).
        coins: (tasks,) at the end of training, on new coins.
        apart: distance of the two Bayesians on new coins, in standard errors over a hundredth.
    """

    def full(ratios: np.ndarray) -> np.ndarray:
        return ratios if ratios.ndim == 3 else np.repeat(ratios[:, None], RUNS, axis=1)

    both = np.stack([full(lines[where]) for where in specs.WHERE])
    of_lines = np.stack([0.3 * both, np.full_like(both, 0.3)], axis=1)
    of_lines[..., 0] *= 10  # nothing is learned at first
    ends = np.ones(len(COINS)) / 2 if coins is None else coins
    of_coins = np.stack([0.02 * full(np.repeat(ends[:, None], 2, axis=1)), np.full((len(COINS), RUNS, 2), 0.02)])
    distance = ("where", "bayesian")
    data = xr.Dataset(
        {
            "distance_lines": ((*distance, "tasks_lines", "run", "checkpoint_lines"), of_lines),
            "distance_coins": ((*distance, "tasks_coins", "run", "checkpoint_coins"), np.stack([of_coins] * 2)),
            "silent_lines": ((*distance, "tasks_lines", "run"), np.full((2, 2, len(LINES), RUNS), 3.0)),
            "apart_coins": (
                ("where", "tasks_coins", "run"),
                np.broadcast_to(np.array(apart)[:, None], (2, len(COINS), RUNS)).copy(),
            ),
            "apart_coins_error": (("where", "tasks_coins", "run"), np.full((2, len(COINS), RUNS), 0.01)),
            "line_points": (("point", "axis"), np.zeros((15, 2))),
            "line_network": (
                ("tasks_lines", "checkpoint_lines", "place"),
                np.zeros((len(LINES), CHECKPOINTS, 3)),
            ),
            "line_bayes": (("tasks_lines", "bayesian", "place"), np.zeros((len(LINES), 2, 3))),
        },
        coords={
            "where": list(specs.WHERE),
            "bayesian": list(specs.BAYESIANS),
            "tasks_lines": list(LINES),
            "tasks_coins": list(COINS),
            "checkpoint_lines": [0, 10, 100, 1_000],
            "checkpoint_coins": [0, 100],
            "run": range(RUNS),
            "place": [-2.0, 0.0, 2.0],
        },
    )
    about = {"profile": "laptop", "seen": {"lines": 32_000, "coins": 12_800}, "batch": {"lines": 32}, "slope": 1.5}
    return store.Result("task-diversity", data, about, {})


TURNS = np.array([[0.9, 0.6, 0.4, 0.2], [0.9, 0.8, 0.7, 0.5], [0.9, 1.2, 1.5, 2.0]])
TRANSIENT = np.array([[0.9, 0.6, 0.4, 0.2], [0.9, 1.4, 0.9, 0.5], [0.9, 1.2, 1.5, 2.0]])


def test_the_turn_of_lines_is_found_where_it_is_and_once() -> None:
    found = claims.turns_once(result({"old": TURNS, "new": TURNS}))
    assert found.verdict == "reproduced"
    assert found.statistic == pytest.approx(32, rel=1e-6)  # halfway from 16 to 64 on a logarithmic scale
    assert found.interval == (pytest.approx(32), pytest.approx(32))
    assert (found.n, found.episodes) == (RUNS, 32_000)
    wavering = np.vstack([TURNS[0], TURNS[2], TURNS[1], TURNS[2]])[[0, 1, 3]].copy()
    wavering[1, -1], wavering[2, -1] = 2.0, 0.5
    assert claims.turns_once(result({"old": TURNS, "new": wavering})).verdict == "not"
    few = result({"old": TURNS, "new": TURNS})
    assert claims.turns_once(replace(few, data=few.data.isel(run=slice(4)))).verdict == "partly"
    never = claims.turns_once(result({"old": TURNS, "new": np.full((3, 4), 0.5)}))
    assert (never.verdict, never.interval) == ("not", None)


def test_more_than_one_change_is_partly() -> None:
    run = result({"old": TURNS, "new": TURNS})
    further = run.data.isel(tasks_lines=[1, 2]).assign_coords(tasks_lines=[256, 1024])
    more = xr.concat([run.data, further], "tasks_lines", data_vars="minimal")
    found = claims.turns_once(replace(run, data=more))
    assert found.verdict == "partly"
    assert "changes 3 times" in found.value


def test_coins_are_asked_only_where_the_two_bayesians_differ() -> None:
    lines = {"old": TURNS, "new": TURNS}
    assert claims.never_turns(result(lines, np.array([0.01, 0.5, 3.0]))).verdict == "reproduced"
    found = claims.never_turns(result(lines, np.array([0.01, 2.0, 3.0])))
    assert (found.verdict, found.statistic) == ("not", pytest.approx(2.0))
    assert "1 of 2 (not: M = 16)" in found.value
    asked = claims.never_turns(result(lines, np.array([0.01, 0.5, 3.0]), apart=(5.0, 1.0, 0.2)))
    assert asked.verdict == "partly"
    assert claims.never_turns(result(lines, np.array([0.01, 0.5, 0.5]), apart=(0.0, 0.0, 0.0))).verdict == "not"


def test_who_infers_first_and_memorises_at_the_end_is_transient() -> None:
    found = claims.transient(result({"old": TRANSIENT, "new": TURNS}))
    assert (found.verdict, found.statistic) == ("reproduced", 1.0)
    assert "6 of 6 networks at M = 16" in found.value
    assert "0 at M = 4, 0 at M = 64" in found.value
    assert claims.transient(result({"old": TURNS, "new": TURNS})).verdict == "not"
    some = np.repeat(TRANSIENT[:, None], RUNS, axis=1)
    some[1, 4:] = TURNS[1]
    assert claims.transient(result({"old": some, "new": TURNS})).verdict == "partly"


def test_a_network_that_has_learned_nothing_does_not_infer() -> None:
    """Ridge regression says less than the discrete Bayesian, so zero is nearer to it."""
    early = TURNS.copy()
    early[1, 0] = 1.5
    run = result({"old": early, "new": TURNS})
    run.data.distance_lines[:, :, :, :, 0] *= 10
    assert claims.lean(run, "lines", "old")[1, 0, 0] > 0
    assert claims.transient(run).verdict == "not"
    assert not claims.begun(run)[:, 0].any()
    assert claims.begun(run)[:, 1:].all()


def test_the_bench_shows_what_the_run_holds() -> None:
    run = result({"old": TURNS, "new": TURNS})
    bench = DiversityBench.of(run, 16)
    assert bench.start == (1, 3)
    assert bench.episodes.tolist() == [0, 320, 3_200, 32_000]
    np.testing.assert_allclose(bench.distance["new"]["discrete"][:, 1:], 0.3 * TURNS[:, 1:])
    assert [row[-1] for row in bench.table()[1:]] == ["memorises", "memorises", "infers"]
    with pytest.raises(ValueError, match="tasks is 5; the run has 4, 16, 64"):
        DiversityBench.of(run, 5)


def test_every_network_has_a_set_and_a_seed_of_its_own() -> None:
    for profile in ("smoke", "laptop", "paper"):
        size, coins, lines = specs.sizes(profile), specs.coins(profile), specs.lines(profile)
        assert len({spec.seed for spec in (*coins, *lines)}) == len(coins) + len(lines)
        for own, diversities in ((coins, size.coins), (lines, size.lines)):
            assert [spec.task.tasks for spec in own] == list(diversities) * size.networks  # type: ignore[union-attr, attr-defined]
            assert len({spec.alike for spec in own}) == 1
            assert len({key_of(spec) for spec in own}) == len(own)


@pytest.mark.parametrize("world", ["coins", "lines"])
def test_transformers_have_the_tasks_and_the_episodes_of_lstms_and_seeds_of_their_own(world: str) -> None:
    make, of_lstms = {
        "coins": (specs.transformers, specs.coins),
        "lines": (specs.transformers_of_lines, specs.lines),
    }[world]
    for profile in ("smoke", "laptop", "paper"):
        size, own = specs.transformer_sizes(profile), make(profile)
        lstms = {spec.task: spec for spec in of_lstms(profile)}
        found = [spec.task.tasks for spec in own if isinstance(spec.task, FixedCoins | FixedFunctions)]
        assert found == list(getattr(size, world)) * size.networks
        for spec in own:
            lstm = lstms[spec.task]
            assert spec.seed != lstm.seed
            assert (spec.steps, spec.batch, spec.updates) == (lstm.steps, lstm.batch, lstm.updates)
            assert isinstance(spec.agent, Transformer)


def test_a_transformer_of_a_training_says_what_it_says_step_by_step() -> None:
    task = FixedFunctions(3, 1)
    spec = regression.Regressor(task, 5, Transformer(8, heads=4, context=6), steps=6, batch=2, updates=3)
    network = measure.network(trained_nowhere(spec), 3)
    inputs = task.sample(4, 6, generator("test", 0)).inputs
    with torch.inference_mode():
        stepped = unroll(network, inputs).outputs.double()
    torch.testing.assert_close(measure.said(network, inputs), stepped, atol=1e-5, rtol=0)
    assert torch.equal(network.readout.weight, regression.untrained(spec).readout.weight)


def trained_nowhere(spec: supervised.Supervised | regression.Regressor) -> Training[object]:
    """A training whose network stays as it began."""
    network = (supervised if isinstance(spec, supervised.Supervised) else regression).untrained(spec)  # type: ignore[arg-type]
    weights = {f"{at}/{name}": value.detach().numpy() for at in (0, 3) for name, value in network.named_parameters()}
    return Training(spec, key_of(spec), weights, {})


def test_distances_are_those_of_predictions() -> None:
    task = FixedFunctions(3, 1)
    spec = regression.Regressor(task, 5, LSTM(4), steps=6, batch=2, updates=3)
    seen = measure.seen(trained_nowhere(spec), 300)
    assert seen.distance.shape == (2, 2, 2)
    assert seen.by_step.shape == (2, 2, 6)
    problems = task.sample(300, 6, generator("task diversity, held out", 5))
    said = measure.said(regression.untrained(spec), problems.inputs)
    for place, bayes in enumerate((DiscreteRegression(task), RidgeAgent.of(task.prior))):
        own = measure.said(bayes, problems.inputs)
        assert seen.distance[0, place].tolist() == pytest.approx([(own - said).square().mean().item()] * 2, rel=1e-5)
        assert seen.silent[0, place] == pytest.approx(own.square().mean().item(), rel=1e-5)
    np.testing.assert_allclose(seen.by_step.mean(axis=2), seen.distance[..., -1], rtol=1e-5)
    assert seen.apart[1] > 10 * seen.apart_error[1] > 0


def test_distances_of_coins_are_divergences_over_an_episode() -> None:
    task = FixedCoins(2, 1)
    spec = supervised.Supervised(task, 6, LSTM(4), steps=5, batch=2, updates=3)
    seen = measure.seen(trained_nowhere(spec), 400)
    np.testing.assert_allclose(seen.by_step.sum(axis=2), seen.distance[..., -1], rtol=1e-5)
    flips = task.prior.sample(400, 5, generator("task diversity, held out", 6))
    one, other = (
        measure.said(each, flips.inputs).sigmoid() for each in (BetaBernoulli(task.prior), DiscreteBernoulli(task))
    )
    kl = one * (one / other).log() + (1 - one) * ((1 - one) / (1 - other)).log()
    assert seen.apart[1] == pytest.approx(kl.sum(dim=1).mean().item(), rel=1e-4)


def test_a_line_is_looked_at_along_its_steepest_direction() -> None:
    line = measure.line(specs.LINE, 200)
    assert line.direction.norm().item() == pytest.approx(1)
    place, y = line.points.T
    assert np.corrcoef(place * line.slope, y)[0, 1] > 0.9
    said = line.asked(RidgeAgent.of(specs.LINE))
    np.testing.assert_allclose(said, line.at.numpy() * line.slope, atol=0.3)
    assert torch.equal(measure.line(specs.LINE, 200).problems.y, line.problems.y)


def test_measurements_are_put_in_the_order_of_the_specs() -> None:
    found = measure.by_diversity([np.full(2, tasks + 100 * run) for run in range(3) for tasks in (4, 16)], (4, 16))
    assert found.shape == (2, 3, 2)
    assert found[:, :, 0].tolist() == [[4, 104, 204], [16, 116, 216]]


ASIDE = np.array([0.9, 1.0, 1.1])
WORLD = draw.World(
    "lines",
    "squared difference a point",
    np.array([4, 16, 64]),
    np.array([0.1, 0.4, 0.8])[:, None] * ASIDE,
    np.array([4.0, 1.6, 0.4])[:, None] * ASIDE,
    np.array([4.0, 2.0, 1.0])[:, None] * ASIDE,
)
EPISODES = np.array([0, 320, 3_200, 32_000])
PICTURES: dict[str, tuple[Callable[[], Picture], int, str]] = {
    "over diversity": (
        lambda: draw.over_diversity([WORLD, replace(WORLD, name="coins", discrete=WORLD.discrete / 100)], 30.0),
        6,
        r"Lines: .* 0\.1 and 4 at M = 4 \(discrete\); 0\.4 and 1\.6 at M = 16 \(discrete\); 0\.8 and 0\.4 at "
        r"M = 64 \(continuous\)\. Coins: .*0\.008 and 0\.4 at M = 64 \(discrete\)",
    ),
    "of machines": (
        lambda: draw.of_machines(
            {"lines": {"LSTM": WORLD, "transformer": replace(WORLD, discrete=WORLD.discrete / 100)}},
            ("transformer", "LSTM"),
        ),
        6,
        r"Lines, transformer: .*0\.008 and 0\.4 at M = 64 \(discrete\)\. Lines, LSTM: .* 0\.8 and 0\.4 at "
        r"M = 64 \(continuous\)\.",
    ),
    "over training": (
        lambda: draw.over_training(
            EPISODES,
            {
                where: {m: np.outer(ASIDE, row) for m, row in zip((4, 16), TRANSIENT, strict=False)}
                for where in ("old", "new")
            },
            {4: 1, 16: 1},
        ),
        4,
        r"on old lines at M = 16 it is at most 1\.40, and 0\.50 at the end",
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_says_what_its_numbers_say(name: str) -> None:
    check_picture(*PICTURES[name])
