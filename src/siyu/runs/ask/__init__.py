"""What is asked for: requests, parameters, sections, and what of it is still good."""
