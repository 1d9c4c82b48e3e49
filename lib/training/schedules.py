"""Numbers that change over training."""

from dataclasses import dataclass

from lib.spec import tagged


@tagged("Linear")
@dataclass(frozen=True)
class Linear:
    """From `start` to `end` in a straight line over the first `over` of training, and `end` from there.

    >>> entropy = Linear(0.1, 0.0, over=0.5)
    >>> entropy.at(0.0), entropy.at(0.25), entropy.at(0.8)
    (0.1, 0.05, 0.0)

    Raises:
        ValueError: if `over` does not lie between 0 and 1.
    """

    start: float
    end: float
    over: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.over <= 1:
            raise ValueError(f"over is {self.over}; it must be more than 0 and at most 1")

    def at(self, progress: float) -> float:
        """The value when this share of training is done."""
        done = min(progress / self.over, 1.0)
        return self.start + done * (self.end - self.start)
