"""The gallery's picker: its fourteen figures by task, verdict, paper and chapter."""

from experiments.structure_controls import left_in_pictures, pictures_show
from lib.probes.benchmark import BANDITS, PREDICTION, Row
from lib.runner import store
from lib.widgets.picker import FigurePicker

TASKS = {"coin": "coins", "die": "dice", "wait": "waiting times", "reading": "readings", "arms": "bandits"}
CHOSEN_BY = {"source": "Mikulik 2020", "ours": "our choice"}
VERDICTS = {True: "shows both", False: "misses a bound"}


def figure(row: Row) -> str:
    """The name of a task's figure in the gallery.

    >>> [figure(row) for row in (PREDICTION[2], BANDITS[2])]
    ['fig-gallery-coin-half-half', 'fig-gallery-arms-0-1']
    """
    return "fig-gallery-" + "-".join(row.name.replace("of mean ", "").replace("½", "half").replace(",", "").split())


def picker(
    prediction: store.Result, simulation: store.Result, bandits: store.Result, inside: store.Result
) -> FigurePicker:
    """Buttons for the figures: what is observed, whether a picture shows convergence and structure, who chose the
    task, and the chapter that explains it.
    """
    holds = pictures_show(left_in_pictures(prediction, simulation, bandits, inside))
    chapters = {"predict": PREDICTION, "acting": BANDITS}
    return FigurePicker(
        {
            figure(row): {
                "figure": row.title,
                "task": TASKS[row.name.split()[0]],
                "verdict": VERDICTS[holds[row.name]],
                "paper": CHOSEN_BY[row.chosen_by],
                "chapter": chapter,
            }
            for chapter, rows in chapters.items()
            for row in rows
        }
    )
