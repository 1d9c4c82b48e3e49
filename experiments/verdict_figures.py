"""The whole ledger in two pictures: how sure verdicts are, and what they cost in outer episodes."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from lib.claims.ledger import Row
from lib.claims.stability import FRAGILE
from lib.plotting import layout, style
from lib.plotting.looks import TRAINED, VERDICTS, Look
from lib.plotting.style import Picture, Table, in_style, number, told

OURS_AND_SOURCE = {"ours": TRAINED.scattered, "source": Look(style.ORANGE, "D", "")}


def pair(panel: Axes, place: int, ours: float, source: float, size: float) -> None:
    """A number of ours and the source's on one line across."""
    panel.plot([ours, source], [place, place], color=style.GREY, linewidth=1.5, zorder=1)
    for look, value in zip(OURS_AND_SOURCE.values(), (ours, source), strict=True):
        panel.plot(value, place, **look.drawn, markersize=size)


@in_style
def how_sure(rows: Sequence[Row]) -> Picture:
    """The share of resamples in which each verdict stands, of those that do not stand in all of them.

    Raises:
        ValueError: if there is no such row.
    """
    shaky = sorted((row for row in rows if row.stands is not None and row.stands < 1), key=lambda row: row.stands or 0)
    if not shaky:
        raise ValueError(f"of {len(rows)} verdicts none stands in some resamples and falls in others")
    figure, panel = layout.one(7.4, 0.25 * len(shaky) + 1.3)
    numbers = Table("claim", "verdict", "stands in", "fragile")
    for place, row in enumerate(shaky):
        assert row.stands is not None
        panel.plot([0, row.stands], [place, place], color=style.GREY, linewidth=1.2, zorder=1)
        panel.plot(row.stands, place, **VERDICTS[row.verdict].drawn, markersize=8)
        numbers.row(row.id, row.verdict, f"{row.stands:.0%}", "yes" if row.fragile else "no")
    layout.bound(panel, x=FRAGILE)
    panel.set(xlabel="share of resamples in which the verdict stands", xlim=(0, 1.03))
    layout.marks(panel.xaxis, {share / 5: f"{share / 5:.0%}" for share in range(6)})
    layout.down(panel, (row.id for row in shaky), fontsize=9)
    panel.grid(axis="y", visible=False)
    layout.legend(figure, VERDICTS)
    alt = f"How sure verdicts are; those below {FRAGILE:.0%} are fragile. "
    return style.picture(figure, alt + told(numbers, "{claim}, {verdict}: stands in {stands in}."), numbers)


@in_style
def budgets(rows: Sequence[Row]) -> Picture:
    """Outer episodes of one network, the source's and ours, of all claims for which the source gives them.

    Raises:
        ValueError: if there is no such row.
    """
    known = [row for row in rows if row.episodes_source and row.episodes_ours]
    if not known:
        raise ValueError(f"of {len(rows)} rows none gives the source's episodes beside ours")
    figure, panel = layout.one(7.4, 0.3 * len(known) + 1.3)
    numbers = Table("claim", "verdict", "source", "ours", "source over ours")
    for place, row in enumerate(known):
        source, ours = float(row.episodes_source or 0), float(row.episodes_ours or 0)
        pair(panel, place, ours, source, 8)
        numbers.row(row.id, row.verdict, f"{source:,.0f}", f"{ours:,.0f}", number(source / ours, 3))
    panel.set(xscale="log", xlabel="episodes that one network sees in training")
    layout.down(panel, (row.id for row in known), fontsize=9)
    panel.grid(axis="y", visible=False)
    layout.legend(figure, OURS_AND_SOURCE)
    sentence = "{claim}, {verdict}: {source} episodes in the source, {ours} here, {source over ours} times fewer."
    return style.picture(figure, "Episodes of training, the source's and ours. " + told(numbers, sentence), numbers)
