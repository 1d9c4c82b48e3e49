"""The live parts of the book for a reader with a running kernel."""

from collections.abc import Callable, Sequence

import ipywidgets

from lib.widgets.page_part import as_table


def flipper(answers: Callable[[Sequence[str]], list[list[str]]]) -> ipywidgets.VBox:
    """Buttons for heads, tails, undo and reset; below them, what the machines answer to the flips so far."""
    flips: list[str] = []
    said = ipywidgets.HTML()

    def show() -> None:
        titles, cells = answers(["".join(flips)])
        rows = [["machine", "probability of heads"], *map(list, zip(titles[1:], cells[1:], strict=True))]
        said.value = as_table(rows, f"After {' '.join(flips) or 'no flip'}")

    def button(label: str, act: Callable[[], object]) -> ipywidgets.Button:
        made = ipywidgets.Button(description=label)

        def clicked(_: ipywidgets.Button) -> None:
            act()
            show()

        made.on_click(clicked)
        return made

    buttons = [
        button("Heads", lambda: flips.append("H")),
        button("Tails", lambda: flips.append("T")),
        button("Undo", lambda: flips and flips.pop()),
        button("Reset", flips.clear),
    ]
    show()
    return ipywidgets.VBox([ipywidgets.HBox(buttons), said])
