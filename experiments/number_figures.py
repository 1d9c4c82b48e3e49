"""Numbers that a source gives, beside ours: as a picture."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.verdict_figures import OURS_AND_SOURCE
from lib.claims.ledger import Row
from lib.plotting import layout, style
from lib.plotting.style import Picture, Table, in_style, number, told

NUMBER = r"([\d,]+(?:\.\d+)?)"


@dataclass(frozen=True)
class Compared:
    """A number that both give.

    Attributes:
        claim: its id.
        what: it measures, in words.
        ours: the words before our number, in the row's value.
        source: the words before the source's, in the row's; as regular expressions.
    """

    claim: str
    what: str
    ours: str
    source: str

    def read(self, row: Row) -> tuple[float, float] | None:
        """Our number and the source's; None where the row does not say them in these words."""
        said = ((self.ours, row.value), (self.source, row.source_value))
        found = [re.search(before + NUMBER, text or "") for before, text in said]
        ours, source = (None if each is None else float(each[1].replace(",", "")) for each in found)
        return None if ours is None or source is None else (ours, source)


COMPARED = (
    Compared("R02", "95th percentile of singular values, 2D", r"2D: ", r"^"),
    Compared("R02", "the same, 5D", r"5D: ", r"and "),
    Compared("R01", "Learner, smallest mode over largest", r"over 2\.5: ", r"^"),
    Compared("R03", "Meta-Learner, smallest mode over largest", r"over largest ", r"^"),
    Compared("R13", "Learner, fifth wave over first", r"Learner: ", r"^"),
    Compared("R14", "Meta-Learner, fifth wave over first", r"network: ", r"^"),
    Compared("R14", "the same, relative to its asymptote", r"asymptote ", r"; "),
    Compared("R20", "Learner, last context over first, coupled", r"coupled ", r"coupled (?:about )?"),
    Compared("R20", "the same, separate", r"separate ", r"separate (?:about )?"),
    Compared("R21", "Meta-Learner, last context over first, coupled", r"coupled ", r"coupled "),
    Compared("R21", "the same, separate", r"separate ", r"separate "),
)


@in_style
def numbers_beside(rows: Sequence[Row]) -> Picture:
    """Our numbers and the source's, a line for each, on a logarithmic axis.

    Raises:
        ValueError: if no row says both.
    """
    by_id = {row.id: row for row in rows}
    known = [(each, each.read(by_id[each.claim])) for each in COMPARED if each.claim in by_id]
    found = [(each, both) for each, both in known if both is not None]
    if not found:
        raise ValueError(f"of {len(rows)} rows none gives a number of the source's beside ours")
    figure, panel = layout.one(7.4, 0.36 * len(found) + 1.3)
    numbers = Table("claim", "number", "verdict", "source", "ours")
    for place, (each, (ours, source)) in enumerate(found):
        panel.plot([ours, source], [place, place], color=style.GREY, linewidth=1.5, zorder=1)
        for look, value, size in zip(reversed(OURS_AND_SOURCE.values()), (source, ours), (11, 6), strict=True):
            panel.plot(value, place, **look.drawn, markersize=size)  # ours on the source's, where the two are alike
        numbers.row(each.claim, each.what, by_id[each.claim].verdict, number(source, 4), number(ours, 4))
    panel.set(xscale="log", xlabel="the number; of all but the first two lines, how many times as long")
    layout.plainly(panel.xaxis, 2.0, 5.0)
    layout.down(panel, (f"{row['claim']}  {row['number']}" for row in numbers), fontsize=9)
    panel.grid(axis="y", visible=False)
    layout.legend(figure, OURS_AND_SOURCE)
    sentence = "{claim}, {number}: {source} in the source, {ours} here."
    return style.picture(figure, "Numbers of the source's beside ours. " + told(numbers, sentence), numbers)
