"""Export formats as data, and what one cell means."""
