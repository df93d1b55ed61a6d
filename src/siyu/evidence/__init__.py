"""Sources, claims, conflicts, plausibility, fee rules and assumptions: what is said, by whom, and how well."""
