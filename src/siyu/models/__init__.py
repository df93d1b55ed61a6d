"""Pure functions on numbers and arrays: what case figures imply, and worlds whose truth is known."""
