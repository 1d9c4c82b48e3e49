"""Controls for a reader with a running kernel: sliders, menus and texts that call the library."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from lib.runner.kernels import for_a_reader


def control(answer: Callable[..., object], **choices: Any) -> None:
    """Controls for the arguments of a function, and below them its answer; nothing where the book's pages are executed.

    A slider answers when it is let go, a text at Enter. The function's defaults are chosen first.

    Args:
        answer: prints, or returns what is to be shown. If it refuses a value by a ValueError, its words are shown.
        choices: for each argument (least, most, step) for a slider, a list for a menu, or a text.

    Raises:
        ValueError: if a choice is none of these.
    """
    for name, choice in choices.items():
        if not isinstance(choice, tuple | list | str):
            raise ValueError(f"{name} is {choice!r}; it must be (least, most, step), a list, or a text")
    if for_a_reader():
        from IPython.display import display

        display(controls(answer, **choices))  # type: ignore[no-untyped-call]


def controls(answer: Callable[..., object], **choices: Any) -> Any:
    """The same as a widget, an `ipywidgets.interactive`."""
    import ipywidgets  # a page needs no widgets, and they are slow to import

    @wraps(answer)
    def in_words(**chosen: Any) -> object:
        try:
            return answer(**chosen)
        except ValueError as refused:
            print(refused)
            return None

    made = ipywidgets.interactive(in_words, **choices)
    for child in made.kwargs_widgets:
        child.style.description_width = "8em"
        if child.has_trait("continuous_update"):
            child.continuous_update = False
    return made
