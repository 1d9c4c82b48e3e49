"""The ledger: every claim of the sources, and what our results say of it.

A verdict is computed by a criterion, which stands with its words and bounds in the `claims` of an experiment.
`python -m experiments.ledger` writes `results/ledger.json` anew.
"""

import json
import math
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from tqdm import tqdm

from experiments import benchmark_claims, book_claims, outer_loop_claims, structure_claims, structure_controls
from experiments.bandits import claims as bandits
from experiments.bandits import claims_fresh as fresh_bandits
from experiments.bandits import claims_learning, claims_optima
from experiments.bandits import claims_simulation as bandit_simulation
from experiments.belief import claims as belief
from experiments.coins import claims as coins
from experiments.contexts import claims as interference
from experiments.contexts import claims_fresh as fresh_interference
from experiments.diversity import claims as task_diversity
from experiments.fourier import claims as wiggles
from experiments.fourier import claims_fresh as fresh_wiggles
from experiments.gridworld import claims as lifetimes
from experiments.gridworld import claims_fresh as fresh_lifetimes
from experiments.linear import claims as straight_lines
from experiments.linear import claims_fresh as fresh_lines
from experiments.linear import claims_hundredth, claims_learner, claims_outer
from experiments.one_armed import claims as niche
from experiments.one_armed import (
    claims_dynamics,
    claims_ensembles,
    claims_networks,
    claims_peaks,
    claims_seeds,
    claims_sides,
)
from experiments.prediction import claims as prediction
from experiments.prediction import claims_exact, claims_memory
from experiments.prediction import claims_fresh as fresh_prediction
from experiments.prediction import claims_simulation as simulation
from experiments.prompts import claims as prompts
from experiments.switching import claims as switching
from experiments.transformers import claims as transformers
from lib.claims.criterion import Criterion, criteria
from lib.claims.evidence import Evidence
from lib.claims.ledger import LEDGER, Row
from lib.claims.stability import RESAMPLES, holds_from, seeds_shared, shared_with_the_first, stability
from lib.runner import partial, provenance, store

CLAIMS = provenance.ROOT / "experiments" / "claims.toml"

CRITERIA: Mapping[str, Criterion] = criteria(
    *(coins, prediction, claims_exact, claims_memory, simulation, fresh_prediction),
    *(bandits, claims_learning, claims_optima, bandit_simulation, structure_claims, benchmark_claims, fresh_bandits),
    *(structure_controls,),
    *(straight_lines, claims_learner, fresh_lines, claims_hundredth, claims_outer),
    *(wiggles, fresh_wiggles, interference, fresh_interference, outer_loop_claims),
    *(niche, claims_peaks, claims_dynamics, claims_networks, claims_ensembles, claims_sides, claims_seeds),
    *(lifetimes, fresh_lifetimes, book_claims),
    *(belief, switching, task_diversity, prompts, transformers),
)
"""The rule that judges each claim."""

OF_ROWS = (book_claims.outer_episodes.claim,)  # claims about the other rows


def ledger(results: Path = store.RESULTS, resamples: int = RESAMPLES) -> list[Row]:
    """Judge every claim by the results there are; a claim without a criterion or a result is "not yet" judged.

    Args:
        results: their folder.
        resamples: of the networks, for how sure a verdict is; 0 leaves that open.

    Raises:
        store.Damaged: if a result is not what was written.
        ValueError: if a criterion has no claim, or an amended one is judged on networks of the first.
    """
    claims = tomllib.loads(CLAIMS.read_text(encoding="utf-8"))
    if unknown := CRITERIA.keys() - claims.keys():
        raise ValueError(f"criteria without a claim: {', '.join(sorted(unknown))}")
    rows = [
        _row(Row(id=name, **claim), results, resamples) for name, claim in tqdm(claims.items(), "claims", disable=None)
    ]
    spent = budgets(rows)
    return [_of_rows(row, CRITERIA[row.id], spent) if row.id in OF_ROWS else row for row in rows]


