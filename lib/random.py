"""Random numbers: one independent stream for every purpose."""

import hashlib
from numbers import Integral
from typing import Any

import torch


def generator(purpose: str, seed: int) -> torch.Generator:
    """A generator that no other (purpose, seed) shares.

    Training and evaluation name different purposes, so they never see the same episodes even when their seeds agree.

    >>> a, b = generator("train", 0), generator("evaluate", 0)
    >>> a.initial_seed() == b.initial_seed()
    False

    Raises:
        ValueError: if the seed is negative, or no whole number.
    """
    if isinstance(seed, bool) or not isinstance(seed, Integral):
        raise ValueError(f"seed is {seed!r}; it must be a whole number")
    if seed < 0:
        raise ValueError(f"seed is {seed}; it must be 0 or more")
    digest = hashlib.sha256(f"{purpose}/{seed}".encode()).digest()
    # torch's Mersenne twister reads the low 32 bits of its seed and no more.
    return torch.Generator().manual_seed(int.from_bytes(digest[:4], "big"))


def check_generator(value: Any) -> None:
    """Refuse anything else where a generator is wanted; torch would take None for its global one.

    Raises:
        TypeError: naming the value.
    """
    if not isinstance(value, torch.Generator):
        raise TypeError(f"rng is {value!r}; it must be a torch.Generator, as lib.random.generator makes them")
