"""A picture of what findings took: outer episodes, the source's and ours."""

from collections.abc import Sequence

from matplotlib.lines import Line2D

from experiments.book_claims import Budget, comparable
from lib.plotting import style
from lib.plotting.style import Picture, in_style


@in_style
def budgets(every: Sequence[Budget]) -> Picture:
    """The episodes of one network in training, the source's and ours, on a logarithmic axis; a line for all findings
    that took the same. Findings of which either number is not known are left out.

    Raises:
        ValueError: if there is none of which both are known.
    """
    known = comparable(every)
    if not known:
        raise ValueError(f"of {len(every)} findings there is none whose episodes are known, the source's and ours")
    lines: dict[tuple[int | None, int | None], list[Budget]] = {}
    for budget in sorted(known, key=lambda budget: (budget.share, budget.claim)):
        lines.setdefault((budget.source, budget.ours), []).append(budget)
    figure, ((axis,),) = style.panels(1, 1, 7.4, 0.5 * len(lines) + 1.5)
    numbers = []
    for place, ((source, ours), alike) in enumerate(lines.items()):
        times = f"{1 / alike[0].share:,.0f}"
        axis.plot([ours, source], [place, place], color=style.GREY, linewidth=1.5, zorder=1)
        axis.plot(ours, place, "o", color=style.BLUE, markersize=8)
        axis.plot(source, place, "D", color=style.ORANGE, markersize=7)
        axis.annotate(f"{times}\u00d7", (source, place), (10, 0), textcoords="offset points", va="center", fontsize=9)
        numbers.append(
            {
                "findings": ", ".join(_marked(budget) for budget in alike),
                "source": f"{source:,}",
                "ours": f"{ours:,}",
                "times": times,
            }
        )
    axis.set_xscale("log")
    axis.set_yticks(range(len(lines)), [_broken(row["findings"]) for row in numbers], fontsize=9)
    axis.set(xlabel="outer episodes of one network", ylim=(len(lines) - 0.5, -0.5))
    axis.margins(x=0.1)
    axis.grid(axis="y", visible=False)
    handles = [
        Line2D([], [], color=style.BLUE, marker="o", linestyle="", markersize=8, label="ours"),
        Line2D([], [], color=style.ORANGE, marker="D", linestyle="", markersize=7, label="source"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2)
    alt = "Outer episodes, the source's against ours. " + " ".join(
        f"{row['findings']}: {row['source']} against {row['ours']}, {row['times']} times as many." for row in numbers
    )
    return style.picture(figure, alt, numbers)


def _marked(budget: Budget) -> str:
    return budget.claim if budget.verdict == "reproduced" else f"({budget.claim})"


def _broken(findings: str, most: int = 3) -> str:
    """In lines of a few."""
    each = findings.split(", ")
    return "\n".join(", ".join(each[start : start + most]) for start in range(0, len(each), most))
