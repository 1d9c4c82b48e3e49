"""How fast is a table of Gittins indices? Peer, in the same run: one index after another, each by bisection on the pay
of a known arm, with backward induction over the same horizon.

Both are of a Bernoulli arm from Beta(1, 1) at a discount of .95; they must agree to a millionth.
"""

import time
from collections.abc import Callable

import numpy as np

from lib.optimal.gittins import TOLERANCE, index_table
from lib.tasks.bandits import BernoulliBandit

PULLS, DISCOUNT, ROUNDS = 3, 0.95, 3
HORIZON = 512  # pulls, beyond which an arm's mean is taken for known


def calibrated(successes: int, failures: int) -> float:
    """The pay of a known arm at which one is indifferent between it and an arm of Beta(1, 1) after these pulls."""
    low, high = 0.0, 1.0
    while high - low > TOLERANCE:
        pay = (low + high) / 2
        known = pay / (1 - DISCOUNT)
        a, b = 1 + successes + np.arange(HORIZON + 1), 1 + failures + np.arange(HORIZON, -1, -1)
        value = np.maximum(a / (a + b) / (1 - DISCOUNT), known)
        for depth in range(HORIZON - 1, -1, -1):
            a, b = 1 + successes + np.arange(depth + 1), 1 + failures + np.arange(depth, -1, -1)
            mean = a / (a + b)
            pulled = mean * (1 + DISCOUNT * value[1:]) + (1 - mean) * DISCOUNT * value[:-1]
            value = np.maximum(pulled, known)
        low, high = (pay, high) if pulled[0] > known else (low, pay)
    return (low + high) / 2


def seconds(do: Callable[[], np.ndarray]) -> tuple[float, np.ndarray]:
    """Of the fastest of some rounds, with what was worked out."""
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        found = do()
        took.append(time.perf_counter() - began)
    return min(took), found


def main() -> None:
    ours, table = seconds(lambda: index_table(BernoulliBandit(1, 1), PULLS, DISCOUNT).values)
    places = range(PULLS + 1)
    peer, other = seconds(lambda: np.array([[calibrated(s, f) for f in places] for s in places]))
    assert np.abs(table - other).max() < 3 * TOLERANCE, "two ways to an index disagree"
    print(f"a table of {table.size} indices   {ours:7.3f} s")
    print(f"one after another        {peer:7.3f} s   ratio peer / ours: {peer / ours:.1f}")


if __name__ == "__main__":
    main()
