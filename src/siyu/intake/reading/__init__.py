"""One export from bytes to accounted records."""
