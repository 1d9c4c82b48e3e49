"""The ledger: every claim of the sources, and what our results say of it.

A verdict is computed by a rule, which stands beside it; nearly every rule was written before its result was seen.
`python -m experiments.ledger` writes `results/ledger.json` anew.
"""

import contextlib
import json
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from experiments import benchmark_claims, book_claims, outer_loop_claims, structure_claims
from experiments.bandits import (
    claims as bandits,
)
from experiments.bandits import (
    claims_learning,
    claims_optima,
)
from experiments.bandits import (
    claims_simulation as bandit_simulation,
)
from experiments.coins import claims as coins
from experiments.contexts import claims as interference
from experiments.fourier import claims as wiggles
from experiments.gridworld import claims as lifetimes
from experiments.linear import claims as straight_lines
from experiments.linear import claims_learner
from experiments.one_armed import claims as niche
from experiments.one_armed import claims_dynamics, claims_networks, claims_sides
from experiments.prediction import claims as prediction
from experiments.prediction import claims_exact, claims_memory
from experiments.prediction import claims_simulation as simulation
from lib.claims.evidence import Evidence
from lib.claims.ledger import LEDGER, Row
from lib.runner import partial, provenance, store

CLAIMS = provenance.ROOT / "experiments" / "claims.toml"


Judge = Callable[..., Evidence]

# The rules of claims that rest on no run.
EXACT: Mapping[str, Callable[[], Evidence]] = {
    "B05": claims_exact.direction,
    "L01": niche.closed_form,
    "L02": niche.hard_edge,
    "L05": niche.two_peaks,
    "M01": claims_exact.exact_simulation,
    "R02": straight_lines.spectra_of_chance,
}

# Which runs a claim rests on, and the rule that judges it by their results, in this order.
RULES: Mapping[str, tuple[tuple[str, ...], Judge]] = {
    "B01": (("coins",), coins.fair_and_bent_coins),
    "B02": (("prediction",), prediction.typical_episodes),
    "B03": (("simulation",), simulation.step_by_step),
    "B04": (("horizon",), claims_memory.long_episodes),
    "L03": (("niche-grid",), claims_networks.exploration),
    "L04": (("niche-grid",), claims_sides.edge_moves_with_the_lifetime),
    "L06": (("bimodality",), claims_networks.bimodal),
    "L07": (("niche-dynamics",), claims_dynamics.attractors),
    "L08": (("niche-grid",), claims_networks.regimes_emerge),
    "L09": (("lifetimes",), lifetimes.longer_lives_prepare),
    "L10": (("lifetimes",), lifetimes.safe_then_medium_then_high),
    "L11": (("lifetimes",), lifetimes.mismatch_costs),
    "L12": (("lifetimes",), lifetimes.habits_of_the_long_lived),
    "L13": (("lifetimes",), lifetimes.dimensions_grow),
    "M02": (("prediction",), prediction.three_episodes_of_a_die),
    "M03": (("bandits",), bandits.regret_difference),
    "M04": (("prediction",), prediction.staggered),
    "M05": (("prediction",), prediction.all_converge),
    "M06": (("prediction",), prediction.loss_reaches_bayes),
    "M07": (("bandits",), claims_learning.staggered),
    "M08": (("bandits",), claims_learning.all_converge),
    "M09": (("bandits",), claims_learning.return_reaches_the_optimum),
    "M10": (("simulation",), simulation.four_panels),
    "M11": (("bandit-simulation",), bandit_simulation.four_panels),
    "M12": (("prediction", "bandits"), bandits.all_tasks_behave_together),
    "M13": (("simulation", "bandit-simulation"), structure_claims.networks_into_bayes),
    "M14": (("simulation", "bandit-simulation"), structure_claims.bayes_into_networks),
    "M15": (("bandit-simulation",), bandit_simulation.reservoir),
    "M16": (("simulation", "bandit-simulation"), structure_claims.untrained_do_not_share),
    "M17": (("simulation", "bandit-simulation"), structure_claims.few_components),
    "M18": (("memory", "bandits"), claims_learning.width_everywhere),
    "M19": (("prediction", "bandits"), benchmark_claims.gallery),
    "M20": (("memory", "bandits"), benchmark_claims.reduced_memory),
    "M21": (("simulation",), simulation.not_minimal),
    "M22": (("indices",), claims_optima.bayes_optimal_by_index),
    "R01": (("linear-learner",), claims_learner.large_modes_first),
    "R03": (("linear-learner", "linear-meta"), straight_lines.concurrent),
    "R04": (("linear-learner", "linear-meta"), straight_lines.by_performance),
    "R05": (("linear-meta",), straight_lines.fails_beyond),
    "R06": (("linear-meta",), straight_lines.ridge_is_concurrent),
    "R07": (("linear-learner",), claims_learner.with_adam),
    "R08": (("linear-learner", "linear-meta"), straight_lines.five_dimensions),
    "R09": (("linear-learner",), claims_learner.rectified),
    "R10": (("linear-meta",), straight_lines.moves_with_the_prior),
    "R11": (("linear-meta",), straight_lines.below_the_prior),
    "R12": (("linear-meta",), claims_learner.recurrent_learner),
    "R13": (("fourier-learner",), wiggles.learner),
    "R14": (("fourier-meta",), wiggles.meta_learner),
    "R15": (("fourier-learner", "fourier-meta"), wiggles.shares_of_progress),
    "R16": (("fourier-meta",), wiggles.bayes),
    "R17": (("fourier-meta",), wiggles.single),
    "R18": (("fourier-meta",), wiggles.band),
    "R19": (("fourier-meta",), wiggles.varied),
    "R20": (("context-learner",), interference.learner_interferes),
    "R21": (("context-meta",), interference.meta_learner_does_not),
    "R22": (("context-meta",), interference.bayes_does_not),
    "R23": (("linear-meta",), outer_loop_claims.reversed_order),
    "R24": (("fourier-meta",), outer_loop_claims.staggered),
    "R25": (("context-meta",), interference.outer_loop),
    "X01": (("niche-grid",), claims_sides.which_theory),
    "X02": (("bandit-power",), claims_optima.blind_metric),
    "X03": (("indices",), claims_optima.side_by_side),
    "X04": (book_claims.RUNS, book_claims.alive),
}