def runs(row: Row) -> tuple[str, ...]:
    """The results that a row of the ledger was judged by: those of its rule, or of the one that was fixed first."""
    rule = CRITERIA.get(row.id)
    while rule is not None and rule.rule != row.rule:
        rule = rule.amends
    return () if rule is None else tuple(rule.runs)


def budgets(rows: Sequence[Row]) -> list[book_claims.Budget]:
    """What the finding in each row took, the source and us."""
    return [
        book_claims.Budget(row.id, row.verdict, row.episodes_source, row.episodes_ours, row.profile, row.holds_from)
        for row in rows
    ]


def _row(row: Row, results: Path, resamples: int) -> Row:
    """A claim, judged by its criterion; by the rule that was fixed first while there are no fresh networks."""
    rule = CRITERIA.get(row.id)
    if rule is None:
        return row
    row = replace(row, rule=rule.rule)
    if rule.claim in OF_ROWS:
        return row
    found = _loaded(rule, results)
    if rule.amends is None:
        return row if found is None else _sure(_judged(row, rule, rule(*found)), rule, found, resamples)
    first = _loaded(rule.amends, results)
    if first is None:
        return row
    before = rule.amends(*first)
    if found is None:
        return _sure(_judged(row, rule.amends, before), rule.amends, first, resamples)
    if shared := shared_with_the_first(rule, found, first):
        raise ValueError(f"{row.id}: {shared} of the networks that are called fresh were judged by the first rule")
    return _sure(_amended(_judged(row, rule, rule(*found)), rule, rule.amends, before), rule, found, resamples)


def _of_rows(row: Row, rule: Criterion, spent: Sequence[book_claims.Budget]) -> Row:
    """A claim about the other rows, judged by what these took."""
    row = _judged(row, rule, rule(spent))
    return row if rule.amends is None else _amended(row, rule, rule.amends, rule.amends(spent))


def _amended(row: Row, rule: Criterion, first: Criterion, found: Evidence) -> Row:
    """A row with the rule that was fixed first, and what that found."""
    said = {"rule": first.rule, "fixed": first.fixed, "verdict": found.verdict, "value": found.value}
    return replace(row, amended={**said, "reason": rule.reason, "fresh": rule.unseen or ", ".join(rule.fresh)})


def _loaded(rule: Criterion, results: Path) -> list[store.Result] | None:
    try:
        return [store.load(run, results) for run in rule.runs]
    except store.Missing:
        return None


def _judged(row: Row, rule: Criterion, found: Evidence) -> Row:
    """A row with its criterion and what that found."""
    said = asdict(found)
    said["episodes_ours"] = said.pop("episodes")
    if found.statistic is not None:
        said["statistic"] = float(f"{found.statistic:.4g}") if math.isfinite(found.statistic) else None
    return replace(row, fixed=rule.fixed, rule_before=rule.before, same_as=rule.same_as, rule=rule.rule, **said)


def _sure(row: Row, rule: Criterion, found: Sequence[store.Result], resamples: int) -> Row:
    """A row with how sure its verdict is, and where what it rests on was made."""
    row = replace(
        row,
        holds_from=holds_from(rule, found),
        seeds_shared=seeds_shared(found) if row.n else None,
        processors=tuple(sorted({kind for each in found for kind in each.processor.split("; ")})),
    )
    if not resamples:
        return row
    sure = stability(rule, found, resamples)
    return replace(row, stands=sure.stands, statistic_interval=sure.interval)


def unsound(results: Path = store.RESULTS) -> list[str]:
    """What is wrong with the results that rules need, each with the command that makes it again.

    A run that is not finished, and keeps its trainings with the results, has no result yet; that is no fault. Nor is it
    one that the fresh networks of an amended rule are still to come: the first rule holds until then.
    """
    found = []
    fresh = {run for rule in CRITERIA.values() for run in rule.fresh}
    rules = [rule for each in CRITERIA.values() for rule in (each, each.amends) if rule]
    for run in sorted({run for rule in rules for run in rule.runs}):
        unfinished = run in fresh or partial.archive(run, results / partial.UNFINISHED.name).is_file()
        try:
            store.load(run, results)
        except (store.Missing, store.Damaged) as error:
            if isinstance(error, store.Damaged) or not unfinished:
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
