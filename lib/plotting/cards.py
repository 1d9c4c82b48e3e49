"""Where a chapter's numbers come from, as a card at its end."""

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Trained:
    """What a manifest says was trained, and on how much; in words.

    Attributes:
        what: networks, or Learners.
        number: how many, and in how many groups if they ran as such.
        unit: of what each saw: episodes, points of a function, or actions.
        each: how many of these.
    """

    what: str
    number: str
    unit: str
    each: str

    @classmethod
    def by(cls, manifest: Mapping[str, Any]) -> "Trained":
        """Read it off a manifest. A spec with a count stands for a group of Learners.

        >>> Trained.by({"specs": {"a": {"count": 5}, "b": {"count": 5}}, "episodes": {"a": 200, "b": 400}})
        Trained(what='Learners', number='10 in 2 groups', unit='points', each='200 to 400')
        >>> Trained.by({"specs": {"a": {"type": "PolicyLearners", "count": 50}}, "episodes": {"a": 200}}).unit
        'actions'
        """
        groups = [spec.get("learners", spec) for spec in manifest["specs"].values()]
        seen = sorted(set(manifest["episodes"].values()))
        each = " to ".join(f"{count:,}" for count in sorted({seen[0], seen[-1]}))
        if all("count" in group for group in groups):
            number = f"{sum(group['count'] for group in groups):,} in {len(groups)} groups"
            acts = any(group.get("type") == "PolicyLearners" for group in groups)
            return cls("Learners", number, "actions" if acts else "points", each)
        return cls("networks", f"{len(groups)}", "episodes", each)


def from_one_seed(manifest: Mapping[str, Any]) -> bool:
    """Whether several networks share one seed, and so their first weights and their luck.

    The members of a group of Learners differ though the group has one seed.

    >>> from_one_seed({"specs": {"a": {"explorer": {"seed": 0}}, "b": {"explorer": {"seed": 0}}}})
    True
    >>> from_one_seed({"specs": {"a": {"seed": 0}, "b": {"seed": 1}}})
    False
    >>> from_one_seed({"specs": {"a": {"seed": 0, "count": 5}, "b": {"seed": 0, "count": 5}}})
    False
    """
    specs = manifest["specs"].values()
    grouped = any("count" in spec.get("learners", spec) for spec in specs)
    return not grouped and len(specs) > 1 and len({seed for spec in specs for seed in _seeds(spec)}) == 1


def _seeds(described: Any) -> Iterator[int]:
    if isinstance(described, Mapping):
        for name, value in described.items():
            yield from [value] if name == "seed" else _seeds(value)


def source_of_learners(manifest: Mapping[str, Any]) -> str:
    """One line for under a figure about Learners."""
    own = Trained.by(manifest)
    return f"Run {manifest['run']}, {manifest['profile']} profile: {own.what}, {own.number}, {own.each} {own.unit} each"


@dataclass(frozen=True)
class Card:
    """What a result's manifest says of how it was made."""

    manifest: Mapping[str, Any]

    @property
    def facts(self) -> dict[str, str]:
        """The card's lines, by their titles."""
        manifest = self.manifest
        run, profile = manifest["run"], manifest["profile"]
        own = Trained.by(manifest)
        how = "each in a world of its own, all from one seed" if from_one_seed(manifest) else "trained independently"
        minutes = manifest["seconds"] / 60
        return {
            "Run": f"{run}, {profile} profile",
            own.what.capitalize(): f"{own.number}, {how}",
            f"{own.unit.capitalize()} each": own.each,
            "Cost": f"{minutes:.0f} minutes of one core ({manifest['device']}), all trainings together",
            "Made on": manifest.get("processor", "a processor that was not recorded"),
            "Made with": ", ".join(f"{name} {number}" for name, number in manifest["versions"].items()),
            "Made again by": f"make results RUN={run} PROFILE={profile}",
        }

    def __repr__(self) -> str:
        return "\n".join(f"{title}: {said}" for title, said in self.facts.items())

    def _repr_html_(self) -> str:
        lines = "".join(f"<dt>{title}</dt><dd>{html.escape(said)}</dd>" for title, said in self.facts.items())
        return f"<dl class='card-of-run'>{lines}</dl>"
