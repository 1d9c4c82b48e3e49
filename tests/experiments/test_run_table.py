"""The table of runs."""

import json
import re

from experiments.run_table import RunTable, runs
from lib.runner import executed, store
from lib.runner.provenance import ROOT


def test_every_listed_run_is_a_row_with_what_its_result_took() -> None:
    table = RunTable(runs())
    listed = [page.stem for page in executed.pages() if page.is_relative_to(ROOT / "experiments")]
    assert [run.name for run in table.runs] == listed
    seconds = 0.0
    for run in table.runs:
        assert (ROOT / "book" / run.page).resolve().with_suffix(".md").is_file()
        assert run.chapters, f"{run.name} names no chapter that shows it"
        assert re.fullmatch(r"[A-Z][^\[\]`*]+[.?:]", run.about), run.about
        manifest = store.RESULTS / f"{run.name}.json"
        assert (run.cost is not None) == manifest.is_file()
        if run.cost is not None:
            seconds += json.loads(manifest.read_text())["seconds"]
    assert table.hours == seconds / 3600


def test_a_run_that_is_not_finished_says_so() -> None:
    there, unfinished = (next(run for run in runs(profile) if run.name == "coins") for profile in ("laptop", "paper"))
    assert there.cells == ("20", "12,800,000", "0.23")
    assert unfinished.cells == ("", "", "not finished")
    page = RunTable([there])._repr_html_()
    assert "<a href='../experiments/coins/coins.html'>coins</a>" in page
    assert "<a href='coins.html'>Two worlds of coins</a>" in page
    assert repr(RunTable([there])) == "coins: 20, 12,800,000, 0.23"
