"""Running notebooks, sealing what they made, and publishing it whole."""
