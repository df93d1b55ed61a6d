"""How often an audience can be messaged: what a message costs, whom it loses, and what it brings."""
