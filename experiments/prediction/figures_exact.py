"""Pictures of finite machines: a map from one to another, and a state that no map can send anywhere."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse, FancyArrowPatch, Rectangle

from lib.plotting import layout, style
from lib.plotting.style import Picture, in_style
from lib.probes.finite import FiniteMachine

INPUTS: Any = ((style.BLUE, "solid"), (style.ORANGE, "dashed"))  # arrows for an alphabet's first input, for its second
HEIGHT = 2.2  # of one machine's card, in the units of its places


@in_style
def simulation(
    source: FiniteMachine, target: FiniteMachine, phi: Mapping[Hashable, Hashable], titles: tuple[str, str]
) -> Picture:
    """Two machines, the source above the target, and phi between their states.

    Both take two inputs, and move away from the start with every input until one leads back to it.
    """
    figure, described = _cards(source, target, {state: (image,) for state, image in phi.items()}, titles)
    agree = [
        phi[source.transition[state, x]] == target.transition[phi[state], x]
        and source.output[state, x] == target.output[phi[state], x]
        for state, x in source.transition
    ]
    alt = (
        f"{described} Dotted arrows lead from every state above to its image below. Of the {len(agree)} transitions "
        f"above, {sum(agree)} fall on a transition below that says the same."
    )
    for image in target.states:
        sharing = [state for state in phi if phi[state] == image]
        if len(sharing) > 1:
            alt += f" {_listed(sharing)} share one image, {_name(image)}."
    numbers = [
        {
            "state": _name(state),
            "image": _name(phi[state]),
            **{f"{x} leads state to": _name(source.transition[state, x]) for x in source.alphabet},
            **{f"{x} leads image to": _name(target.transition[phi[state], x]) for x in source.alphabet},
            **{
                f"they say at {x}": f"{source.output[state, x]}, {target.output[phi[state], x]}"
                for x in source.alphabet
            },
        }
        for state in source.states
    ]
    return style.picture(figure, alt, numbers)


@in_style
def no_simulation(
    source: FiniteMachine,
    target: FiniteMachine,
    wanted: Mapping[Hashable, tuple[Hashable, ...]],
    titles: tuple[str, str],
) -> Picture:
    """Two machines as in `simulation`, and every image that some trace wants for a state of the source."""
    figure, described = _cards(source, target, wanted, titles)
    torn = {state: images for state, images in wanted.items() if len(images) > 1}
    alt = (
        f"{described} Dotted arrows lead from every state above to all states below that the same inputs reach. "
        f"{len(torn)} of {len(wanted)} states above would need more than one image, so there is no map: "
    )
    alt += "; ".join(f"{_name(state)} would have to be {_listed(images)}" for state, images in torn.items()) + "."
    numbers = [
        {"state": _name(state), "images wanted": _listed(images), "how many": str(len(images))}
        for state, images in wanted.items()
    ]
    return style.picture(figure, alt, numbers)


def _cards(
    source: FiniteMachine,
    target: FiniteMachine,
    images: Mapping[Hashable, tuple[Hashable, ...]],
    titles: tuple[str, str],
) -> tuple[Figure, str]:
    """Both machines, one above the other, with the arrows between them; and what is drawn, in words."""
    figure, panel = layout.one(7.0, 5.1)
    above = _card(panel, source, titles[0], HEIGHT + 0.35)
    below = _card(panel, target, titles[1], 0)
    for state, wanted in images.items():
        torn = len(wanted) > 1
        if torn:
            above[state].set(edgecolor=style.PURPLE, linewidth=2.8)
        for image in wanted:
            _arrow(panel, above[state], below[image], style.PURPLE, "dotted", 2.8 if torn else 1.5)
    panel.set(xlim=(-0.6, 7.2), ylim=(-HEIGHT / 2, 1.5 * HEIGHT + 0.35), aspect="equal")
    panel.axis("off")
    keys = [
        (f"{x}; beside it, what is said", color, dash) for x, (color, dash) in zip(source.alphabet, INPUTS, strict=True)
    ]
    keys.append(("same inputs lead here", style.PURPLE, "dotted"))
    figure.legend(
        [Line2D([], [], color=color, linestyle=dash) for _, color, dash in keys],
        [label for label, _, _ in keys],
        loc="outside lower center",
        ncols=3,
    )
    return figure, (
        f"Two state machines: above, {titles[0]}, with {len(source.states)} states; below, {titles[1]}, with "
        f"{len(target.states)}."
    )


def _card(panel: Axes, machine: FiniteMachine, title: str, y: float) -> dict[Hashable, Ellipse]:
    """One machine at a height: its states, its transitions, and a word about those that lead back to the start."""
    panel.add_patch(Rectangle((-0.6, y - HEIGHT / 2), 7.8, HEIGHT, color=style.GREY, alpha=0.1))
    nodes = {
        state: Ellipse((x, y + up), 0.62, 0.36, facecolor="none", edgecolor=style.INK, linewidth=1.2)
        for state, (x, up) in _places(machine).items()
    }
    for state, node in nodes.items():
        panel.add_patch(node)
        panel.annotate(_name(state), node.center, ha="center", va="center", fontsize=9)
    back = []
    for (state, x), after in machine.transition.items():
        says = str(machine.output[state, x])
        if after == machine.initial:
            back.append(says)
            continue
        color, dash = INPUTS[machine.alphabet.index(x)]
        _arrow(panel, nodes[state], nodes[after], color, dash, 1.5)
        (x0, y0), (x1, y1) = nodes[state].center, nodes[after].center
        rises = y1 > y0
        aside = 0.06 if rises else -0.06
        panel.annotate(
            says,
            (x0 + 0.58, y0 + 0.58 * (y1 - y0) / (x1 - x0) + aside),
            ha="center",
            va="bottom" if rises else "top",
            color=color,
            fontsize=9,
        )
    panel.annotate(title, (5.5, y + 0.45), fontsize=11)
    observation = (
        f"{len(machine.states)} states. Not drawn:\n{len(back)} arrows that lead\nback to {_name(machine.initial)},\n"
        f"saying {' or '.join(sorted(set(back)))}"
    )
    panel.annotate(observation, (5.5, y + 0.3), va="top", fontsize=8.5, linespacing=1.35)
    return nodes


def _arrow(panel: Axes, one: Ellipse, other: Ellipse, color: str, dash: Any, width: float) -> None:
    ends: Any = {"posA": one.center, "posB": other.center, "patchA": one, "patchB": other, "shrinkA": 0, "shrinkB": 1}
    head: Any = {"arrowstyle": "-|>", "mutation_scale": 7 + 2 * width}
    panel.add_patch(FancyArrowPatch(**ends, **head, color=color, linestyle=dash, linewidth=width))


def _places(machine: FiniteMachine) -> dict[Hashable, tuple[float, float]]:
    """Where to draw the states: a column for each input on their shortest traces, the alphabet's first input up.

    A state lies between the ends of its shortest traces. Columns lean to the right, so that nothing stands straight
    above another state.
    """
    ends: dict[Hashable, list[float]] = {machine.initial: [0.0]}
    at: dict[Hashable, tuple[float, float]] = {}
    column, depth, step = dict(ends), 0, 0.46
    while column:
        for state, ways in column.items():
            up = sum(ways) / len(ways)
            at[state] = (2.1 * depth + 1.15 * up, up)
        following: dict[Hashable, list[float]] = {}
        for state, ways in column.items():
            for x, aside in zip(machine.alphabet, (step, -step), strict=True):
                if machine.transition[state, x] not in ends:
                    following.setdefault(machine.transition[state, x], []).extend(way + aside for way in ways)
        ends |= following
        column, depth, step = following, depth + 1, 0.55 * step
    return at


def _name(state: Hashable) -> str:
    return str(state) or "start"


def _listed(states: Sequence[Hashable]) -> str:
    return " and ".join(map(_name, states))
