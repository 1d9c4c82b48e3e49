"""A picture of what findings took: outer episodes, the source's and ours."""

from collections.abc import Sequence

from experiments.book_claims import Budget, comparable
from experiments.verdict_figures import OURS_AND_SOURCE, pair
from lib.plotting import layout, style
from lib.plotting.style import Picture, Table, in_style, told


@in_style
def budgets(every: Sequence[Budget]) -> Picture:
    """The episodes of one network in training that findings took, in the source and here, on a logarithmic axis; a line
    for all that took the same. Findings of which either number is not known are left out.

    Raises:
        ValueError: if there is none of which both are known.
    """
    known = comparable(every)
    if not known:
        raise ValueError(f"of {len(every)} findings there is none whose episodes are known, the source's and ours")
    lines: dict[tuple[int | None, int | None], list[Budget]] = {}
    for budget in sorted(known, key=lambda budget: (budget.share, budget.claim)):
        lines.setdefault((budget.source, budget.taken), []).append(budget)
    figure, panel = layout.one(7.4, 0.5 * len(lines) + 1.5)
    numbers = Table("findings", "source", "ours", "times")
    for place, ((source, ours), alike) in enumerate(lines.items()):
        times = f"{1 / alike[0].share:,.0f}"
        pair(panel, place, float(ours or 0), float(source or 0), 7)
        panel.annotate(f"{times}\u00d7", (source, place), (10, 0), textcoords="offset points", va="center", fontsize=9)
        findings = (each.claim if each.verdict == "reproduced" else f"({each.claim})" for each in alike)
        numbers.row(", ".join(findings), f"{source:,}", f"{ours:,}", times)
    panel.set(xscale="log", xlabel="outer episodes of one network")
    panel.margins(x=0.1)
    layout.down(panel, (_broken(row["findings"]) for row in numbers), fontsize=9)
    panel.grid(axis="y", visible=False)
    layout.legend(figure, OURS_AND_SOURCE)
    sentence = "{findings}: {source} against {ours}, {times} times as many."
    return style.picture(figure, "Outer episodes, the source's against ours. " + told(numbers, sentence), numbers)


def _broken(findings: str) -> str:
    """In lines of three."""
    each = findings.split(", ")
    return "\n".join(", ".join(each[start : start + 3]) for start in range(0, len(each), 3))
