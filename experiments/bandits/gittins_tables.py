"""Tables of Gittins indices that a run has worked out, ready to play with.

A table takes seconds to minutes to find and no time to read.
"""

import numpy as np

from lib.optimal.bandit_agent import ConjugateBandit
from lib.optimal.gittins import IndexTable
from lib.probes.benchmark import Row
from lib.runner.store import Result
from lib.tasks.bandits import BernoulliBandit


def load_gittins_table(result: Result, row: Row, discount: float) -> IndexTable:
    """The indices of one arm of a bandit at one discount, with the error that they were found with.

    Args:
        result: of the run `gittins`.
        row: the bandit.
        discount: of a reward one step later.

    Raises:
        ValueError: if the result has no table of this bandit, or none at this discount.
    """
    prior: ConjugateBandit = row.task
    kind, axis = ("index", "bernoulli") if isinstance(prior, BernoulliBandit) else ("bonus", "gaussian")
    rows, discounts = (list(result.data[each].values) for each in (axis, "discount"))
    if row.name not in rows:
        raise ValueError(f"the result {result.name} has no indices of {row.name!r}; it has {', '.join(map(str, rows))}")
    if discount not in discounts:
        there_are = ", ".join(f"{each:g}" for each in discounts)
        raise ValueError(f"the result {result.name} has no indices at discount {discount}; it has {there_are}")
    values = result.data[kind].sel({axis: row.name, "discount": discount}).values
    error = result.data.index_error.sel(task=row.name, discount=discount)
    return IndexTable(prior, float(discount), np.ascontiguousarray(values), float(error))
