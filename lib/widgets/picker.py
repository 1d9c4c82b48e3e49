"""A picker of the figures of a page: buttons that leave only those of a verdict, a paper or a chapter.

On the page it is a script (`book/_static/live/gallery.js`) that hides and shows the figures that stand there; it draws
none. Where it does not run, all stand, and it is a table of what they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from lib.runner.kernels import for_a_reader
from lib.widgets.page_part import PagePart, as_table, live

CAPTION = "The figures of this page"


@dataclass(frozen=True, repr=False)
class FigurePicker(PagePart):
    """Figures by what they are.

    Attributes:
        figures: by the name of a figure on the page, its values by kind; of all the same kinds. The first says its
            title, each other is a row of buttons.

    Raises:
        ValueError: if there is no figure, figures differ in their kinds, or a value has a comma, which parts values in
            the address.
    """

    figures: Mapping[str, Mapping[str, str]]

    def __post_init__(self) -> None:
        if not self.figures:
            raise ValueError("there is no figure to pick; name at least one")
        for name, said in self.figures.items():
            if list(said) != list(self._kinds):
                raise ValueError(f"{name} has the kinds {', '.join(said)}; the first has {', '.join(self._kinds)}")
            if parted := [value for value in list(said.values())[1:] if "," in value]:
                raise ValueError(f"{name} is {parted[0]!r}; a value that is picked has no comma")

    @property
    def _kinds(self) -> Mapping[str, str]:
        return next(iter(self.figures.values()))

    def _repr_html_(self) -> str:
        if for_a_reader():  # the figures of a notebook are cells, which no script hides
            return as_table(self.table(), CAPTION)
        kinds = list(self._kinds)[1:]
        data = {
            "kinds": kinds,
            "figures": {name: [said[kind] for kind in kinds] for name, said in self.figures.items()},
        }
        return live("gallery", self.table(), CAPTION, data)

    def table(self) -> list[list[str]]:
        """A row for each figure; the first row and column are headings."""
        return [list(self._kinds), *(list(said.values()) for said in self.figures.values())]
