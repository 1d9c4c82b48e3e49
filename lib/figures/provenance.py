"""Where a chapter's numbers come from, as a card at its end."""

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Card:
    """What a result's manifest says of how it was made."""

    manifest: Mapping[str, Any]
    changed_code: tuple[str, ...] = ()

    @property
    def facts(self) -> dict[str, str]:
        """The card's lines, by their titles."""
        manifest = self.manifest
        run, profile = manifest["run"], manifest["profile"]
        episodes = sorted(set(manifest["episodes"].values()))
        minutes = manifest["seconds"] / 60
        return {
            "Run": f"{run}, {profile} profile",
            "Networks": f"{len(manifest['specs'])}, trained independently",
            "Episodes each": " to ".join(f"{count:,}" for count in sorted({episodes[0], episodes[-1]})),
            "Cost": f"{minutes:.0f} minutes of one core ({manifest['device']}), all trainings together",
            "Made with": ", ".join(f"{name} {number}" for name, number in manifest["versions"].items()),
            "Made again by": f"make results RUN={run} PROFILE={profile}",
        }

    def __repr__(self) -> str:
        return "\n".join(f"{title}: {said}" for title, said in self.facts.items())

    def _repr_html_(self) -> str:
        lines = "".join(f"<dt>{title}</dt><dd>{html.escape(said)}</dd>" for title, said in self.facts.items())
        warning = (
            f"<p class='provenance'><strong>These numbers are older than the code beside them.</strong> Changed since: "
            f"{html.escape(', '.join(self.changed_code))}.</p>"
            if self.changed_code
            else ""
        )
        return f"<dl class='card-of-run'>{lines}</dl>{warning}"
