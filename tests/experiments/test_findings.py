"""Findings on the first page: their numbers are those of the results, and their pictures are described."""

import re
from dataclasses import replace

import numpy as np
import pytest

from experiments import findings
from experiments.one_armed.claims_networks import Grown
from lib.claims.ledger import Row
from lib.optimal.phase_diagram import phase_diagram
from lib.plotting.findings import Finding, Findings, InShort
from lib.runner import store
from lib.runner.provenance import ROOT
from tests.pictures import check_picture


@pytest.fixture(scope="module")
def each() -> list[Finding]:
    return [
        findings.blind_metric(store.load("bandit-power")),
        findings.price_of_entropy(store.load("bandits")),
        findings.forget_bias(store.load("bandit-simulation")),
    ]


def test_their_pictures_are_described() -> None:
    power, simulation = store.load("bandit-power"), store.load("bandit-simulation")
    gap = "true gap of 0.066, dashed"
    check_picture(lambda: findings.blind_metric(power).picture, 1, gap)
    low = "2 added: 0.049. It is called low below the dotted line, at 0.1"
    check_picture(lambda: findings.forget_bias(simulation).picture, 3, low)


def test_the_price_of_entropy_is_told_in_words(each: list[Finding]) -> None:
    assert "After a tenth of training the two are at most 0.08 apart." in each[1].picture.alt
    assert "within 0.08 reward" in each[1].sentence


def test_each_leads_to_a_figure_of_a_chapter(each: list[Finding]) -> None:
    for one in each:
        page, anchor = one.address.split("#")
        assert f"name: {anchor}\n" in (ROOT / "book" / page).with_suffix(".md").read_text()


def test_the_blind_measure_says_what_its_result_says() -> None:
    power = store.load("bandit-power")
    own = power.data.sel(task="arms 1, 1", estimator="sampled, apart", episodes=500)
    said = findings.blind_metric(power).sentence
    assert f"{float(own.misled):.0%} of experiments" in said
    assert f"{float(own.standard_error / own.gap):.0f} times as large" in said


def test_worlds_are_counted_where_the_two_theories_disagree() -> None:
    theory = phase_diagram(np.array([0.5, 2.0]), np.array([0.2, 0.95, 2.0]), 50)
    everywhere = np.full(theory.n.shape, 5.0)
    follows = Grown(50, np.where(theory.earns > 0, 5.0, 0.0), everywhere, theory)
    disputed = int((follows.adaptive & ~follows.fixed).sum())
    assert disputed > 0
    assert f"in {disputed} of {disputed} worlds" in findings.adaptive_optimum([follows]).sentence
    as_fixed = replace(follows, pulls=theory.n.astype(float))
    assert f"in 0 of {disputed} worlds" in findings.adaptive_optimum([as_fixed]).sentence


def test_a_card_is_a_picture_a_sentence_and_a_link(each: list[Finding]) -> None:
    page = Findings(each)._repr_html_()
    assert page.count("<li>") == page.count("<svg") == page.count("<a href=") == len(each)
    assert not re.search(r"<h\d", page), "a heading in an output would stand in no table of contents"
    strange = replace(each[0], title="<b>", sentence="1 < 2")
    assert "&lt;b&gt;</a>" in Findings([strange])._repr_html_()


def test_in_short_counts_verdicts_and_leads_to_the_surprise(each: list[Finding]) -> None:
    verdicts = ["reproduced"] * 5 + ["partly"] * 2 + ["not"]
    short = InShort([Row("M01", "mikulik", "", "", verdict=verdict) for verdict in verdicts], each[0])
    said = "Of 8 claims, 5 are reproduced, 2 in part, and 1 are not."
    assert short.found == said
    assert said in repr(short)
    made = short._repr_html_()
    assert f"<a href='{each[0].address}'>{each[0].title}</a>" in made
    assert said in made
