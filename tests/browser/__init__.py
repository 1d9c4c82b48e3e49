"""Live parts and pages, in a browser."""
