"""Where the numbers of a run come from that plays and calculates, and trains nothing."""

from lib.plotting.cards import Card


class CardOfPlay(Card):
    """What the manifest of such a run says of how it was made."""

    @property
    def facts(self) -> dict[str, str]:
        """The card's lines, by their titles."""
        usual = super().facts
        seconds = self.manifest["seconds"]
        spent = f"{seconds:.0f} seconds" if seconds < 90 else f"{seconds / 60:.0f} minutes"
        return {
            "Run": usual["Run"],
            "Networks": "none; nothing is trained",
            "Episodes played": f"{usual['Episodes each']} of each bandit",
            "Cost": f"{spent} of one core ({self.manifest['device']})",
            "Made on": usual["Made on"],
            "Made with": usual["Made with"],
            "Made again by": usual["Made again by"],
        }

    @property
    def line(self) -> str:
        """One line for under a figure."""
        return f"Run {self.manifest['run']}, {self.manifest['profile']} profile: nothing is trained"
