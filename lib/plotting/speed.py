"""Pictures of how fast trainings are."""

from collections.abc import Mapping

from lib.plotting import layout, style
from lib.plotting.style import Picture, Table, in_style


@in_style
def rates(updates_per_second: Mapping[str, float], ours: str) -> Picture:
    """Updates a second of one network, each way of training as a bar; ours filled, its peers in outline."""
    figure, panel = layout.one(6.6, 0.55 * len(updates_per_second) + 0.8)
    numbers = Table("way", "updates a second", "ours / this")
    for place, (name, rate) in enumerate(updates_per_second.items()):
        full = name == ours
        panel.barh(place, rate, height=0.55, color=style.BLUE if full else "none", edgecolor=style.BLUE, linewidth=1.4)
        panel.annotate(f"{rate:,.0f}", (rate, place), (5, 0), textcoords="offset points", va="center")
        ratio = updates_per_second[ours] / rate
        numbers.row(name, f"{rate:,.0f}", f"{ratio:.2f}")
    panel.set(xlabel="updates a second, one thread", yticks=range(len(updates_per_second)))
    panel.set_yticklabels(list(updates_per_second))
    panel.set_xlim(0, 1.15 * max(updates_per_second.values()))
    panel.invert_yaxis()
    panel.grid(False, axis="y")
    alt = "Updates a second on one thread of a processor. " + " ".join(
        f"{row['way']}: {row['updates a second']}." for row in numbers
    )
    return style.picture(figure, alt, numbers)
