"""The three sizes of every run."""

from pathlib import Path
from typing import TypeVar

from lib.runner import store

PROFILES = ("smoke", "laptop", "paper")

T = TypeVar("T")


def choose(profile: str, *, smoke: T, laptop: T, paper: T) -> T:
    """The size that belongs to a profile.

    `smoke` takes seconds and shows that a run runs; `laptop` is what ships; `paper` has the source document's sizes.

    >>> choose("smoke", smoke=2, laptop=10, paper=10)
    2

    Raises:
        ValueError: if there is no such profile.
    """
    sizes = dict(zip(PROFILES, (smoke, laptop, paper), strict=True))
    if profile not in sizes:
        raise ValueError(f"there is no profile {profile!r}; there are {', '.join(PROFILES)}")
    return sizes[profile]


def folder(profile: str) -> Path:
    """Where a run of this profile leaves its result. A smoke run never replaces what ships."""
    return choose(profile, smoke=store.BUILD / "smoke", laptop=store.RESULTS, paper=store.RESULTS)
