"""Trainings that tests can afford. In a module of their own, so that worker processes can import them."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import torch

from lib.spec import tagged, versioned


@tagged("Tiny")
@dataclass(frozen=True)
class Tiny:
    """Adds up random numbers, slowly if asked; leaves a mark each time it is trained."""

    seed: int
    marks: str
    seconds: float = 0.0

    episodes = 1


@versioned("tiny, at first badly", 1)
def train_badly_at_first(spec: Tiny) -> dict[str, torch.Tensor]:
    """Fails the first time, succeeds the second."""
    first = Path(spec.marks) / f"tried-{spec.seed}"
    if not first.exists():
        first.touch()
        raise ArithmeticError("an unlucky moment")
    return train(spec)


@versioned("tiny, fatally", 1)
def train_fatally(spec: Tiny) -> dict[str, torch.Tensor]:
    """Kills its own worker where the seed is 13."""
    if spec.seed == 13:
        os.kill(os.getpid(), signal.SIGKILL)
    return train(spec)


@versioned("tiny", 1)
def train_big(spec: Tiny) -> dict[str, torch.Tensor]:
    """Makes a record of two megabytes."""
    return {**train(spec), "big": torch.zeros(500_000)}


@versioned("tiny", 1)
def train(spec: Tiny) -> dict[str, torch.Tensor]:
    if spec.seed < 0:
        raise ArithmeticError(f"cannot train with {spec.seed}")
    time.sleep(spec.seconds)
    (Path(spec.marks) / f"{spec.seed}-{time.time_ns()}-{os.getpid()}").touch()
    numbers = torch.randn(1000, generator=torch.Generator().manual_seed(spec.seed))
    return {"total": numbers.sum()[None], "0/w": numbers}
