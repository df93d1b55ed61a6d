"""What a client should do next: where it stands, what that calls for, and what became of the plan before."""
