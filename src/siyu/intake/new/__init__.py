"""A new client: its folder, a first format for a file that none fits."""
