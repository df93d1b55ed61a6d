"""What joining a group changes: who is compared with whom, and by how much."""