# The rules of claims about the other rows.
OF_ROWS: Mapping[str, Callable[[Sequence[book_claims.Budget]], Evidence | None]] = {"X05": book_claims.outer_episodes}


def ledger(results: Path = store.RESULTS) -> list[Row]:
    """Judge every claim by the results there are; a claim without a rule or a result is "not yet" judged.

    Raises:
        store.Damaged: if a result is not what was written.
    """
    claims = tomllib.loads(CLAIMS.read_text(encoding="utf-8"))
    unknown = (RULES.keys() | EXACT.keys() | OF_ROWS.keys()) - claims.keys()
    if unknown:
        raise ValueError(f"rules without a claim: {', '.join(sorted(unknown))}")
    rows = [_row(name, claim, results) for name, claim in claims.items()]
    spent = budgets(rows)
    return [_judged(row, OF_ROWS[row.id](spent)) if row.id in OF_ROWS else row for row in rows]


def budgets(rows: Sequence[Row]) -> list[book_claims.Budget]:
    """What the finding in each row took, the source and us."""
    return [
        book_claims.Budget(row.id, row.verdict, row.episodes_source, row.episodes_ours, row.profile) for row in rows
    ]


def _row(name: str, claim: dict[str, str], results: Path) -> Row:
    row = Row(id=name, **claim)  # type: ignore[arg-type]
    found: Evidence | None = None
    if name in EXACT:
        found = EXACT[name]()
    elif name in RULES:
        runs, judge = RULES[name]
        with contextlib.suppress(store.Missing):
            found = judge(*(store.load(run, results) for run in runs))
    return _judged(row, found)


def _judged(row: Row, found: Evidence | None) -> Row:
    """A row with what its rule found, if there was anything to find."""
    if found is None:
        return row
    said = asdict(found)
    said["episodes_ours"] = said.pop("episodes")
    return Row(**{**asdict(row), **said})


def unsound(results: Path = store.RESULTS) -> list[str]:
    """What is wrong with the results that rules need, each with the command that makes it again.

    A run that is not finished, and keeps its trainings with the results, has no result yet; that is no fault.
    """
    found = []
    for run in sorted({run for runs, _ in RULES.values() for run in runs}):
        try:
            store.load(run, results)
        except (store.Missing, store.Damaged) as error:
            if (
                isinstance(error, store.Damaged)
                or not partial.archive(run, results / partial.UNFINISHED.name).is_file()
            ):
                found.append(str(error))
    return found


def main(results: Path = store.RESULTS) -> int:
    """Write the ledger, unless a result is missing or damaged."""
    if wrong := unsound(results):
        print(*(f"error: {each}" for each in wrong), f"{LEDGER.name} is left as it was", sep="\n", file=sys.stderr)
        return 2
    rows = [asdict(row) for row in ledger(results)]
    store.replace(results / LEDGER.name, (json.dumps(rows, indent=1, ensure_ascii=False) + "\n").encode())
    judged = [row for row in rows if row["verdict"] != "not yet"]
    print(f"{LEDGER.name}: {len(judged)} of {len(rows)} claims judged")
    return 0


if __name__ == "__main__":
    sys.exit(main())
