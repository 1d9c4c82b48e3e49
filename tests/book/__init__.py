"""Pages, their rendered outputs, and the way in."""
