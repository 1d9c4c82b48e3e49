"""Random numbers: one independent stream for every purpose."""

import hashlib

import torch


def generator(purpose: str, seed: int, device: str = "cpu") -> torch.Generator:
    """A generator that no other (purpose, seed) shares.

    Training and evaluation name different purposes, so they never see the same episodes even when their seeds agree.

    >>> a, b = generator("train", 0), generator("evaluate", 0)
    >>> a.initial_seed() == b.initial_seed()
    False

    Raises:
        ValueError: if the seed is negative.
    """
    if seed < 0:
        raise ValueError(f"seed is {seed}; it must be 0 or more")
    digest = hashlib.sha256(f"{purpose}/{seed}".encode()).digest()
    # torch's Mersenne twister reads the low 32 bits of its seed and no more.
    return torch.Generator(device).manual_seed(int.from_bytes(digest[:4], "big"))
